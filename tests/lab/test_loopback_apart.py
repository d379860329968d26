"""Machines that have nothing in common but 127.0.0.1 and ::1 have no flow between them."""

from __future__ import annotations

from pathlib import Path

import pytest
from machines import Lab
from stitching import Stitched

SHARED_BOOT_ID = "5a5a5a5a-1111-4222-8333-444444444444"


@pytest.mark.parametrize("boot_id", [None, SHARED_BOOT_ID], ids=["own kernels", "one kernel"])
def test_the_same_loopback_ports_on_two_machines(
    lab: Lab, pyz: Path, implementation: str, boot_id: str | None
) -> None:
    east = lab.machine("east", boot_id=boot_id)
    west = lab.machine("west", boot_id=boot_id)
    for machine in east, west:
        machine.actor("server", ["listen", "127.0.0.1", 6379], ["listen", "::1", 6379])
        machine.actor(
            "client",
            ["connect", "127.0.0.1", 6379, 1, ["127.0.0.1", 40001]],
            ["connect", "::1", 6379, 1, ["::1", 40001]],
        )
    # One end each of what would be a pair, were the two machines one.
    east.actor("halfserver", ["udp", ["127.0.0.1", 5000], ["127.0.0.1", 40002]])
    west.actor("halfclient", ["udp", ["127.0.0.1", 40002], ["127.0.0.1", 5000]])
    result = Stitched(
        implementation, [east.capture(pyz), west.capture(pyz)], "--group-by", "process"
    )
    assert result.machine_names == ["east", "west"]
    ends = [(result.machine_of[f["source"]], result.machine_of[f["target"]]) for f in result.flows]
    assert sorted(ends) == [("east", "east"), ("west", "west")]
    assert [flow["connections"] for flow in result.flows] == [2, 2]
    assert result.coverage["pairs"] == 4

"""Who uses a listener is the same whether connections are folded by their addresses or not."""

from __future__ import annotations

from dataclasses import replace

from groups import MachineOf, connect, listen, simple, snapshot
from hypothesis import given, settings
from random_machines import groups

from netviz.questions.exposure import LEVEL, NEEDED, Exposed, exposed
from netviz.stitch import StitchOptions, stitch


def answer(machines: list[MachineOf], options: StitchOptions, level: str) -> list[Exposed]:
    return exposed(stitch(map(snapshot, machines), options, level))


@given(groups())
@settings(max_examples=80, deadline=None)
def test_any_group(machines: list[MachineOf]) -> None:
    one_by_one = answer(machines, replace(NEEDED, by_address=False), "connection")
    assert answer(machines, NEEDED, LEVEL) == one_by_one


def test_listeners_of_one_port_on_several_addresses() -> None:
    """More connections to each than a flow names: its samples would be of one address alone."""
    server = [listen("10.0.0.2", 80, 1), listen("127.0.0.1", 80, 1)]
    near = [
        end
        for port in range(40000, 40007)
        for end in (
            connect("127.0.0.1", port, "127.0.0.1", 80, 2),
            connect("127.0.0.1", 80, "127.0.0.1", port, 1),
            connect("10.0.0.2", port, "10.0.0.2", 80, 2),
            connect("10.0.0.2", 80, "10.0.0.2", port, 1),
        )
    ]
    found = answer([simple("db", "10.0.0.2", *server, *near)], NEEDED, LEVEL)
    assert [(one.listener.address, len(one.near), len(one.loopback)) for one in found] == [
        ("10.0.0.2", 1, 0),
        ("127.0.0.1", 0, 1),
    ]

"""Filters that ask for an address see those of every connection, not of the five a flow names."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from groups import MachineOf, connect, flows, listen, simple, snapshot
from hypothesis import given, settings
from hypothesis import strategies as st
from random_machines import groups

from netviz.cli.main import main
from netviz.filters import asks_address, hide, only, parse_expression, together
from netviz.snapshot.writing import encoded
from netviz.stitch import StitchOptions, stitch

APART = StitchOptions(recent=True, self_flows=True, by_address=True)

FIRST, LAST = "10.0.0.100", "10.0.0.101"


def called(count: int, address: str, port: int) -> tuple[MachineOf, MachineOf]:
    """A client with so many connections to FIRST, then one to ``address``."""
    ends = [(FIRST, port + n) for n in range(count)] + [(address, port + count)]
    client = [connect("10.0.0.9", own, there, 443, 2) for there, own in ends]
    server = [connect(there, 443, "10.0.0.9", own, 3) for there, own in ends]
    machine = simple("s", FIRST, listen("0.0.0.0", 443, 3), *server)
    machine.namespaces[0].addresses = [f"{FIRST}/24", f"{LAST}/24"]
    return simple("c", "10.0.0.9", *client), machine


def test_the_seventh_connection_is_found_and_hidden() -> None:
    graph = stitch(map(snapshot, called(6, LAST, 40000)), APART)
    asked = parse_expression(f"address={LAST}")
    assert flows(together(only(graph, asked))) == [("c/p2", "s/p3", "tcp", 443, "reciprocal", 1)]
    assert flows(together(hide(graph, asked))) == [("c/p2", "s/p3", "tcp", 443, "reciprocal", 6)]
    assert flows(together(graph)) == [("c/p2", "s/p3", "tcp", 443, "reciprocal", 7)]


@settings(max_examples=60, deadline=None)
@given(groups(), st.sampled_from(["connection", "process", "service", "host"]))
def test_together_they_are_what_they_were(machines: list[MachineOf], level: str) -> None:
    graph = together(stitch(map(snapshot, machines), APART, level))
    assert graph == stitch(map(snapshot, machines), replace(APART, by_address=False), level)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("address=10.0.0.0/8", True),
        ("port=80 or not (machine=web and address!=::1)", True),
        ("port=80 and client.machine=address", False),
    ],
)
def test_whether_an_expression_asks(text: str, asks: bool) -> None:
    assert asks_address(parse_expression(text)) is asks


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(tmp_path)
    for machine in called(6, LAST, 40000):
        Path(f"{machine.name}.json").write_bytes(encoded(snapshot(machine)))
    return ["c.json", "s.json"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--only", f"address={LAST}"], [1]),
        (["--hide", f"address={FIRST}"], [1]),
        (["--hide", f"address={FIRST}", "--min-connections", "2"], []),
        (["--hide", "address=127.0.0.1", "--min-connections", "7"], [7]),
        (["--only", f"address={LAST}", "--group-by", "connection"], [1]),
        (["--only", "address=10.0.0.9", "--group-by", "connection"], [1] * 7),
        ([], [7]),
    ],
)
def test_stitch(
    files: list[str], capsys: pytest.CaptureFixture[str], options: list[str], expected: list[int]
) -> None:
    assert main(["stitch", "-f", "json", *options, *files]) == 0
    drawn = json.loads(capsys.readouterr().out)["flows"]
    assert [flow["connections"] for flow in drawn] == expected


def test_waves(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["waves", "-f", "json", "--hide", f"address={FIRST}", *files]) == 0
    assert '"connections":1' in capsys.readouterr().out.replace(" ", "")


def test_diff(files: list[str]) -> None:
    """What is ignored goes; the one connection that is left is compared."""
    old = [snapshot(machine) for machine in called(0, LAST, 40000)]
    names = [f"old-{one.host.name}.json" for one in old]
    for name, one in zip(names, old, strict=True):
        Path(name).write_bytes(encoded(one))
    compared = ["diff", "--factor", "1", *names, "--", *files]
    assert main(compared) == 1
    assert main([*compared, "--ignore", f"address={FIRST}"]) == 0

"""This computer captured from outside, and containers on it from inside: nothing counts twice."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from machines import PYTHON, Lab
from stitching import Stitched

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

FLOWS = [
    ("c1-client", "c1-server", 9000, 2),
    ("c1-client", "c2-server", 9000, 3),
]
"""Client, server, port and connections of what the containers do."""


@dataclass
class Captures:
    """Snapshots of the computer and of its containers, and the pids that each of them knows."""

    host: Path
    inside: dict[str, Path]
    outer_pids: dict[str, int]
    inner_pids: dict[str, int]


def pids(snapshot: Path) -> dict[str, int]:
    """The pid of each process of the test, by name."""
    processes = json.loads(snapshot.read_text())["processes"]
    return {p["comm"]: p["pid"] for p in processes if p["comm"].startswith(("c1-", "c2-"))}


@pytest.fixture(scope="module", params=["one boot id", "hidden boot ids"])
def captures(
    request: pytest.FixtureRequest,
    laboratory_possible: None,
    pyz: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Captures]:
    """Two containers with a server each; the client of one talks to both.

    They see the boot id of the computer, or one that was put in its place.
    """
    folder = tmp_path_factory.mktemp("captures")
    boot_id = BOOT_ID.read_text().strip() if request.param == "one boot id" else None
    with Lab() as lab:
        first = lab.machine("c1", ["10.66.0.1/24"], boot_id=boot_id)
        second = lab.machine("c2", ["10.66.0.2/24"], boot_id=boot_id)
        first.actor("c1-server", ["listen", "0.0.0.0", 9000])
        second.actor("c2-server", ["listen", "10.66.0.2", 9000])
        first.actor(
            "c1-client",
            ["connect", "127.0.0.1", 9000],
            ["connect", "10.66.0.1", 9000],
            ["connect", "10.66.0.2", 9000, 3],
        )
        host = folder / "host.json"
        subprocess.run([PYTHON, str(pyz), "-o", str(host)], check=True, timeout=120)
        inside = {
            machine.name: machine.capture(pyz).rename(folder / f"{machine.name}.json")
            for machine in (first, second)
        }
    inner = {name: pid for path in inside.values() for name, pid in pids(path).items()}
    yield Captures(host, inside, pids(host), inner)


def stitched(captures: Captures, implementation: str, *which: str) -> Stitched:
    paths = [captures.host if name == "host" else captures.inside[name] for name in which]
    return Stitched(implementation, paths, "--group-by", "process", "--self")


def flows(result: Stitched) -> list[tuple[str, str, int, int]]:
    names = {key: node["name"] for key, node in result.nodes.items()}
    return sorted(
        (names[f["source"]], names[f["target"]], f["port"], f["connections"])
        for f in result.flows
        if str(names[f["source"]]).startswith(("c1-", "c2-"))
    )


@pytest.mark.parametrize(
    "which",
    [("host",), ("c1", "c2"), ("host", "c1"), ("host", "c2"), ("host", "c1", "c2")],
    ids="+".join,
)
def test_each_flow_is_there_once(
    captures: Captures, implementation: str, which: tuple[str, ...]
) -> None:
    result = stitched(captures, implementation, *which)
    assert flows(result) == FLOWS
    # Pids of inside and outside are different numbers of one process: only one kind is shown.
    expected = captures.outer_pids if "host" in which else captures.inner_pids
    shown = {
        node["name"]: node["pids"]
        for node in result.nodes.values()
        if str(node["name"]).startswith(("c1-", "c2-"))
    }
    assert shown == {name: [pid] for name, pid in expected.items()}


def test_the_pids_differ_or_nothing_was_tested(captures: Captures) -> None:
    assert captures.outer_pids.keys() == captures.inner_pids.keys()
    assert not set(captures.outer_pids.items()) & set(captures.inner_pids.items())


@pytest.mark.parametrize("which", [("c1",), ("c2",), ("c1", "c2")], ids="+".join)
def test_captures_from_inside_add_nothing(
    captures: Captures, implementation: str, which: tuple[str, ...]
) -> None:
    alone = stitched(captures, implementation, "host")
    together = stitched(captures, implementation, "host", *which)
    assert together.coverage == alone.coverage
    assert len(together.flows) == len(alone.flows)

"""Imports of ss, lsof, a copied /proc and an sosreport from real machines: the same flows as their
snapshots, but for those that the source cannot show."""

from __future__ import annotations

import json
import tarfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import jsonschema
import pytest
from imported import COPY, PROGRAMS, can_be_imported, run_documented, run_import, sos_report
from machines import Lab, Machine
from needs import unavailable
from real_hosts import CAPTURED, set_up
from stitching import ROOT, Stitched

SCHEMA = json.loads((ROOT / "docs" / "snapshot-format-2.schema.json").read_text())

End = tuple[str, str, int | None]
"""Machine, own address and port of one end of a connection."""


Name = str | None


@dataclass(frozen=True)
class Connection:
    """One line at the level of connections, from the first end to the second.

    Without a direction the ends stand in their order, and there is no port of a server.
    """

    proto: str
    port: int | None
    ends: tuple[tuple[End, Name], tuple[End, Name]]
    match: str

    @property
    def names(self) -> tuple[Name, Name]:
        return self.ends[0][1], self.ends[1][1]

    def undirected(self) -> Connection:
        first, second = sorted(self.ends, key=lambda end: end[0])
        return replace(self, port=None, ends=(first, second))


@dataclass
class Taken:
    """Files by what they were made with and by machine, and what was said when they were made."""

    files: dict[str, list[Path]] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)


def import_all(machine: Machine, folder: Path, taken: Taken) -> None:
    """Import what a machine has by every way, under its own name."""
    name = ["--name", machine.name]

    def add(kind: str, *arguments: object) -> None:
        target = folder / f"{machine.name}-{kind}.json"
        taken.said[kind] = run_import(*arguments, "-o", target)
        taken.files.setdefault(kind, []).append(target)

    ss = run_documented(machine, "ss", folder)
    add("ss", "ss", ss / "all.txt", "--addresses", ss / "addresses.txt", *name)
    lsof = run_documented(machine, "lsof", folder)
    add("lsof", "lsof", lsof / "lsof.txt", "--addresses", lsof / "addresses.txt", *name)
    copy = run_documented(machine, COPY, folder) / "proc"
    add("proc", "proc", copy)
    report = sos_report(machine, folder)
    add("sosreport", "sosreport", report)
    archive = folder / f"{report.name}.tar.xz"
    with tarfile.open(archive, "w:xz") as tar:
        tar.add(report, report.name)
    add("archive", "sosreport", archive)


@pytest.fixture(scope="module")
def taken(
    laboratory_possible: None, pyz: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Taken]:
    if not can_be_imported():
        unavailable(f"not all of {', '.join(PROGRAMS)} are installed")
    folder = tmp_path_factory.mktemp("imports")
    found = Taken()
    with Lab() as lab:
        machines = set_up(lab)
        for name in CAPTURED:
            snapshot = machines[name].capture(pyz)
            found.files.setdefault("snapshot", []).append(snapshot.rename(folder / snapshot.name))
            import_all(machines[name], folder, found)
    yield found


def connections(taken: Taken, kind: str, *options: str) -> Counter[Connection]:
    result = Stitched("pure", taken.files[kind], "--group-by", "connection", *options)
    found: Counter[Connection] = Counter()
    for flow in result.flows:
        [[client, client_port, server, server_port]] = flow["samples"]
        source, target = flow["source"], flow["target"]
        ends = (
            ((result.machine_of[source], client, client_port), result.nodes[source]["name"]),
            ((result.machine_of[target], server, server_port), result.nodes[target]["name"]),
        )
        one = Connection(flow["proto"], flow["port"], ends, flow["match"])
        found[one if flow["directed"] else one.undirected()] += 1
    return found


ONE_SIDED: dict[tuple[Name, Name], int] = {("dig", "named"): 1}
"""The age of the listener is not known from an import."""

UNHELD: dict[tuple[Name, Name], int] = {
    ("stuck", "hungd"): 2,  # not accepted yet
    ("silent", "httpd"): 1,
    ("lp", "cupsd"): 1,
    (None, "keeper"): 1,  # closed by the client, which holds it no more
}
"""lsof shows no socket that no process holds."""

LOST: dict[str, dict[tuple[Name, Name], int]] = {
    "ss": ONE_SIDED,
    "lsof": {**ONE_SIDED, **UNHELD},
    "proc": ONE_SIDED,
    "sosreport": ONE_SIDED,
    "archive": ONE_SIDED,
}
"""Client and server of the connections that a source cannot show, and how many."""

UNDIRECTED = {("ovpn-client", "openvpn"), ("wg-client", "wireguard")}
"""Only the range of local ports tells which end is the client, and no import knows it."""

SAID = {
    "ss": "when processes were started",
    "lsof": "sockets that no process holds (not accepted yet, closed, TIME_WAIT)",
    "proc": "when it was copied",
    "sosreport": "when processes were started",
    "archive": "when processes were started",
}
"""What is told of it."""


@pytest.mark.parametrize("kind", LOST)
def test_the_same_flows_less_what_the_source_cannot_show(taken: Taken, kind: str) -> None:
    expected: Counter[Connection] = Counter()
    for one, count in connections(taken, "snapshot").items():
        expected[one.undirected() if one.names in UNDIRECTED else one] += count
    found = connections(taken, kind)
    assert found - expected == Counter()
    assert Counter(one.names for one in (expected - found).elements()) == LOST[kind]


@pytest.mark.parametrize("kind", LOST)
def test_what_the_source_cannot_show_is_said_and_on_the_picture(taken: Taken, kind: str) -> None:
    assert SAID[kind] in taken.said[kind]
    result = Stitched("pure", taken.files[kind], "--group-by", "process")
    assert result.machine_names == sorted(CAPTURED)
    for path in taken.files[kind]:
        document = json.loads(path.read_text())
        jsonschema.validate(document, SCHEMA)
        first = document["problems"][0]
        assert first["what"] == "import"
        assert SAID[kind] in first["error"]


@pytest.mark.parametrize("kind", LOST)
def test_every_socket_that_is_not_lost_is_accounted_for(taken: Taken, kind: str) -> None:
    counts = {kind: Stitched("pure", taken.files[kind]).coverage for kind in ("snapshot", kind)}
    unheld = {"lsof"}
    for what in ("listening", "unconnected", "external"):
        assert counts[kind][what] == counts["snapshot"][what], what
    if kind not in unheld:
        assert counts[kind]["sockets"] == counts["snapshot"]["sockets"]
        assert counts[kind]["recent"] == counts["snapshot"]["recent"]
    else:
        assert counts[kind]["recent"] == 0


@pytest.mark.parametrize("kind", LOST)
def test_doubtful_ones_are_drawn_on_request(taken: Taken, kind: str) -> None:
    named = [one for one in connections(taken, kind, "--doubtful") if one.names == ("dig", "named")]
    assert len(named) == 1

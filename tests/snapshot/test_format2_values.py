"""Format 2: what comes out of a good document."""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import Any

import pytest
from snapshot_documents import TCP, full_document, least_document, write

from netviz.errors import SnapshotError
from netviz.snapshot import load
from netviz.snapshot.model import Host, NetworkNamespace, Problem, Process, Snapshot

Place = tuple[str | int, ...]
"""The keys and indexes that lead to a value."""


def loaded(tmp_path: Path, document: object) -> Snapshot:
    (snapshot,) = load(write(tmp_path / "alpha.json", document))
    return snapshot


def test_every_key_arrives(tmp_path: Path) -> None:
    assert loaded(tmp_path, full_document()) == Snapshot(
        source=str(tmp_path / "alpha.json"),
        format=2,
        host=Host("alpha", "big", "aa11", "bb22", "6.1.0", "x86_64", 1700000000, 100),
        processes=[
            Process(
                pid=41,
                ppid=1,
                start=77,
                comm="served",
                exe="/usr/bin/served",
                uid=1000,
                security="confined_t",
                caps="00",
                netns=4026531840,
                cgroup="0::/system.slice/served.service\n",
                argv=("served", "--all"),
                sockets=array("Q", [701, 702]),
                pipes=[(801, "r"), (802, "w"), (803, "rw")],
            ),
            Process(pid=42),
        ],
        netns=[
            NetworkNamespace(
                id=4026531840,
                name="blue",
                addresses=("10.0.0.1/24", "fe80::1/64", "10.0.0.2"),
                ip_local_port_range=(32768, 60999),
                forwarding=True,
                tables={"tcp": TCP, "unheard-of": "kept\n"},
                interfaces={1: "lo", 2: "eth0"},
            ),
            NetworkNamespace(id=None),
        ],
        unix_peers=[(701, 702), (702, 701)],
        unix_names=[(702, "@two\nlines")],
        problems=[Problem("fd", "EACCES", 3, "/proc/9/fd")],
        euid=0,
        cap_eff="000001ffffffffff",
        pid_namespace=4026531836,
        started=1700000100.5,
        finished=1700000101.0,
    )


def test_the_least_document(tmp_path: Path) -> None:
    snapshot = loaded(tmp_path, least_document())
    assert snapshot.host == Host("beta", "little")
    assert snapshot.started is None
    assert snapshot.problems == []


def places(value: object, place: Place = ()) -> list[tuple[str | int, ...]]:
    """Every key of an object in a document, however deep."""
    if isinstance(value, dict):
        return [
            found
            for key, inner in value.items()
            for found in [(*place, key), *places(inner, (*place, key))]
        ]
    if isinstance(value, list):
        return [f for i, inner in enumerate(value) for f in places(inner, (*place, i))]
    return []


REQUIRED = {
    ("netviz_snapshot",),
    ("host",),
    ("host", "name"),
    ("host", "byteorder"),
    ("processes",),
    ("processes", 0, "pid"),
    ("processes", 1, "pid"),
    ("netns",),
    ("complete",),
}
PLACES = places(full_document())


def at(document: Any, place: Place) -> Any:
    for step in place:
        document = document[step]
    return document


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_absent_and_null_are_unknown_or_an_error(tmp_path: Path, place: Place) -> None:
    absent, null = full_document(), full_document()
    del at(absent, place[:-1])[place[-1]]
    at(null, place[:-1])[place[-1]] = None
    if place in REQUIRED:
        for document in (absent, null):
            with pytest.raises(SnapshotError):
                loaded(tmp_path, document)
    else:
        assert loaded(tmp_path, absent) == loaded(tmp_path, null)


def test_unknown_keys_are_ignored(tmp_path: Path) -> None:
    document = full_document()
    for place in [(), ("host",), ("processes", 0), ("netns", 0), ("problems", 0), ("time",)]:
        at(document, place)["of another version"] = [{"deep": 2**80}]
    assert loaded(tmp_path, document) == loaded(tmp_path, full_document())

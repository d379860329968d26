"""Format 2: what is said of a document that is wrong somewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from snapshot_documents import full_document, write

from netviz.errors import SnapshotError
from netviz.snapshot import load
from netviz.snapshot.faults import CAPTURE_AGAIN
from netviz.snapshot.format2 import UPGRADE

Change = Callable[[dict[str, Any]], object]

U64 = "from 0 to 18446744073709551615"
BYTE_ORDER = 'expected "little" or "big"'
TIME = "expected seconds since 1970, from 0 to 253402300799"


def loaded(tmp_path: Path, document: object) -> object:
    return list(load(write(tmp_path / "alpha.json", document)))


def put(container: dict[str, Any], key: str, index: int, value: object) -> None:
    container[key][index] = value


FAULTS: list[tuple[str, Change]] = [
    (
        "netviz_snapshot: format 3 was written by a newer netviz",
        lambda d: d.update(netviz_snapshot=3),
    ),
    (
        "netviz_snapshot: expected the format number 2, found the number 1",
        lambda d: d.update(netviz_snapshot=1),
    ),
    (
        "netviz_snapshot: expected the format number 2, found true",
        lambda d: d.update(netviz_snapshot=True),
    ),
    (
        'netviz_snapshot: expected the format number 2, found the text "2"',
        lambda d: d.update(netviz_snapshot="2"),
    ),
    ("complete: is missing: the capture was cut short", lambda d: d.pop("complete")),
    ("complete: is false: the capture was cut short", lambda d: d.update(complete=False)),
    ("complete: expected true, found the number 1", lambda d: d.update(complete=1)),
    ("host: is missing", lambda d: d.pop("host")),
    ("host: expected an object, found a list", lambda d: d.update(host=["x"])),
    ("host.name: is missing", lambda d: d["host"].pop("name")),
    (
        f'host.byteorder: {BYTE_ORDER}, found the text "middle"',
        lambda d: d["host"].update(byteorder="middle"),
    ),
    (
        f"host.byteorder: {BYTE_ORDER}, found an empty list",
        lambda d: d["host"].update(byteorder=[]),
    ),
    (
        "host.clk_tck: expected an integer from 1 to 1000000000, found the number 0",
        lambda d: d["host"].update(clk_tck=0),
    ),
    ('processes: expected a list, found the text "all"', lambda d: d.update(processes="all")),
    ("processes[1]: expected an object, found null", lambda d: put(d, "processes", 1, None)),
    ("processes[1].pid: is missing", lambda d: put(d, "processes", 1, {})),
    (
        f"processes[1].pid: expected an integer {U64}, found true",
        lambda d: put(d, "processes", 1, {"pid": True}),
    ),
    (
        f"processes[0].uid: expected an integer {U64}, found the number -1",
        lambda d: d["processes"][0].update(uid=-1),
    ),
    (
        f"processes[0].start: expected an integer {U64}, found the number 1.8446744073709552e+19",
        lambda d: d["processes"][0].update(start=2**64),
    ),
    (
        "processes[0].comm: expected a text, found the number 7",
        lambda d: d["processes"][0].update(comm=7),
    ),
    (
        "processes[0].argv[1]: expected a text, found null",
        lambda d: d["processes"][0].update(argv=["a", None]),
    ),
    (
        "processes[1].sockets: expected a list, found an object",
        lambda d: put(d, "processes", 1, {"pid": 1, "sockets": {"a": 1}}),
    ),
    (
        f"processes[1].sockets[2]: expected an integer {U64}, found false",
        lambda d: put(d, "processes", 1, {"pid": 1, "sockets": [1, 2, False]}),
    ),
    (
        f"processes[1].sockets[0]: expected an integer {U64}, found null",
        lambda d: put(d, "processes", 1, {"pid": 1, "sockets": [None]}),
    ),
    (
        f"processes[1].sockets[1]: expected an integer {U64}, found the number -3",
        lambda d: put(d, "processes", 1, {"pid": 1, "sockets": [3, -3]}),
    ),
    (
        "processes[0].pipes[1]: expected an inode and a mode, found a list",
        lambda d: put(d["processes"][0], "pipes", 1, [1]),
    ),
    (
        f'processes[0].pipes[1][0]: expected an integer {U64}, found the text "8"',
        lambda d: put(d["processes"][0], "pipes", 1, ["8", "r"]),
    ),
    (
        'processes[0].pipes[2][1]: expected "r", "w" or "rw", found the text "wr"',
        lambda d: put(d["processes"][0], "pipes", 2, [1, "wr"]),
    ),
    (
        'processes[0].pipes[2][1]: expected "r", "w" or "rw", found a list',
        lambda d: put(d["processes"][0], "pipes", 2, [1, ["r"]]),
    ),
    ("netns[1]: expected an object, found a list", lambda d: put(d, "netns", 1, [1])),
    (
        "netns[0].tables.tcp: expected a text, found a list",
        lambda d: d["netns"][0]["tables"].update(tcp=["line"]),
    ),
    (
        'netns[0].tables["sctp/eps"]: expected a text, found the number 0',
        lambda d: d["netns"][0]["tables"].update({"sctp/eps": 0}),
    ),
    (
        "netns[0].addresses[1]: expected an address, found null",
        lambda d: d["netns"][0].update(addresses=["10.0.0.1", None]),
    ),
    (
        "netns[0].ip_local_port_range: expected the first and the last port, found a list",
        lambda d: d["netns"][0].update(ip_local_port_range=[1]),
    ),
    (
        "netns[0].ip_local_port_range[1]: expected an integer from 0 to 65535,"
        " found the number 65536",
        lambda d: d["netns"][0].update(ip_local_port_range=[1, 65536]),
    ),
    (
        "netns[0].forwarding: expected true or false, found the number 1",
        lambda d: d["netns"][0].update(forwarding=1),
    ),
    (
        "unix_peers[1]: expected an inode and its peer's, found a list",
        lambda d: d.update(unix_peers=[[1, 2], [3]]),
    ),
    (
        f"unix_peers[1][1]: expected an integer {U64}, found null",
        lambda d: d.update(unix_peers=[[1, 2], [3, None]]),
    ),
    (
        "unix_names[1]: expected an inode and a name, found a list",
        lambda d: d.update(unix_names=[[1, "a"], [3]]),
    ),
    (
        "unix_names[0][1]: expected a text, found the number 2",
        lambda d: d.update(unix_names=[[1, 2]]),
    ),
    ("problems[0]: expected an object, found the number 5", lambda d: d.update(problems=[5])),
    (
        f"problems[0].count: expected an integer {U64}, found the number 1.5",
        lambda d: d["problems"][0].update(count=1.5),
    ),
    (f"time.started: {TIME}, found the number 1e+99", lambda d: d["time"].update(started=1e99)),
    (f"time.finished: {TIME}, found true", lambda d: d["time"].update(finished=True)),
    ("tool.python: expected a text, found the number 3.6", lambda d: d["tool"].update(python=3.6)),
    ("privileges: expected an object, found true", lambda d: d.update(privileges=True)),
]


@pytest.mark.parametrize(("said", "change"), FAULTS, ids=[f[0][:40] for f in FAULTS])
def test_a_fault_is_named_with_its_place(tmp_path: Path, said: str, change: Change) -> None:
    document = full_document()
    change(document)
    with pytest.raises(SnapshotError) as caught:
        loaded(tmp_path, document)
    first, _, second = str(caught.value).partition("\n")
    assert first == f"{tmp_path / 'alpha.json'}: {said}"
    assert second in ("  " + CAPTURE_AGAIN, "  " + UPGRADE)
    assert (second == "  " + UPGRADE) == ("newer" in first)


@pytest.mark.parametrize(
    "address",
    ["", "10.0.0", "10.0.0.256", "10.0.0.1/33", "fe80::1/129", "::1/", "1.2.3.4/-1", "::1/+1",
     "fe80::1%eth0/64", "10.0.0.1/255.255.255.0", "10.0.0.1 ", "10.0.0.1\n", "host", "::/\u0661",
     "1.2.3.4/0000", "::1/64/64"],
)  # fmt: skip
def test_what_is_no_address(tmp_path: Path, address: str) -> None:
    document = full_document()
    document["netns"][0]["addresses"] = ["::ffff:10.0.0.1/128", "0.0.0.0/0", address]
    with pytest.raises(SnapshotError, match=r"netns\[0\].addresses\[2\]: .* is no IP address"):
        loaded(tmp_path, document)


def test_text_from_the_file_is_escaped_and_shortened(tmp_path: Path) -> None:
    document = full_document()
    document["netns"][0]["tables"] = {"\x1b[2J\n" + "x" * 500: 1}
    document["host"]["clk_tck"] = None
    with pytest.raises(SnapshotError) as caught:
        loaded(tmp_path, document)
    text = str(caught.value)
    assert 'tables["\\x1b[2J\\nxxx' in text
    assert text.count("\n") == 1
    assert len(caught.value.where) < 120


def test_text_found_is_escaped_and_shortened(tmp_path: Path) -> None:
    document = full_document()
    document["processes"] = "\x1b[31m\u2028\r\n" + "y" * 10_000
    with pytest.raises(SnapshotError) as caught:
        loaded(tmp_path, document)
    text = str(caught.value)
    assert 'found the text "\\x1b[31m\\u2028\\r\\n' in text
    assert len(text) < 400


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (7, "netns[0].interfaces: expected a list"),
        ([7], "netns[0].interfaces[0]: expected an index and a name"),
        ([[1]], "netns[0].interfaces[0]: expected an index and a name"),
        ([[1, 2]], "netns[0].interfaces[0]: expected an index and a name"),
        ([["1", "lo"]], "netns[0].interfaces[0][0]: expected an integer"),
        ([[-1, "lo"]], "netns[0].interfaces[0][0]: expected an integer"),
        ([[None, "lo"]], "netns[0].interfaces[0][0]: is missing"),
    ],
)
def test_interfaces_that_are_none(tmp_path: Path, value: object, said: str) -> None:
    document = full_document()
    document["netns"][0]["interfaces"] = value
    with pytest.raises(SnapshotError) as raised:
        list(load(write(tmp_path / "bad.json", document)))
    assert said in str(raised.value)

"""Format 1: decoded sockets become the text of kernel tables, its IPv6 addresses are mended."""

from __future__ import annotations

import ipaddress
import json
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snapshot_documents import first_format, write

from netviz.addresses import parse_address
from netviz.errors import SnapshotError
from netviz.parse import parse_inet, parse_packet, parse_unix
from netviz.snapshot import format1, load
from netviz.snapshot.model import Host, Process, Snapshot
from netviz.tables import InetColumns

MICROSTACK = Path(__file__).parents[3] / "shared" / "data" / "microstack.json"


def loaded(tmp_path: Path, document: object) -> Snapshot:
    (snapshot,) = load(write(tmp_path / "gamma.json", document))
    return snapshot


def table(snapshot: Snapshot, name: str) -> str:
    return snapshot.netns[0].tables[name]


def sockets(columns: InetColumns) -> list[tuple[int, int, int, int, int, int]]:
    """(local address, port, remote address, port, state, inode) of every line."""
    return [
        (hi << 64 | lo, port, remote_hi << 64 | remote_lo, remote_port, state, inode)
        for hi, lo, port, remote_hi, remote_lo, remote_port, state, inode in zip(
            columns.local_hi,
            columns.local_lo,
            columns.local_port,
            columns.remote_hi,
            columns.remote_lo,
            columns.remote_port,
            columns.state,
            columns.inode,
            strict=True,
        )
    ]


def inet(snapshot: Snapshot, name: str) -> list[tuple[int, int, int, int, int, int]]:
    columns = parse_inet(table(snapshot, name), False, name.endswith("6"))
    assert columns.bad.count == 0
    assert set(columns.uid) == {2**32 - 1}
    return sockets(columns)


def test_processes(tmp_path: Path) -> None:
    assert loaded(tmp_path, first_format()).processes == [
        Process(pid=7, comm="served", uid=5, security="unconfined", sockets=array("Q", [11, 12]))
    ]


def test_what_it_cannot_say_is_unknown(tmp_path: Path) -> None:
    snapshot = loaded(tmp_path, first_format())
    assert snapshot.format == 1
    assert snapshot.host == Host("gamma", "little")
    assert (snapshot.started, snapshot.finished, snapshot.euid) == (None, None, None)
    (namespace,) = snapshot.netns
    assert (namespace.id, namespace.addresses, namespace.forwarding) == (None, None, None)


def test_tcp_states_come_from_remote_port_and_inode(tmp_path: Path) -> None:
    local = parse_address("10.9.8.7")
    assert inet(loaded(tmp_path, first_format()), "tcp") == [
        (local, 80, parse_address("0.0.0.0"), 0, 0x0A, 11),
        (local, 80, parse_address("10.9.8.6"), 41000, 0x06, 0),
    ]


def test_ipv6_words_are_put_back(tmp_path: Path) -> None:
    snapshot = loaded(tmp_path, first_format())
    mapped, home = parse_address("::ffff:10.9.8.7"), parse_address("::ffff:127.0.0.1")
    assert inet(snapshot, "tcp6") == [(mapped, 80, home, 40000, 0x01, 12)]
    assert inet(snapshot, "udp6") == [
        (parse_address("::1"), 54, parse_address("::1"), 55, 0x01, 15)
    ]


def test_udp_without_remote_port_is_unconnected(tmp_path: Path) -> None:
    anywhere = parse_address("0.0.0.0")
    assert inet(loaded(tmp_path, first_format()), "udp") == [(anywhere, 53, anywhere, 0, 7, 14)]


def test_raw_has_its_protocol_for_a_port(tmp_path: Path) -> None:
    snapshot = loaded(tmp_path, first_format())
    assert inet(snapshot, "raw6") == [(0, 58, 0, 0, 7, 16)]
    assert [line[1] for line in inet(snapshot, "raw")] == [1]


def test_packet_and_unix(tmp_path: Path) -> None:
    snapshot = loaded(tmp_path, first_format())
    packets = parse_packet(table(snapshot, "packet"))
    assert (list(packets.inode), packets.bad.count) == ([17], 0)
    text = table(snapshot, "unix")
    unix = parse_unix(text)
    assert (list(unix.inode), unix.bad.count) == ([18, 19], 0)
    paths = [text[a:b] for a, b in zip(unix.path_start, unix.path_end, strict=True)]
    assert paths == ["/run/served.sock", ""]


def test_unix_path_forges_no_line(tmp_path: Path) -> None:
    document = first_format()
    forged = "0000000000000000: 00000002 00000000 00010000 0001 01 99 /forged"
    document["net"] = {"18": {"type": "unix", "path": f"@\0a\n{forged}\nrest"}}
    text = table(loaded(tmp_path, document), "unix")
    assert text.count("\n") == 2
    assert list(parse_unix(text).inode) == [18]
    assert f"@@a\\x0a{forged}\\x0arest" in text


def test_socket_of_another_type_stays_with_its_holder_only(tmp_path: Path) -> None:
    document = first_format()
    document["net"] = {"11": {"type": "vsock", "local": "?"}}
    snapshot = loaded(tmp_path, document)
    assert snapshot.netns[0].tables == {}
    assert list(snapshot.processes[0].sockets) == [11, 12]


@given(st.ip_addresses(v=6), st.integers(0, 65535))
def test_repair_undoes_what_capture_did(address: ipaddress.IPv6Address, port: int) -> None:
    """capture.py unpacked two native 64-bit words where the kernel printed four of 32 bits."""
    words = [address.packed[i : i + 4] for i in range(0, 16, 4)]
    written = str(ipaddress.IPv6Address(words[1] + words[0] + words[3] + words[2]))
    end = [written, port]
    tables = (
        format1.to_snapshot(
            {"processes": {}, "net": {"5": {"type": "udp6", "local": end, "remote": end}}}, "x", "x"
        )
        .netns[0]
        .tables
    )
    (line,) = sockets(parse_inet(tables["udp6"], False, True))
    assert line[:4] == (int(address), port, int(address), port)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/a/web.json", "web"),
        ("web.json.gz", "web"),
        ("b/web.gz", "web"),
        ("web.tar", "web.tar"),
        (".json", ".json"),
        ("caf\udce9.json", "caf\\xe9"),
    ],
)
def test_host_is_named_after_the_file(path: str, name: str) -> None:
    assert format1.stem(path) == name


def test_pid_is_the_field_or_the_key(tmp_path: Path) -> None:
    document = first_format()
    document["processes"] = {"1": {"pid": 2}, "3": {"pid": None}, "4": {}, "5": {"pid": "6"}}
    assert [p.pid for p in loaded(tmp_path, document).processes] == [2, 3, 4, 5]


def net(entry: object, key: str = "123") -> Callable[[dict[str, Any]], object]:
    return lambda d: d["net"].update({key: entry})


def process(entry: object, key: str = "8") -> Callable[[dict[str, Any]], object]:
    return lambda d: d["processes"].update({key: entry})


def inode(entry: object) -> Callable[[dict[str, Any]], object]:
    return process({"inodes": [{"ino": "1", "extra": "socket"}, entry]})


LOCAL = ["10.0.0.1", 80]

FAULTS = [
    ("processes: expected an object, found a list", lambda d: d.update(processes=[1])),
    ('processes["8"]: expected an object, found the number 1', process(1)),
    ('processes["8"].pid: expected an integer', process({"pid": -1})),
    ('processes["x y"]: expected a number', process({}, "x y")),
    ('processes["8"].cmd: expected a text, found the number 3', process({"cmd": 3})),
    ('processes["8"].uid: expected an integer', process({"uid": "root"})),
    ('processes["8"].selinux: expected a text, found true', process({"selinux": True})),
    ('processes["8"].inodes: expected a list, found an object', process({"inodes": {"a": 1}})),
    ('processes["8"].inodes[1]: expected an object, found the text "2"', inode("2")),
    ('processes["8"].inodes[1].ino: expected a number', inode({"ino": "0x1", "extra": "socket"})),
    ('processes["8"].inodes[1].ino: expected a number', inode({"extra": "socket"})),
    ('processes["8"].inodes[1].ino: expected an integer', inode({"ino": "9" * 20})),
    ('processes["8"].inodes[1].extra: expected a text', inode({"ino": "1", "extra": 4})),
    ('net: expected an object, found the text "none"', lambda d: d.update(net="none")),
    ('net["123"]: expected an object, found null', net(None)),
    ('net["-5"]: expected a number', net({"type": "unix"}, "-5")),
    ('net["\u0665"]: expected a number', net({"type": "unix"}, "\u0665")),
    ('net["123"].type: is missing', net({})),
    ('net["123"].type: expected a text, found an empty list', net({"type": []})),
    ('net["123"].local: expected an address and a port, found null', net({"type": "tcp"})),
    (
        'net["123"].local: expected an address and a port, found a list',
        net({"type": "tcp", "local": [1]}),
    ),
    (
        'net["123"].local[0]: expected an IPv4 address, found the number 7',
        net({"type": "tcp", "local": [7, 80], "remote": LOCAL}),
    ),
    (
        'net["123"].remote[0]: "::1" is no IPv4 address',
        net({"type": "udp", "local": LOCAL, "remote": ["::1", 80]}),
    ),
    (
        'net["123"].local[0]: "10.0.0.1" is no IPv6 address',
        net({"type": "tcp6", "local": LOCAL, "remote": LOCAL}),
    ),
    (
        'net["123"].local[0]: "fe80::1%eth0" is no IPv6 address',
        net({"type": "udp6", "local": ["fe80::1%eth0", 1], "remote": ["::", 0]}),
    ),
    (
        'net["123"].local[1]: expected an integer from 0 to 65535, found the number 65536',
        net({"type": "tcp", "local": ["10.0.0.1", 65536], "remote": LOCAL}),
    ),
    (
        'net["123"].remote[1]: expected an integer from 0 to 65535, found null',
        net({"type": "tcp", "local": LOCAL, "remote": ["10.0.0.1", None]}),
    ),
    (
        'net["123"].local: expected an integer from 0 to 65535, found a list',
        net({"type": "raw", "local": LOCAL, "remote": 0}),
    ),
    ('net["123"].path: expected a text, found the number 1', net({"type": "unix", "path": 1})),
]


@pytest.mark.parametrize(("said", "change"), FAULTS, ids=range(len(FAULTS)))
def test_a_fault_is_named_with_its_place(
    tmp_path: Path, said: str, change: Callable[[dict[str, Any]], object]
) -> None:
    document = first_format()
    change(document)
    with pytest.raises(SnapshotError) as caught:
        loaded(tmp_path, document)
    assert str(caught.value).startswith(f"{tmp_path / 'gamma.json'}: {said}")
    assert str(caught.value).count("\n") == 1


@pytest.mark.skipif(
    not MICROSTACK.exists(), reason="no shared folder with data/microstack.json beside the checkout"
)
def test_the_sample_of_the_original() -> None:
    (snapshot,) = load(MICROSTACK)
    written = json.loads(MICROSTACK.read_text())
    assert snapshot.host.name == "microstack"
    assert len(snapshot.processes) == len(written["processes"])
    lines = {name: text.count("\n") - 1 for name, text in snapshot.netns[0].tables.items()}
    assert lines == {"tcp": 350, "tcp6": 171, "udp": 2, "raw6": 1, "packet": 1, "unix": 1169}
    bridge = parse_address("::ffff:10.20.20.1")
    assert sum(line[0] == bridge for line in inet(snapshot, "tcp6")) == sum(
        socket.get("local", [""])[0] == "::a14:1401:0:ffff"
        for socket in written["net"].values()
        if socket["type"] == "tcp6"
    )

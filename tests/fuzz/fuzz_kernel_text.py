"""Harnesses for the text of the kernel: tables, control groups, what the capture itself reads."""

from __future__ import annotations

import ipaddress
import json
import random
from collections.abc import Iterator, Sequence

import naive_parse
from fuzzed_tables import TABLES, differing

from netviz import _fastparse, _pyparse  # type: ignore[attr-defined,unused-ignore]
from netviz.capture import addresses as capture_addresses
from netviz.capture import interfaces, mounts, namespace_writer, processes
from netviz.capture.text import clean, escaped_chunks
from netviz.fleet.cgroup import placement
from netviz.fleet.unix_names import with_names_on_one_line
from netviz.parsers.sctp import parse_associations, parse_endpoints
from netviz.snapshot.format2 import is_address
from netviz.tables import InetColumns

SCTP_TABLES = (
    " ASSOC     SOCK   STY SST ST HBKT ASSOC-ID TX_QUEUE RX_QUEUE UID INODE LPORT RPORT LADDRS <-> "
    "RADDRS HBINT INS OUTS MAXRT T1X T2X RTXC wmema wmemq sndbuf rcvbuf\n"
    "       0        0 2   1   3  0       5        0        0    1000 4711  40000 3868  *10.0.0.1 "
    "10.1.0.1 <-> *10.0.0.2 10.1.0.2 7500 10 10 10 0 0 0 1 0 212992 212992\n",
    " ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS\n"
    "       0        0 2   10  29   3868  1000 4712 10.0.0.2 ::1 \n",
)
CGROUPS = (
    f"0::/system.slice/docker-{'0123456789abcdef' * 4}.scope\n",
    f"1:name=systemd:/kubepods/pod12345678-1234-1234-1234-123456789abc/{'ab' * 32}\n0::/\n",
    "0::/user.slice/user-1000.slice/user@1000.service/app.slice/a.service\n",
    "0::/lxc.payload.web/system.slice/nginx.service\n",
)
PROC_FILES = (
    "12 (a) b) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 500 0 0\n",
    "Name:\tx\nUid:\t1000\t0\t1000\t1000\nCapEff:\t000001ffffffffff\n",
    "25 1 0:23 / /proc rw,nosuid shared:5 - proc proc rw,hidepid=2\n"
    "30 1 0:4 net:[4026532001] /run/netns/blue\\040x rw - nsfs nsfs rw\n",
    "fe800000000000000000000000000001 02 40 20 80     eth0\n",
    "00000000000000000000000000000001 80 00000000000000000000000000000000 00 "
    "00000000000000000000000000000000 00000000 00000001 00000000 80200001       lo\n",
    "Main:\n  +-- 10.0.0.0/24 2 0 2\n     |-- 10.0.0.0\n        /24 link UNICAST\n"
    "     |-- 10.0.0.5\n        /32 host LOCAL\n     |-- 10.0.0.255\n        /32 link BROADCAST\n",
    "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n1\tlo        :     1      V3\n"
    "\t\t\t\t010000E0     1 0:00000000\t\t0\n",
    "Ip: Forwarding DefaultTTL\nIp: 1 64\n",
)


def text_of(data: bytes) -> str:
    """The text that the capture would make of these bytes: without lone surrogates."""
    return clean(data)


def tables(data: bytes) -> None:
    """The compiled parsers give what their twins give, and nothing that a naive reader has not."""
    text = text_of(data)
    wrong = differing(text, _fastparse, _pyparse)
    assert not wrong, wrong
    if text.isascii() and text.isprintable() is False and "\n" in text:
        _compare_with_naive(text)


def _compare_with_naive(text: str) -> None:
    """Of ASCII text; the naive reader is less strict, so it may have more."""
    if set(text) & set("\x0b\x0c\x1c\x1d\x1e\x1f\r"):
        return  # what only one of both takes for a blank
    whole = "\n" + text  # it takes the first line for the header, whatever it is
    for wide in (False, True):
        for order in ("little", "big"):
            found = _fastparse.parse_inet(text, order == "big", wide)
            naive, _ = naive_parse.parse_inet(whole, order, wide)
            known = [_flat(socket) for socket in naive]
            assert is_part_of(list(_sockets(found)), known)


def _sockets(columns: InetColumns) -> Iterator[tuple[int, ...]]:
    for i in range(len(columns)):
        yield (
            columns.local_hi[i] << 64 | columns.local_lo[i],
            columns.local_port[i],
            columns.remote_hi[i] << 64 | columns.remote_lo[i],
            columns.remote_port[i],
            columns.state[i],
            columns.uid[i],
            columns.inode[i],
        )


def _flat(socket: naive_parse.InetSocket) -> tuple[int, ...]:
    local, remote = (
        int(address) | (0xFFFF << 32 if isinstance(address, ipaddress.IPv4Address) else 0)
        for address in (socket.local, socket.remote)
    )
    return local, socket.local_port, remote, socket.remote_port, *socket[4:]


def is_part_of(some: Sequence[object], everything: Sequence[object]) -> bool:
    """Whether ``some`` stand in ``everything``, in that order, perhaps with others between."""
    rest = iter(everything)
    return all(one in rest for one in some)


def sctp(data: bytes) -> None:
    """Any text is associations, endpoints and bad lines."""
    text = text_of(data)
    lines = sum(1 for line in text.split("\n") if line.strip(" \t"))
    associations, bad = parse_associations(text)
    assert len(associations) + bad.count in (lines, lines - 1)
    for one in associations:
        assert one.local and one.remote
        assert max(one.local_port, one.remote_port) <= 0xFFFF
    endpoints, bad = parse_endpoints(text)
    assert len(endpoints) + bad.count <= lines
    assert all(0 <= one.inode < 2**64 and one.addresses for one in endpoints)


def cgroup(data: bytes) -> None:
    """A unit or container is named by something that stands in the text."""
    text = text_of(data)
    placement.cache_clear()
    unit, container = placement(text)
    assert unit is None or unit in text
    assert container is None or container.rpartition("/")[2].partition(":")[2][:12] in text


def unix_names(data: bytes) -> None:
    """Names on one line: nothing is lost, and each name that is found has no line break left."""
    chance = random.Random(len(data))
    text = text_of(data)
    inodes = {
        int(word) for word in text.split() if word.isascii() and word.isdecimal() and len(word) < 20
    }
    names = {}
    for inode in sorted(inodes)[:4]:
        start = chance.randint(0, len(text))
        name = text[start : start + chance.randint(1, 80)]
        if "\n" in name:
            names[inode] = name
    plain = with_names_on_one_line(text, names)
    assert plain.replace("\\x0a", "\n") == text.replace("\\x0a", "\n")
    assert plain.count("\n") <= text.count("\n")


def proc_files(data: bytes) -> None:
    """Whatever a file of /proc holds, the capture makes of it what a snapshot can hold."""
    lines = data.split(b"\n")
    found: list[object] = [
        [value for value in processes.parse_stat(data) if not isinstance(value, bytes)],
        processes.effective_uid(data),
        processes.status_field(data, b"CapEff:"),
        processes.arguments(data),
        mounts.hidepid(mounts.parse_mountinfo(data), b"/proc"),
        [(n.inode, clean(n.name)) for n in mounts.named_namespaces(mounts.parse_mountinfo(data))],
        {index: clean(name) for index, name in interfaces.parse_igmp(lines).items()},
        namespace_writer.parse_forwarding(data),
    ]
    json.dumps(found, allow_nan=False).encode()
    for parse in (
        capture_addresses.parse_if_inet6,
        capture_addresses.parse_ipv6_route,
        capture_addresses.parse_fib_trie,
    ):
        for address in parse(lines):
            assert is_address(address), address
    cut = len(data) // 2
    written = "".join(escaped_chunks([data[:cut], data[cut:]]))
    assert json.loads(f'"{written}"') == clean(data)


TABLE_SEEDS = [
    *("\n".join(table).encode() for table in TABLES),
    *("\n".join(table[:3]).encode() + b"\n" for table in TABLES),
]
SCTP_SEEDS = [table.encode() for table in SCTP_TABLES]
CGROUP_SEEDS = [text.encode() for text in CGROUPS]
PROC_SEEDS = [text.encode() for text in PROC_FILES]

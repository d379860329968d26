"""ctnetlink entries come out as the lines that /proc/net/nf_conntrack would have."""

from __future__ import annotations

import os
import re
import shutil
import socket
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from needs import unavailable
from netlink_answers import attribute

from netviz.capture import namespace_writer
from netviz.capture.conntrack import conntrack_lines, format_entry
from netviz.capture.enter import run_inside
from netviz.capture.netlink import attributes


def ends(source: str, destination: str, protocol: bytes, more: bytes = b"") -> bytes:
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    first = 3 if family == socket.AF_INET6 else 1
    ip = attribute(first, socket.inet_pton(family, source))
    ip += attribute(first + 1, socket.inet_pton(family, destination))
    return attribute(1 | 0x8000, ip) + attribute(2 | 0x8000, protocol) + more


def ports(number: int, source: int, destination: int) -> bytes:
    return (
        attribute(1, bytes([number]))
        + attribute(2, struct.pack(">H", source))
        + attribute(3, struct.pack(">H", destination))
    )


def entry(family: int, *parts: bytes) -> bytes:
    return struct.pack("=BBH", family, 0, 0) + b"".join(parts)


def number(kind: int, value: int, size: str = ">I") -> bytes:
    return attribute(kind, struct.pack(size, value))


def counters(kind: int, packets: int, octets: int) -> bytes:
    return attribute(kind, number(1, packets, ">Q") + number(2, octets, ">Q"))


DNAT = entry(
    socket.AF_INET,
    attribute(1, ends("192.0.2.9", "192.0.2.1", ports(6, 54700, 8080))),
    attribute(2, ends("172.30.0.2", "192.0.2.9", ports(6, 80, 54700))),
    number(3, 0x2E),
    attribute(4, attribute(1, attribute(1, b"\x03"))),
    number(7, 431998),
    number(8, 5),
    counters(9, 2, 112),
    counters(10, 1, 60),
    number(11, 1),
)


def test_a_translated_connection() -> None:
    assert format_entry(DNAT) == (
        "ipv4     2 tcp      6 431998 ESTABLISHED src=192.0.2.9 dst=192.0.2.1 sport=54700 "
        "dport=8080 packets=2 bytes=112 src=172.30.0.2 dst=192.0.2.9 sport=80 dport=54700 "
        "packets=1 bytes=60 [ASSURED] mark=5 zone=0 use=1\n"
    )


def test_zones_labels_and_an_offloaded_flow() -> None:
    zone = attribute(3, struct.pack(">H", 9))
    text = format_entry(
        entry(
            socket.AF_INET6,
            attribute(1, ends("2001:db8::1", "2001:db8::2", ports(17, 5, 53), zone)),
            attribute(2, ends("2001:db8::2", "2001:db8::1", ports(17, 53, 5))),
            number(3, 0x4000),
            number(18, 4, ">H"),
            attribute(19, attribute(1, b"system_u:object_r:x_t:s0\0")),
        )
    )
    assert text == (
        "ipv6     10 udp      17 src=2001:0db8:0000:0000:0000:0000:0000:0001 "
        "dst=2001:0db8:0000:0000:0000:0000:0000:0002 sport=5 dport=53 zone-orig=9 [UNREPLIED] "
        "src=2001:0db8:0000:0000:0000:0000:0000:0002 "
        "dst=2001:0db8:0000:0000:0000:0000:0000:0001 sport=53 dport=5 [OFFLOAD] mark=0 "
        "secctx=system_u:object_r:x_t:s0 zone=4 use=0\n"
    )


def test_a_tunnel_has_keys_in_the_place_of_ports() -> None:
    text = format_entry(
        entry(
            socket.AF_INET,
            attribute(1, ends("192.0.2.9", "192.0.2.1", ports(47, 0, 0x1F))),
            attribute(2, ends("192.0.2.1", "192.0.2.9", ports(47, 0x1F, 0))),
        )
    )
    assert text is not None
    assert " src=192.0.2.9 dst=192.0.2.1 srckey=0x0 dstkey=0x1f [UNREPLIED] " in text
    assert " src=192.0.2.1 dst=192.0.2.9 srckey=0x1f dstkey=0x0 mark=0 " in text


def test_what_is_cut_short_is_no_entry() -> None:
    for length in range(len(DNAT)):
        text = format_entry(DNAT[:length])
        assert text is None or text.endswith("\n")
    assert format_entry(b"") is None
    assert format_entry(entry(99, DNAT[4:])) is None


def test_attributes_end_at_the_first_broken_length() -> None:
    good = attribute(7, b"abc")
    assert list(attributes(good + struct.pack("=HH", 3, 1) + good)) == [(7, b"abc")]
    assert list(attributes(good + struct.pack("=HH", 400, 1))) == [(7, b"abc")]
    assert list(attributes(good + b"\1")) == [(7, b"abc")]


ENTRIES = [
    "-s 10.9.0.1 -d 10.9.0.7 -p tcp --sport 4000 --dport 80 --state ESTABLISHED -t 1000 "
    "-u ASSURED,SEEN_REPLY -r 10.9.0.2 -q 10.9.0.1 --reply-port-src 8080 --reply-port-dst 4000",
    "-s 10.9.0.1 -d 10.9.0.2 -p tcp --sport 5 --dport 6 --state SYN_SENT -t 1000 -w 5",
    "-s 2001:db8::1 -d 2001:db8::2 -p udp --sport 40 --dport 53 -t 1000",
    "-s 10.9.0.1 -d 10.9.0.2 -p icmp --icmp-type 8 --icmp-code 0 --icmp-id 77 -t 1000 -m 7",
    "-s 10.9.0.1 -d 10.9.0.2 -p 61 -t 1000",
]


@pytest.fixture
def tracking() -> Iterator[str]:
    """A namespace whose table of tracked connections has one entry of each kind."""
    name = f"netviz-ct-{os.getpid()}"
    if os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("conntrack"):
        unavailable("needs root, iproute2 and the program conntrack")
    if not Path("/proc/sys/net/netfilter/nf_conntrack_max").exists():
        unavailable("this kernel tracks no connections")
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        for arguments in ENTRIES:
            subprocess.run(
                ["ip", "netns", "exec", name, "conntrack", "-I", *arguments.split()],
                check=True,
                capture_output=True,
            )
        yield name
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)


def comparable(text: str) -> list[str]:
    """The lines without what a dump changes by itself: seconds left and references held."""
    return sorted(
        re.sub(r" use=\d+$", "", re.sub(r"^(\S+ +\d+ \S+ +\d+) \d+", r"\1", line))
        for line in text.splitlines()
    )


def test_the_kernel_prints_the_same_lines(tracking: str) -> None:
    if not Path("/proc/net/nf_conntrack").exists():
        pytest.skip("this kernel has no /proc/net/nf_conntrack to compare with")
    dumped: list[bytes] = []
    printed: list[str] = []

    def read_both() -> None:
        printed.append(Path("/proc/thread-self/net/nf_conntrack").read_text())
        dumped.extend(conntrack_lines())

    descriptor = os.open(f"/run/netns/{tracking}", os.O_RDONLY)
    run_inside(descriptor, read_both)
    os.close(descriptor)
    assert len(dumped) == len(ENTRIES)
    assert comparable(b"".join(dumped).decode()) == comparable(printed[0])


def test_a_kernel_without_the_file_is_asked(
    tracking: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The name of the file is changed to one that no kernel has."""
    from netviz.capture import cli

    monkeypatch.setattr(namespace_writer, "CONNTRACK", "nf_conntrack_absent")
    assert cli.main(["-o", str(tmp_path / "x.json")]) == 0
    text = (tmp_path / "x.json").read_text()
    assert "nf_conntrack_absent" in text
    assert "src=10.9.0.2 dst=10.9.0.1 sport=8080 dport=4000 [ASSURED]" in re.sub(
        r"packets=\d+ bytes=\d+ ", "", text
    )

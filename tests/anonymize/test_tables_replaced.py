"""Each table means the same afterwards, and holds nothing that its parser did not take."""

from __future__ import annotations

from dataclasses import fields
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_text import (
    INET_TABLES,
    Row,
    inet_table,
    packet_line,
    packet_table,
    sctp_assocs_line,
    sctp_eps_line,
    sctp_table,
    unix_line,
    unix_table,
)

from netviz.addresses import is_ipv4
from netviz.anonymize.conntrack_table import replaced_conntrack
from netviz.anonymize.inet_table import replaced_inet
from netviz.anonymize.packet_table import replaced_packet
from netviz.anonymize.pseudonyms import Pseudonyms
from netviz.anonymize.sctp_tables import replaced_associations, replaced_endpoints
from netviz.anonymize.unix_table import replaced_unix
from netviz.parse import parse_conntrack, parse_inet, parse_packet, parse_unix
from netviz.parsers.sctp import parse_associations, parse_endpoints

KEY = b"k" * 32
UID = st.integers(0, 2**32 - 1)
INODE = st.integers(0, 2**64 - 1)
PORT = st.integers(0, 0xFFFF)
IPV4 = st.integers(0, 2**32 - 1).map(lambda number: str(ip_address(number)))
IPV6 = st.integers(2**32, 2**128 - 1).map(lambda number: str(ip_address(number)))


def columns(parsed: Any) -> dict[str, list[int]]:
    assert parsed.bad.count == 0
    return {f.name: list(getattr(parsed, f.name)) for f in fields(parsed) if f.name != "bad"}


def halves(pseudonyms: Pseudonyms, hi: list[int], lo: list[int]) -> list[int]:
    pairs = zip(hi, lo, strict=True)
    return [pseudonyms.addresses.number(h << 64 | low) for h, low in pairs]


@st.composite
def inet(draw: st.DrawFn) -> tuple[str, str, str]:
    name, order = draw(st.sampled_from(INET_TABLES)), draw(st.sampled_from(["little", "big"]))
    addresses = st.one_of(IPV4, IPV6) if name.endswith("6") else IPV4
    ends = st.tuples(addresses, PORT)
    rows = st.builds(Row, ends, ends, st.integers(0, 255), INODE, UID)
    return name, order, inet_table(name, draw(st.lists(rows, max_size=5)), order)


@settings(deadline=None)
@given(inet())
def test_ip_sockets(given: tuple[str, str, str]) -> None:
    name, order, text = given
    pseudonyms = Pseudonyms(KEY)
    made, left_out = replaced_inet(name, text, order == "big", pseudonyms)
    assert left_out == 0
    before, after = (
        columns(parse_inet(one, order == "big", name.endswith("6"))) for one in (text, made)
    )
    for end in ("local", "remote"):
        hi, lo = before.pop(f"{end}_hi"), before.pop(f"{end}_lo")
        found = zip(after.pop(f"{end}_hi"), after.pop(f"{end}_lo"), strict=True)
        assert [h << 64 | low for h, low in found] == halves(pseudonyms, hi, lo)
    before["uid"] = [pseudonyms.users.number(uid) for uid in before["uid"]]
    assert after == before


def test_a_line_that_is_no_socket_is_left_out() -> None:
    row = Row(("10.0.0.1", 80), ("0.0.0.0", 0), 10, 7)
    text = inet_table("tcp", [row]) + "   1: SECRET\n   2: 0100000A:0050 SECRET\n"
    made, left_out = replaced_inet("tcp", text, False, Pseudonyms(KEY))
    assert left_out == 2
    assert "SECRET" not in made
    assert len(parse_inet(made, False, False)) == 1


def test_what_follows_a_socket_on_its_line_is_left_out() -> None:
    row = Row(("10.0.0.1", 80), ("0.0.0.0", 0), 10, 7)
    text = inet_table("tcp", [row]).rstrip("\n").rstrip() + " SECRET\n"
    assert "SECRET" not in replaced_inet("tcp", text, False, Pseudonyms(KEY))[0]


NAMES = st.one_of(
    st.none(),
    st.text(alphabet="ab/@ \n\\x0:1", min_size=1, max_size=12).filter(lambda n: n.strip(" \n")),
)


@settings(deadline=None)
@given(
    st.lists(st.tuples(INODE, NAMES, st.integers(0, 255), st.integers(0, 2**32 - 1)), max_size=5)
)
def test_unix_sockets(sockets: list[tuple[int, str | None, int, int]]) -> None:
    text = unix_table(unix_line(*socket) for socket in sockets)
    pseudonyms = Pseudonyms(KEY)
    before = parse_unix(text)
    made, left_out = replaced_unix(text, {}, pseudonyms.names)
    after = parse_unix(made)
    assert (left_out, after.bad.count) == (before.bad.count, 0)
    for column in ("flags", "type", "state", "inode"):
        assert getattr(after, column) == getattr(before, column)
    names = [
        [one.encode()[start:end] for start, end in zip(c.path_start, c.path_end, strict=True)]
        for one, c in ((text, before), (made, after))
    ]
    assert [not name for name in names[0]] == [not name for name in names[1]]
    assert [name[:1] == b"@" for name in names[0]] == [name[:1] == b"@" for name in names[1]]
    assert len(set(names[0])) == len(set(names[1]))


@settings(deadline=None)
@given(st.lists(st.tuples(INODE, PORT, UID, UID, st.integers(0, 0xFFFF)), max_size=5))
def test_packet_sockets(sockets: list[tuple[int, int, int, int, int]]) -> None:
    text = packet_table(packet_line(*socket) for socket in sockets)
    users = Pseudonyms(KEY).users
    made, left_out = replaced_packet(text, users)
    before, after = columns(parse_packet(text)), columns(parse_packet(made))
    before["uid"] = [users.number(uid) for uid in before["uid"]]
    assert (left_out, after) == (0, before)


ENDS = st.lists(st.one_of(IPV4, IPV6), min_size=1, max_size=3, unique=True)


@settings(deadline=None)
@given(st.lists(st.tuples(ENDS, PORT, ENDS, PORT, INODE), max_size=3))
def test_associations(sockets: list[tuple[list[str], int, list[str], int, int]]) -> None:
    lines = [sctp_assocs_line(*socket) for socket in sockets]
    # One of the style and state that is not accepted yet: STY 2, SST 10.
    lines += [line.replace(" 2   1   3 ", " 2   10  3 ") for line in lines]
    text = sctp_table("sctp/assocs", lines)
    pseudonyms = Pseudonyms(KEY)
    before, bad = parse_associations(text)
    made, left_out = replaced_associations(text, pseudonyms)
    after, worse = parse_associations(made)
    assert (bad.count, left_out, worse.count) == (0, 0, 0)
    assert [one.waits for one in before] == [False] * len(sockets) + [True] * len(sockets)
    assert after == [
        one._replace(
            local=tuple(map(pseudonyms.addresses.number, one.local)),
            remote=tuple(map(pseudonyms.addresses.number, one.remote)),
            uid=pseudonyms.users.number(one.uid),
        )
        for one in before
    ]


def test_an_association_whose_number_is_none_is_left_out() -> None:
    text = sctp_table("sctp/assocs", [sctp_assocs_line(["10.0.0.1"], 1, ["10.0.0.2"], 2, 3)])
    made, left_out = replaced_associations(text.replace(" 977 ", " SECRET "), Pseudonyms(KEY))
    assert left_out == 1
    assert "SECRET" not in made


@settings(deadline=None)
@given(st.lists(st.tuples(PORT, INODE, ENDS, UID), max_size=3))
def test_endpoints(sockets: list[tuple[int, int, list[str], int]]) -> None:
    text = sctp_table("sctp/eps", [sctp_eps_line(*socket) for socket in sockets])
    pseudonyms = Pseudonyms(KEY)
    before, _ = parse_endpoints(text)
    made, left_out = replaced_endpoints(text, pseudonyms)
    after, bad = parse_endpoints(made)
    assert (left_out, bad.count) == (0, 0)
    assert after == [
        one._replace(
            addresses=tuple(map(pseudonyms.addresses.number, one.addresses)),
            uid=pseudonyms.users.number(one.uid),
        )
        for one in before
    ]


@st.composite
def entries(draw: st.DrawFn) -> str:
    wide = draw(st.booleans())
    family = "ipv6     10" if wide else "ipv4     2"
    addresses = st.one_of(IPV6, IPV4.map("::ffff:{}".format)) if wide else IPV4
    number = draw(st.sampled_from([1, 6, 17, 47, 132, 136, 255]))
    ways = []
    for _ in range(2):
        ends = [draw(addresses) for _ in range(2)]
        if wide:
            ends = [ip_address(end).exploded for end in ends]
        ports = f" sport={draw(PORT)} dport={draw(PORT)}" if number not in (1, 47, 255) else ""
        ways.append(f"src={ends[0]} dst={ends[1]}{ports}")
    unreplied = "[UNREPLIED] " * draw(st.booleans())
    return (
        f"{family} name {number} 99 ESTABLISHED {ways[0]} packets=1 {unreplied}{ways[1]} "
        "[ASSURED] mark=7 secctx=SECRET zone=3 use=2\n"
    )


@settings(deadline=None)
@given(st.lists(entries(), max_size=4))
def test_tracked_connections(lines: list[str]) -> None:
    text = "".join(lines)
    addresses = Pseudonyms(KEY).addresses
    before = columns(parse_conntrack(text))
    made, left_out = replaced_conntrack(text, addresses)
    assert left_out == 0
    assert "SECRET" not in made
    after = columns(parse_conntrack(made))
    for way in ("original", "reply"):
        for end in ("source", "destination"):
            pairs = [
                list(zip(c.pop(f"{way}_{end}_hi"), c.pop(f"{way}_{end}_lo"), strict=True))
                for c in (before, after)
            ]
            numbers = [[hi << 64 | lo for hi, lo in side] for side in pairs]
            assert numbers[1] == list(map(addresses.number, numbers[0]))
            assert list(map(is_ipv4, numbers[1])) == list(map(is_ipv4, numbers[0]))
    assert after == before


@pytest.mark.parametrize("table", ["tcp", "unix", "packet", "sctp/assocs", "nf_conntrack"])
@settings(deadline=None)
@given(st.text())
def test_text_that_is_no_table(table: str, text: str) -> None:
    pseudonyms = Pseudonyms(KEY)
    made = {
        "tcp": lambda: replaced_inet("tcp", text, False, pseudonyms),
        "unix": lambda: replaced_unix(text, {}, pseudonyms.names),
        "packet": lambda: replaced_packet(text, pseudonyms.users),
        "sctp/assocs": lambda: replaced_associations(text, pseudonyms),
        "nf_conntrack": lambda: replaced_conntrack(text, pseudonyms.addresses),
    }[table]()[0]
    assert made.count("\n") == (table != "nf_conntrack")  # no more than the header

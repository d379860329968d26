"""The tables of SCTP: every set of columns that kernels have printed, and any other text."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.addresses import parse_address
from netviz.parsers.sctp import MOST_ADDRESSES, parse_associations, parse_endpoints

NEWEST = (
    " ASSOC     SOCK   STY SST ST HBKT ASSOC-ID TX_QUEUE RX_QUEUE UID INODE LPORT RPORT "
    "LADDRS <-> RADDRS HBINT INS OUTS MAXRT T1X T2X RTXC wmema wmemq sndbuf rcvbuf"
)
MIDDLE = NEWEST.removesuffix(" wmema wmemq sndbuf rcvbuf")
OLDEST = NEWEST[: NEWEST.index(" HBINT")]
ASSOCIATION = (
    "ffff880000001000 ffff880000002000 2   1   3  77   5        0        0    1000 4711 "
    "40000  3868  10.5.0.1 *10.5.1.1 <-> 10.5.0.9 *10.5.1.9 10.5.2.9 "
)
TAIL = "\t   30000    17    10   10    0    0        0"
MEMORY = "       11        12  1000000  2000000"
EPS = " ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS"


def numbers(*texts: str) -> tuple[int, ...]:
    return tuple(map(parse_address, texts))


def test_every_layout_of_associations() -> None:
    for header, line in (
        (OLDEST, ASSOCIATION),
        (MIDDLE, ASSOCIATION + TAIL),
        (NEWEST, ASSOCIATION + TAIL + MEMORY),
        (NEWEST, (ASSOCIATION + TAIL + MEMORY).replace("\t", " ")),
    ):
        (found,), bad = parse_associations(f"{header}\n{line}\n")
        assert bad.count == 0
        assert found.local == numbers("10.5.1.1", "10.5.0.1")
        assert found.remote == numbers("10.5.1.9", "10.5.0.9", "10.5.2.9")
        assert (found.local_port, found.remote_port) == (40000, 3868)
        assert (found.state, found.waits, found.uid, found.inode) == (3, False, 1000, 4711)


def test_columns_are_found_by_name() -> None:
    header = "ASSOC SOCK STY SST ST ASSOC-ID UID INODE LPORT RPORT LADDRS <-> RADDRS"
    (found,), bad = parse_associations(f"{header}\n0 0 2 10 3 7 0 12 1 2 fe80::1 <-> *fd00::2\n")
    assert bad.count == 0
    assert (found.inode, found.local_port, found.remote_port, found.waits) == (12, 1, 2, True)
    assert (found.local, found.remote) == (numbers("fe80::1"), numbers("fd00::2"))


def test_addresses_are_text_in_no_byte_order_and_ports_decimal() -> None:
    line = "0 0 0 1 3 0 1 0 0 0 9 80 443 0001:0002:0003:0004:0005:0006:0007:0008 <-> 1.2.3.4"
    (found,), _ = parse_associations(f"{NEWEST}\n{line}\n")
    assert found.local == numbers("1:2:3:4:5:6:7:8")
    assert (found.local_port, found.remote_port) == (80, 443)


def test_endpoints_with_and_without_a_column_and_on_two_lines() -> None:
    with_bucket = "ffff01 ffff02 2 10 32 3868 0 88 10.5.0.1 10.5.1.1"
    more = "ffff01 ffff02 2 10 32 3868 0 88 10.5.2.1"
    other = "ffff03 ffff04 0 7 33 3869 5 89 ::"
    found, bad = parse_endpoints("\n".join([EPS, with_bucket, more, other, ""]))
    assert bad.count == 0
    assert [one.addresses for one in found] == [
        numbers("10.5.0.1", "10.5.1.1", "10.5.2.1"),
        numbers("::"),
    ]
    assert [(one.port, one.state, one.uid, one.inode) for one in found] == [
        (3868, 10, 0, 88),
        (3869, 7, 5, 89),
    ]
    bare = EPS.replace(" HBKT", "")
    (one,), bad = parse_endpoints(f"{bare}\nffff01 ffff02 2 10 3868 0 88 10.5.0.1\n")
    assert (one.port, one.inode, bad.count) == (3868, 88, 0)


def test_bad_lines_are_counted_and_the_first_is_kept() -> None:
    lines = [
        ASSOCIATION.replace("40000", "70000"),
        ASSOCIATION.replace("<->", ">-<"),
        ASSOCIATION.replace("10.5.0.1 *10.5.1.1 ", ""),
        ASSOCIATION.replace("4711", "-1"),
        ASSOCIATION.replace("4711", "٤"),
        ASSOCIATION.replace("4711", "9" * 400),
        ASSOCIATION.replace("10.5.0.1", "10.5.0.1/8"),
        ASSOCIATION[:40],
        ASSOCIATION,
        "",
    ]
    found, bad = parse_associations("\n".join([NEWEST, *lines]))
    assert len(found) == 1
    assert (bad.count, bad.first) == (8, lines[0])
    found_eps, bad = parse_endpoints(f"{EPS}\n0 0 2 10 1 2 3\n\n0 0 2 10 1 2 3 4 nowhere\n")
    assert (found_eps, bad.count) == ([], 2)


def test_more_addresses_than_sctp_can_tell_of_are_no_association() -> None:
    for count, good in ((MOST_ADDRESSES, 1), (MOST_ADDRESSES + 1, 0)):
        line = ASSOCIATION.replace("10.5.0.9 *10.5.1.9 10.5.2.9", "10.5.0.9 " * count)
        found, bad = parse_associations(f"{NEWEST}\n{line}\n")
        assert (len(found), bad.count) == (good, 1 - good)


def test_kernels_before_uids_and_inodes() -> None:
    """Early Linux 2.6 (2.6.18 has them): neither, nor the number of an association."""
    header = " ASSOC     SOCK   STY SST ST HBKT LPORT RPORT LADDRS <-> RADDRS"
    line = "d0a0 d0b0 2   1   3  77   40000 3868  10.5.0.1 10.5.1.1 <-> 10.5.0.9 "
    (found,), bad = parse_associations(f"{header}\n{line}\n")
    assert (found.local_port, found.remote_port, found.inode, bad.count) == (40000, 3868, 0, 0)
    assert found.local == numbers("10.5.0.1", "10.5.1.1")
    header = " ENDPT     SOCK   STY SST HBKT LPORT LADDRS"
    (one,), bad = parse_endpoints(f"{header}\nd0a0 d0b0 2   10  9    3868  0.0.0.0 \n")
    assert (one.port, one.state, one.inode, bad.count) == (3868, 10, 0, 0)


def test_uids_that_old_kernels_print_as_negative_numbers() -> None:
    """sock_i_uid() with %d in net/sctp/proc.c, before uids were printed as unsigned."""
    for printed, uid in (("-2", 2**32 - 2), ("-1", 2**32 - 1), ("4294967294", 2**32 - 2)):
        (found,), _ = parse_associations(
            f"{NEWEST}\n{ASSOCIATION.replace('1000 4711', f'{printed} 4711')}"
        )
        assert (found.uid, found.inode) == (uid, 4711)
        (one,), _ = parse_endpoints(f"{EPS}\n0 0 2 10 9 3868 {printed} 88 10.5.0.1 \n")
        assert one.uid == uid
    line = ASSOCIATION.replace("1000 4711", "-2147483649 4711")
    assert parse_associations(f"{NEWEST}\n{line}")[1].count == 1


def test_a_table_of_a_header_alone_is_empty() -> None:
    assert parse_associations(f"{NEWEST}\n") == ([], parse_associations("")[1])
    assert parse_endpoints(f"{EPS}\n")[0] == []


words = st.sampled_from([*ASSOCIATION.split(), *NEWEST.split(), "\t", "*", "*1.1.1.1", "\ud800"])
anything = st.one_of(
    st.text(max_size=80),
    st.lists(words, max_size=30).map(" ".join),
)


@given(st.lists(anything, max_size=4).map("\n".join))
@settings(max_examples=500, deadline=None)
def test_any_text_gives_sockets_or_bad_lines(text: str) -> None:
    lines = sum(1 for line in text.split("\n") if line.strip(" \t"))
    for parse in (parse_associations, parse_endpoints):
        found, bad = parse(text)
        assert len(found) + bad.count <= lines
        assert len(bad.first) <= 200

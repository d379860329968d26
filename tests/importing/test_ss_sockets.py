"""Sockets of TCP and UDP in what ss printed."""

from __future__ import annotations

import pytest
from texts_of_programs import SS_HEADER, from_ss, held, sockets, ss_line, unread, users

from netviz.errors import SourceError
from netviz.snapshot.model import IMPORTED

LISTENER = ss_line("tcp", "LISTEN", "0.0.0.0:80", "0.0.0.0:*", users(("nginx", 7, 3)) + " ino:50")


def test_address_port_state_inode_and_holders() -> None:
    snapshot = from_ss(
        SS_HEADER
        + LISTENER
        + ss_line(
            "tcp",
            "ESTAB",
            "192.0.2.1:80",
            "192.0.2.9:40001",
            users(("nginx", 8, 5), ("nginx", 9, 5)) + " uid:33 ino:51 sk:1a cgroup:/a <->",
        )
        + ss_line("udp", "UNCONN", "192.0.2.1:53", "0.0.0.0:*", "ino:52 sk:2")
    )
    assert sockets(snapshot, "tcp") == [
        ("00000000:0050", "00000000:0000", "0A", 50),
        ("010200C0:0050", "090200C0:9C41", "01", 51),
    ]
    assert sockets(snapshot, "udp") == [("010200C0:0035", "00000000:0000", "07", 52)]
    assert snapshot.netns[0].tables["tcp"].splitlines()[2].split()[7] == "33"
    assert held(snapshot) == {7: ("nginx", [50]), 8: ("nginx", [51]), 9: ("nginx", [51])}
    assert unread(snapshot) == []


@pytest.mark.parametrize(
    ("local", "peer", "table", "expected"),
    [
        ("*:80", "*:*", "tcp6", f"{'0' * 32}:0050"),
        ("[::]:80", "[::]:*", "tcp6", f"{'0' * 32}:0050"),
        ("[::ffff:192.0.2.1]:80", "[::ffff:192.0.2.9]:99", "tcp6", None),
        ("[fe80::5]%eth0:81", "[fe80::6]:99", "tcp6", None),
        ("fe80::5%eth0:81", "fe80::6:99", "tcp6", None),
        ("127.0.0.53%lo:53", "0.0.0.0:*", "tcp", "3500007F:0035"),
        ("0.0.0.0%a:b:67", "0.0.0.0:*", None, None),  # no name of an interface has a colon
        ("localhost:80", "0.0.0.0:*", None, None),
        ("192.0.2.1:http", "0.0.0.0:*", None, None),
        ("192.0.2.1:65536", "0.0.0.0:*", None, None),
        ("192.0.2.256:80", "0.0.0.0:*", None, None),
        ("[::1]:80", "192.0.2.1:9", "tcp6", None),
    ],
)
def test_addresses(local: str, peer: str, table: str | None, expected: str | None) -> None:
    text = SS_HEADER + LISTENER + ss_line("tcp", "LISTEN", local, peer, "ino:5")
    snapshot = from_ss(text)
    found = [end for name in ("tcp", "tcp6") for end in sockets(snapshot, name) if end[3] == 5]
    if table is None:
        assert found == []
        assert unread(snapshot) == [("0.txt", "unreadable line", 1)]
    else:
        assert found == [end for end in sockets(snapshot, table) if end[3] == 5]
        assert len(found) == 1
        assert expected is None or found[0][0] == expected


def test_until_2017_a_star_was_any_ipv4_address() -> None:
    old = (
        ss_line("tcp", "LISTEN", "*:22", "*:*", "ino:1")
        + ss_line("tcp", "LISTEN", ":::22", ":::*", "ino:2")
        + ss_line("tcp", "ESTAB", "::ffff:192.0.2.1:22", "::ffff:192.0.2.2:9", "ino:3")
    )
    snapshot = from_ss(old)
    assert [one[3] for one in sockets(snapshot, "tcp")] == [1]
    assert [one[3] for one in sockets(snapshot, "tcp6")] == [2, 3]


def test_users_of_older_versions_and_of_other_options() -> None:
    snapshot = from_ss(
        ss_line("tcp", "LISTEN", "0.0.0.0:22", "0.0.0.0:*", 'users:(("sshd",11,3))')
        + ss_line(
            "tcp",
            "LISTEN",
            "0.0.0.0:80",
            "0.0.0.0:*",
            'users:(("httpd",pid=13,proc_ctx=system_u:system_r:httpd_t:s0-s15:c0.c9,fd=4))',
        )
    )
    assert {pid: name for pid, (name, _) in held(snapshot).items()} == {
        11: "sshd",
        13: "httpd",
    }
    assert snapshot.processes[1].security == "system_u:system_r:httpd_t:s0-s15:c0.c9"


def test_lines_that_go_on_are_one_socket() -> None:
    line = ss_line("", "ESTAB", "192.0.2.1:80", "192.0.2.9:9", users(("a", 7, 3)) + " ino:4")
    text = line + "\t skmem:(r0,rb131072) ts sack cubic wscale:7,7\n"
    snapshot = from_ss("State Recv-Q Send-Q Local Address:Port Peer Address:Port\n" + text * 1
                       + ss_line("", "LISTEN", "192.0.2.1:80", "0.0.0.0:*", "ino:3"))  # fmt: skip
    assert [one[3] for one in sockets(snapshot, "tcp")] == [4, 3]
    assert unread(snapshot) == []


def test_without_a_column_for_it_the_protocol_has_to_be_told() -> None:
    udp = ss_line("", "UNCONN", "192.0.2.1:53", "0.0.0.0:*", "ino:1")
    with pytest.raises(SourceError, match="no column Netid"):
        from_ss(udp)
    assert len(sockets(from_ss(udp, netid="udp"), "udp")) == 1
    tcp = ss_line("", "TIME-WAIT", "192.0.2.1:53", "192.0.2.7:9")
    assert sockets(from_ss(tcp), "tcp")[0][2:] == ("06", 0)


def test_inodes_that_are_not_told_are_stood_in_for() -> None:
    without = (
        ss_line("tcp", "LISTEN", "192.0.2.1:80", "0.0.0.0:*", users(("a", 7, 3)))
        + ss_line("tcp", "ESTAB", "192.0.2.1:80", "192.0.2.9:9", users(("a", 7, 4)))
        + ss_line("tcp", "TIME-WAIT", "192.0.2.1:80", "192.0.2.9:8")
    )
    snapshot = from_ss(without)
    assert [one[3] for one in sockets(snapshot, "tcp")] == [2**32, 2**32 + 1, 0]
    assert held(snapshot) == {7: ("a", [2**32, 2**32 + 1])}


def test_a_file_without_inodes_tells_of_the_sockets_of_one_with_them() -> None:
    line = ("tcp", "LISTEN", "192.0.2.1:80", "0.0.0.0:*")
    texts = ss_line(*line, users(("a", 7, 3))), ss_line(*line, "ino:44")
    for pair in (texts, texts[::-1]):
        snapshot = from_ss(*pair)
        assert {one[3] for one in sockets(snapshot, "tcp")} == {44}
        assert held(snapshot) == {7: ("a", [44])}


def test_sockets_of_other_sorts_are_counted() -> None:
    snapshot = from_ss(LISTENER + ss_line("nl", "UNCONN", "0:0", "*") * 2)
    assert unread(snapshot) == [("0.txt", "sockets of nl are not imported", 2)]


@pytest.mark.parametrize("netid", ["u_str", "u_dgr", "u_seq"])
def test_unix_sockets_without_a_number_are_counted(netid: str) -> None:
    snapshot = from_ss(LISTENER + ss_line(netid, "LISTEN", "/run/a.sock", "*"))
    assert unread(snapshot) == [("0.txt", "unreadable line", 1)]
    assert "unix" not in snapshot.netns[0].tables


def test_options_that_were_missing_are_told() -> None:
    snapshot = from_ss(ss_line("tcp", "ESTAB", "192.0.2.1:80", "192.0.2.9:9", "ino:4"))
    assert [one.error for one in snapshot.problems if one.what == IMPORTED][1:] == [
        "0.txt has no listening socket, like ss without the option -a",
        "0.txt has no process, like ss without the option -p",
    ]
    assert len(from_ss(LISTENER).problems) == 1


def test_what_is_no_output_of_ss() -> None:
    with pytest.raises(SourceError, match="no output of ss: 'bash: ss: command not found'"):
        from_ss("bash: ss: command not found\n")


def test_an_output_that_is_there_twice_is_one() -> None:
    assert from_ss(LISTENER, LISTENER).netns[0].tables == from_ss(LISTENER).netns[0].tables


def test_packet_and_raw_sockets() -> None:
    snapshot = from_ss(
        LISTENER
        + ss_line("raw", "UNCONN", "0.0.0.0:1", "0.0.0.0:*", users(("ping", 3, 3)) + " ino:8")
        + ss_line("p_raw", "UNCONN", "*:eth0", "*", users(("tcpdump", 4, 3)) + " ino:9")
        + ss_line("p_dgr", "UNCONN", "arp:eth0", "*", users(("arpd", 5, 3)) + " ino:10")
    )
    assert sockets(snapshot, "raw") == [("00000000:0001", "00000000:0000", "07", 8)]
    packets = [line.split() for line in snapshot.netns[0].tables["packet"].splitlines()[1:]]
    assert [(one[3], one[-1]) for one in packets] == [("0003", "9"), ("0000", "10")]
    assert {4: [9], 5: [10]}.items() <= {p: s for p, (_, s) in held(snapshot).items()}.items()

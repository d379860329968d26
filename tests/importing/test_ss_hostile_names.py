"""Names in what ss printed that imitate columns, holders or lines: nothing of them is taken."""

from __future__ import annotations

import pytest
from texts_of_programs import from_ss, held, sockets, ss_line, unread, users

from netviz.importing.ss_users import parse_users

LONGEST_COMM = 15


@pytest.mark.parametrize(
    "comm",
    [
        '",pid=1,fd=3),(',
        '",pid=1,fd=3))',
        '"',
        "a\nb",
        "a (b), c",
        " ino:7 users:((",
        "",
        "users:((",
        "\\",
    ],
)
def test_no_other_pid_is_ever_taken(comm: str) -> None:
    assert len(comm) <= LONGEST_COMM
    found = parse_users(f"{users((comm, 500, 3), ('x', 501, 3))} ino:9 sk:1")
    assert found.users is None or [one.pid for one in found.users] == [500, 501]


def test_every_name_of_that_length_that_could_close_an_entry_is_refused() -> None:
    """A whole entry takes 16 bytes at least, one more than a name can have."""
    for pid in range(10):
        for fd in range(10):
            forged = f'",pid={pid},fd={fd}),("'
            assert len(forged) == LONGEST_COMM + 1
            found = parse_users(users((forged[:LONGEST_COMM], 500, 3)))
            assert found.users is None


@pytest.mark.parametrize("comm", ['a",1,3),("b', '",1,3))', '",1,3)) ino:7 ', '",1,3),("'])
def test_no_entry_of_older_versions_is_taken_from_a_name(comm: str) -> None:
    assert len(comm) <= LONGEST_COMM
    for entry in (f'("{comm}",pid=500,fd=3)', f'("{comm}",500,3)'):
        found = parse_users(f"users:({entry}) ino:9")
        assert found.users is None or [one.pid for one in found.users] == [500]


def test_a_list_that_cannot_be_read_leaves_the_socket() -> None:
    line = ("tcp", "LISTEN", "192.0.2.1:80", "0.0.0.0:*")
    snapshot = from_ss(ss_line(*line, users(('x"y', 7, 3)) + " ino:50 sk:1"))
    assert sockets(snapshot, "tcp") == [("010200C0:0050", "00000000:0000", "0A", 50)]
    assert held(snapshot) == {}
    assert unread(snapshot) == [("0.txt", "unreadable list of users", 1)]


def unix(name: str, inode: int, peer: int, pid: int) -> str:
    return f"u_str ESTAB  0      0    {name} {inode}        * {peer}    {users(('srv', pid, 3))}\n"


@pytest.mark.parametrize(
    "name",
    [
        "/run/a b",
        "/run/x 5 * 6",
        '/run/x 5 * 6 users:(("root",pid=1,fd=1))',
        "/run/x 5 * 6 <-> ino:7 dev:0/1 peers: 1 2",
        "@ 5 * 6  ",
    ],
)
def test_a_name_that_imitates_columns(name: str) -> None:
    snapshot = from_ss(unix(name, 100, 101, 7))
    assert snapshot.unix_peers == [(100, 101)]
    assert held(snapshot) == {7: ("srv", [100])}
    [line] = snapshot.netns[0].tables["unix"].splitlines()[1:]
    assert line.endswith(f" 100 {name.rstrip()}")


@pytest.mark.parametrize(
    "comm", [" 1 * 2", " 1 * 2 users:(", " 1 * 2 <->", " 1 * 2 users:((", " 1 * 2 3 4", "a 1 * 2 b"]
)
def test_a_process_that_imitates_columns(comm: str) -> None:
    assert len(comm) <= LONGEST_COMM
    text = f"u_str ESTAB 0 0 /run/a 100 * 101 {users((comm, 7, 3))}\n"
    snapshot = from_ss(text)
    assert snapshot.unix_peers == [(100, 101)]
    assert held(snapshot) == {7: (comm, [100])}


def test_lines_within_a_name_are_not_believed() -> None:
    forged = f"u_str ESTAB 0 0 * 666 * 667 {users(('sshd', 1, 3))}"
    name = f"/t\n{forged}\nx"
    assert len(name) <= 107
    snapshot = from_ss(unix(name, 100, 101, 7) + "x" * 200 + "\n" + unix("/run/b", 200, 201, 8))
    assert snapshot.unix_peers == [(200, 201)]
    assert held(snapshot) == {8: ("srv", [200])}
    [(where, what, count)] = [one for one in unread(snapshot) if "unreadable" in one[1]]
    assert (where, what) == ("0.txt", "unreadable line")
    assert count == 4


def test_a_header_within_a_name_is_not_believed() -> None:
    header = "State Recv-Q Send-Q Local Address:Port Peer Address:Port Process"
    snapshot = from_ss(unix(f"/t\n{header}\nx", 100, 101, 7) + unix("/run/b", 200, 201, 8) * 3)
    assert (200, 201) in snapshot.unix_peers
    assert 7 not in held(snapshot)


def test_clients_that_wait_for_a_listener() -> None:
    text = (
        f"u_str LISTEN 2 128 @app 300 * 0 {users(('srv', 7, 3))} <-> peers: 301 302\n"
        f"u_str ESTAB 0 0 * 301 * 0 {users(('cli', 8, 3))} <->\n"
        f"u_dgr UNCONN 0 0 /dev/log 303 * 0 {users(('logd', 9, 3))} <->\n"
    )
    snapshot = from_ss(text)
    assert snapshot.unix_peers == [(301, 0), (301, 300), (302, 300)]
    flags = [line.split()[3:7] for line in snapshot.netns[0].tables["unix"].splitlines()[1:]]
    assert flags == [
        ["00010000", "0001", "01", "300"],
        ["00000000", "0001", "03", "301"],
        ["00000000", "0002", "01", "303"],
    ]

"""Unix sockets and pipes of a process are explained beside its sockets of the network."""

from __future__ import annotations

from netviz.explain.asking import explain_process
from netviz.snapshot.model import Host, NetworkNamespace, Process, Snapshot

HEADER = "Num       RefCount Protocol Flags    Type St Inode Path\n"
LISTENS = "0000000000000000: 00000002 00000000 00010000 0001 01"
CONNECTED = "0000000000000000: 00000003 00000000 00000000 0001 03"


def taken() -> Snapshot:
    """nginx is connected with php-fpm three times, once to itself, and writes to a logger."""
    lines = [f"{LISTENS} 10 /run/fpm.sock", f"{LISTENS} 50 /run/n\x1b.sock"]
    lines += [f"{CONNECTED} {inode} /run/fpm.sock" for inode in (11, 12, 13)]
    lines += [f"{CONNECTED} {inode}" for inode in (21, 22, 23, 31, 32, 41)]
    pairs = [(11, 21), (12, 22), (13, 23), (31, 32)]
    return Snapshot(
        "m.json",
        2,
        Host("m", "little", boot_id="b"),
        [
            Process(pid=5, comm="php-fpm", netns=1, sockets=[10, 11, 12, 13]),
            Process(
                pid=6, comm="nginx", netns=1, sockets=[21, 22, 23, 31, 32, 41, 50], pipes=[(8, "w")]
            ),
            Process(pid=7, comm="logger", netns=1, pipes=[(8, "r")]),
        ],
        [NetworkNamespace(1, None, (), None, None, {"unix": HEADER + "\n".join(lines) + "\n"})],
        unix_peers=[*pairs, *((b, a) for a, b in pairs)],
    )


def test_each_other_end_is_named_with_its_connections() -> None:
    assert explain_process([taken()], "nginx").notes == [
        "nginx (pid 6) on m: 1 connection as client of logger (pid 7) on m over a pipe (rule 13)",
        "nginx (pid 6) on m: 1 connection within itself, drawn with --self only: nginx (pid 6) on m"
        " over a unix socket without a name (rule 13)",
        "nginx (pid 6) on m: 3 connections as client of php-fpm (pid 5) on m over unix"
        " /run/fpm.sock (rule 13)",
        "nginx (pid 6) on m: listens on unix /run/n\\x1b.sock (rule 13)",
        "of 1 connected unix socket of the group the other end is not known, or nobody is seen to"
        " hold it (rule 13)",
    ]


def test_the_server_says_it_from_its_side() -> None:
    assert explain_process([taken()], "php-fpm").notes[:2] == [
        "of 1 connected unix socket of the group the other end is not known, or nobody is seen to"
        " hold it (rule 13)",
        "php-fpm (pid 5) on m: 3 connections as server of nginx (pid 6) on m over unix"
        " /run/fpm.sock (rule 13)",
    ]


def test_a_process_without_any_network_is_found() -> None:
    assert explain_process([taken()], "logger").found
    assert not explain_process([taken()], "loger").found

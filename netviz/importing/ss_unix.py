"""The columns of a unix socket in the output of ss(8): ``NAME INODE * PEER`` and what is behind.

A name may hold blanks, and with them imitate columns; so may the name of a process, in 15 bytes.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from netviz.importing.ss_users import User, parse_users
from netviz.importing.texts import U32, decimal

LONGEST_NAME = 108
"""How many bytes the name of a unix socket has at most: unix(7)."""

_COLUMNS = re.compile(r"(?<!\S)([0-9]+)\s+\*\s+([0-9]+)(?=\s|$)")
_DETAIL = re.compile(r'[<-]-[->]|\w+:[^"]*|[0-9]+')
_WAITING = re.compile(r"(?:^|\s)peers:((?:\s+[0-9]+)+)")


class SsUnix(NamedTuple):
    """``peer`` is 0 where there is none; ``waiting`` are clients that a listener has to accept."""

    path: str | None
    inode: int
    peer: int
    users: list[User]
    waiting: list[int]


def parse_unix(rest: str) -> SsUnix | None:
    """What stands behind the queues of a unix socket; None where it is broken off.

    The last columns that are followed by nothing but what ss prints there are the socket's own.
    """
    best = None
    for columns in _COLUMNS.finditer(rest):
        behind = rest[columns.end() :].strip()
        users, details = parse_users(behind) if behind.startswith("users:(") else ([], behind)
        inode, peer = decimal(columns[1], U32), decimal(columns[2], U32)
        if users is None or inode is None or peer is None:
            continue
        if not all(map(_DETAIL.fullmatch, details.split())):
            continue
        name = rest[: columns.start()].rstrip()
        waiting = _WAITING.search(details)
        clients = [decimal(one, U32) for one in waiting[1].split()] if waiting else []
        best = SsUnix(
            None if name in ("", "*") else name,
            inode,
            peer,
            users,
            [client for client in clients if client],
        )
    return best

"""Who holds a socket, as ss prints it: ``users:(("nginx",pid=12,fd=6),("nginx",pid=13,fd=6))``.

Names are whatever their processes chose, up to 15 bytes. That is too few to imitate the whole of
another entry, so a list is taken where it is strictly of this form, and else not at all.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from netviz.importing.texts import U32, decimal

_CONTEXT = r"(?:,proc_ctx=(?P<context>[^()\"]*?))?"
_ENTRY = re.compile(
    r'\("(?P<name>[^"]*)",(?:pid=)?(?P<pid>[0-9]+)(?:,tid=[0-9]+)?'
    rf"{_CONTEXT},(?:fd=)?(?P<fd>[0-9]+)(?:,sock_ctx=[^()\"]*?)?\)"
)
_START = re.compile(r"(?:^|(?<=\s))users:\(")


class User(NamedTuple):
    """A process that holds the socket; ``context`` is its security label, with ``ss -Z``."""

    name: str
    pid: int
    context: str | None


class Users(NamedTuple):
    """``users`` is None where the list cannot be read; ``rest`` is what stands behind it."""

    users: list[User] | None
    rest: str


def parse_users(text: str) -> Users:
    """The list in what ss prints behind the addresses of a socket; empty where there is none.

    Older versions of iproute2 print ``("sshd",1234,3)``.
    """
    start = _START.search(text)
    if start is None:
        return Users([], text)
    users = []
    position = start.end()
    while True:
        entry = _ENTRY.match(text, position)
        pid = decimal(entry["pid"], U32) if entry else None
        if entry is None or pid is None:
            # What is behind the list cannot be told from it: up to its last bracket it is the list.
            return Users(None, text[text.rfind("))") + 2 :] if "))" in text else "")
        users.append(User(entry["name"], pid, entry["context"]))
        position = entry.end()
        following = text[position : position + 1]
        position += 1
        if following == ")":
            return Users(users, text[position:])
        if following != ",":
            return Users(None, "")

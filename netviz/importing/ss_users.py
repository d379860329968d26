"""Who holds a socket, as ss prints it: ``users:(("nginx",pid=12,fd=6),("nginx",pid=13,fd=6))``.

Names are whatever their processes chose, up to 15 bytes. That is too few to imitate the whole of
another entry, so a list is taken where it is strictly of this form, and else not at all. Older
iproute2 printed ``("sshd",1234,3)``: that is short enough, so a list of several is not taken.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from netviz.importing.texts import U32, decimal

_ENTRY = re.compile(
    r'\("(?P<name>[^"]*)",pid=(?P<pid>[0-9]+)(?:,tid=[0-9]+)?'
    r'(?:,proc_ctx=(?P<context>[^()"]*?))?,fd=(?:[0-9]+)(?:,sock_ctx=[^()"]*?)?\)'
)
_OLD_LIST = re.compile(r'\("(?P<name>[^"]*)",(?P<pid>[0-9]+),[0-9]+\)\)(?P<rest>[^"]*)')
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
    """The list in what ss prints behind the addresses of a socket; empty where there is none."""
    start = _START.search(text)
    if start is None:
        return Users([], text)
    old = _OLD_LIST.fullmatch(text, start.end())
    if old is not None:
        pid = decimal(old["pid"], U32)
        return _refused(text) if pid is None else Users([User(old["name"], pid, None)], old["rest"])
    users = []
    position = start.end()
    while True:
        entry = _ENTRY.match(text, position)
        pid = decimal(entry["pid"], U32) if entry else None
        if entry is None or pid is None:
            return _refused(text)
        users.append(User(entry["name"], pid, entry["context"]))
        position = entry.end() + 1
        following = text[position - 1 : position]
        if following == ")" and '"' not in text[position:]:
            return Users(users, text[position:])
        if following != ",":
            return _refused(text)


def _refused(text: str) -> Users:
    """What is behind the list cannot be told from it: up to its last bracket it is the list."""
    return Users(None, text[text.rfind("))") + 2 :] if "))" in text else "")

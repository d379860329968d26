"""Sockets that stay while everything around them changes, and whether a snapshot has them all."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from busy_namespace import hold_connections

PROCESSES = 40
CONNECTION_ENDS = 2000
MIXED_PROCESSES = 10
OF_EVERY_KIND = 25
"""How many of the other kinds a process holds: enough for tables of many pages."""

INODE_COLUMN = {"tcp": 9, "tcp6": 9, "udp": 9, "udp6": 9, "raw": 9, "packet": 8, "unix": 6}


class Steady(NamedTuple):
    """A socket: the process that holds it, its inode, the table that lists it."""

    pid: int
    inode: int
    table: str


def start() -> frozenset[Steady]:
    """Start processes that hold sockets of every kind; what they hold, as /proc shows it at rest.

    They end with the PID namespace.
    """
    before = _children()
    hold_connections(CONNECTION_ENDS, PROCESSES)
    for _ in range(MIXED_PROCESSES):
        _hold_every_kind()
    lists = {
        inode: table
        for table in INODE_COLUMN
        for inode in listed(table, Path("/proc/self/net", table).read_text())
    }
    return frozenset(
        Steady(pid, inode, lists[inode]) for pid in _children() - before for inode in _held(pid)
    )


def listed(table: str, text: str) -> Iterator[int]:
    """The inodes in the rows of a table of the kernel."""
    column = INODE_COLUMN[table]
    for row in text.splitlines()[1:]:
        yield int(row.split()[column])


def found(document: dict[str, Any]) -> set[Steady]:
    """The sockets that are both in a table of a snapshot and held by a process of it."""
    holders: dict[int, list[int]] = {}
    for process in document["processes"]:
        for inode in process["sockets"] or ():
            holders.setdefault(inode, []).append(process["pid"])
    return {
        Steady(pid, inode, table)
        for namespace in document["netns"]
        for table in INODE_COLUMN
        for inode in listed(table, namespace["tables"].get(table, "\n"))
        for pid in holders.get(inode, ())
    }


def _children() -> set[int]:
    return set(map(int, Path("/proc/self/task", str(os.getpid()), "children").read_text().split()))


def _held(pid: int) -> Iterable[int]:
    links = {str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()}
    return [int(link[8:-1]) for link in links if link.startswith("socket:[")]


def _hold_every_kind() -> None:
    ready, told = os.pipe()
    if os.fork() == 0:
        held = [made for _ in range(OF_EVERY_KIND) for made in _every_kind()]
        os.write(told, b".")
        while held:
            signal.pause()
    os.close(told)
    if os.read(ready, 1) != b".":
        raise SystemExit("steady_sockets.py: sockets could not be made")
    os.close(ready)


def _every_kind() -> list[socket.socket]:
    listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    client = socket.create_connection(listener.getsockname()[:2])
    held = [listener, client, listener.accept()[0], *socket.socketpair()]
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        held.append(socket.socket(family, socket.SOCK_DGRAM))
        held[-1].bind((address, 0))
    held.append(socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
    held.append(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))
    return held

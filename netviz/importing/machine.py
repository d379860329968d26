"""One machine as it is put together from texts, and the snapshot that it makes."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from netviz.importing.texts import Unread
from netviz.snapshot import kernel_text
from netviz.snapshot.model import IMPORTED, Host, NetworkNamespace, Problem, Process, Snapshot

FIRST_STAND_IN = 2**32
"""Inodes from here on stand for those that a source does not tell. The kernel numbers sockets with
32 bits (get_next_ino of fs/inode.c), so no socket has such an inode."""

LISTENING = 0x10000
"""__SO_ACCEPTCON, <linux/net.h>: what /proc/net/unix shows of a listening socket."""

UNCONNECTED, CONNECTED = 1, 3
"""SS_UNCONNECTED and SS_CONNECTED, <linux/net.h>."""

ETH_P_ALL = 3
"""All protocols, <linux/if_ether.h>."""

End = tuple[bytes, int]
"""A packed address and a port."""


class InetSocket(NamedTuple):
    """One socket of an inet ``table``; ``inode`` is None where the source does not tell it."""

    table: str
    local: End
    remote: End
    state: int
    inode: int | None
    uid: int | None = None


class Identity(NamedTuple):
    """Who the machine is, as far as the person or the source says."""

    name: str
    machine_id: str | None = None


@dataclass(slots=True)
class ImportedNamespace:
    """One network namespace. ``number`` tells those of one machine apart, and is nothing else."""

    number: int
    name: str | None
    addresses: tuple[str, ...] | None = None
    forwarding: bool | None = None
    inet: dict[InetSocket, set[int]] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class ImportedMachine:
    """Processes, namespaces and sockets, in any order, each as often as somebody tells of it.

    ``unread`` counts what could not be read; ``remarks`` are sentences on what else is missing.
    """

    processes: dict[int, Process] = field(default_factory=dict)
    namespaces: list[ImportedNamespace] = field(default_factory=list)
    unix_peers: set[tuple[int, int]] = field(default_factory=set)
    unread: Unread = field(default_factory=Unread)
    remarks: list[str] = field(default_factory=list)
    _held: dict[int, set[int]] = field(default_factory=dict)
    _pipes: dict[int, dict[int, str]] = field(default_factory=dict)

    def namespace(self, name: str | None = None) -> ImportedNamespace:
        """The namespace of that name; None is the machine's own."""
        for one in self.namespaces:
            if one.name == name:
                return one
        self.namespaces.append(ImportedNamespace(len(self.namespaces) + 1, name))
        return self.namespaces[-1]

    def process(self, pid: int) -> Process:
        """The process of that pid, to be filled with what is known of it."""
        return self.processes.setdefault(pid, Process(pid))

    def holds(self, pid: int, inode: int, namespace: ImportedNamespace | None = None) -> None:
        """The process has a descriptor of the socket, which ``namespace`` lists.

        The first that is told counts as the one that the process is in.
        """
        process = self.process(pid)
        if process.netns is None and namespace is not None:
            process.netns = namespace.number
        self._held.setdefault(pid, set()).add(inode)

    def pipe(self, pid: int, inode: int, mode: str) -> None:
        """The process has a descriptor of the pipe; ``mode`` is ``r``, ``w`` or ``rw``."""
        self.process(pid)
        pipes = self._pipes.setdefault(pid, {})
        pipes[inode] = mode if pipes.get(inode, mode) == mode else "rw"

    def inet(
        self, namespace: ImportedNamespace, socket: InetSocket, holders: Iterable[int] = ()
    ) -> None:
        """A socket and the processes that hold it."""
        namespace.inet.setdefault(socket, set()).update(holders)

    def unix(
        self,
        namespace: ImportedNamespace,
        inode: int,
        kind: int,
        listening: bool,
        connected: bool,
        path: str | None,
    ) -> None:
        """A unix socket; ``kind`` is its type (SOCK_STREAM is 1)."""
        line = kernel_text.unix_line(
            inode,
            path,
            flags=LISTENING if listening else 0,
            kind=kind,
            state=CONNECTED if connected else UNCONNECTED,
        )
        namespace.lines.setdefault("unix", []).append(line)

    def packet(self, namespace: ImportedNamespace, inode: int, kind: int, takes_all: bool) -> None:
        """A packet socket of a type (SOCK_RAW is 3); ``takes_all``: of every protocol."""
        line = kernel_text.packet_line(inode, kind, ETH_P_ALL if takes_all else 0)
        namespace.lines.setdefault("packet", []).append(line)

    def snapshot(self, identity: Identity, limits: str) -> Snapshot:
        """All of it as a snapshot; ``limits`` is a sentence on what the source cannot show."""
        stand_ins = _StandIns()
        namespaces = [self._namespace(one, stand_ins) for one in self.namespaces]
        for pid, inodes in self._held.items():
            self.processes[pid].sockets = array("Q", sorted(inodes))
        for pid, pipes in self._pipes.items():
            self.processes[pid].pipes = sorted(pipes.items())
        if len(namespaces) == 1:
            for process in self.processes.values():
                process.netns = None  # as the id of the only namespace is
        return Snapshot(
            source=identity.name,
            format=2,
            host=Host(identity.name, "little", identity.machine_id),
            processes=[self.processes[pid] for pid in sorted(self.processes)],
            netns=namespaces,
            unix_peers=sorted(self.unix_peers),
            problems=[
                *(Problem(IMPORTED, sentence, 1) for sentence in (limits, *self.remarks)),
                *self.unread.problems(),
            ],
        )

    def _namespace(self, one: ImportedNamespace, stand_ins: _StandIns) -> NetworkNamespace:
        lines = {name: list(dict.fromkeys(texts)) for name, texts in one.lines.items()}
        inodes = stand_ins.of(one.inet)
        for socket, inode in zip(one.inet, inodes, strict=True):
            table = lines.setdefault(socket.table, [])
            uid = kernel_text.UNKNOWN_UID if socket.uid is None else socket.uid
            table.append(
                kernel_text.inet_line(
                    len(table), socket.local, socket.remote, socket.state, inode, uid
                )
            )
            for pid in one.inet[socket] if inode else ():
                self.holds(pid, inode, one)
        tables = {name: kernel_text.table(name, lines[name]) for name in sorted(lines)}
        return NetworkNamespace(
            id=one.number if len(self.namespaces) > 1 else None,
            name=one.name,
            addresses=one.addresses,
            forwarding=one.forwarding,
            tables={**one.texts, **tables},
        )


class _StandIns:
    """Inodes for sockets of which the source does not tell any.

    Sockets that differ in nothing else are one: a file without inodes may tell of a socket that
    another one tells of with its inode.
    """

    def __init__(self) -> None:
        self._next = FIRST_STAND_IN

    def of(self, sockets: Iterable[InetSocket]) -> list[int]:
        """The inode of each socket of one namespace, in their order."""
        sockets = list(sockets)
        known = {_ends(one): one.inode for one in sockets if one.inode is not None}
        found = []
        for one in sockets:
            inode = known.get(_ends(one)) if one.inode is None else one.inode
            if inode is None:
                inode = known[_ends(one)] = self._next
                self._next += 1
            found.append(inode)
        return found


def _ends(socket: InetSocket) -> tuple[str, End, End]:
    return socket.table, socket.local, socket.remote

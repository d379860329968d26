"""The network namespaces of a machine: which there are, and one part of the snapshot for each."""

from array import array
from typing import Dict, List, NamedTuple, Optional

from netviz.capture.mounts import Mount, named_namespaces
from netviz.capture.procfs import Procfs
from netviz.capture.sockets import CONNTRACK, TABLES, NetFiles, copy_table
from netviz.capture.text import clean
from netviz.capture.writer import JsonWriter


class Namespace(NamedTuple):
    """A network namespace: ``holders`` live in it, ``mount`` is where it is mounted, if it is."""

    inode: Optional[int]
    name: Optional[str]
    holders: List[str]
    mount: Optional[bytes]


def host_first(
    proc: Procfs, holders: Dict[int, List[str]], mounts: List[Mount]
) -> List[Namespace]:
    """Every namespace that a process lives in or that is mounted, that of the host first.

    The host's is that of pid 1, else our own. Where no process says where it lives there is one
    namespace without a number, that of /proc/net.
    """
    named = {found.inode: found for found in named_namespaces(mounts)}
    host = proc.peek_netns("1") or proc.peek_netns("self")
    inodes = sorted(set(holders) | set(named), key=lambda inode: (inode != host, inode))
    if not holders:
        return [Namespace(None, None, ["self", "1", ""], None)]
    return [
        Namespace(
            inode,
            clean(named[inode].name) if inode in named else None,
            holders.get(inode, []),
            named[inode].path if inode in named else None,
        )
        for inode in inodes
    ]


class NamespaceWriter:
    """Writes namespaces and gathers the pairs of connected unix sockets meanwhile."""

    def __init__(self, proc: Procfs, writer: JsonWriter, live: bool, conntrack: bool) -> None:
        self._proc = proc
        self._writer = writer
        self._live = live
        self._conntrack = conntrack
        self.unix_peers = array("I")

    def write(self, namespace: Namespace) -> None:
        files = NetFiles(self._proc, namespace.inode, namespace.holders)
        writer = self._writer
        writer.begin("{")
        writer.pair("id", namespace.inode)
        writer.pair("name", namespace.name)
        writer.key("tables")
        writer.begin("{")
        for name in TABLES:
            copy_table(self._proc, files, name, writer)
        if self._conntrack:
            copy_table(self._proc, files, CONNTRACK, writer)
        writer.end()
        writer.end()

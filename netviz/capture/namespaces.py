"""The network namespaces of a machine: which there are, and in which order they are captured."""

import os
from typing import Dict, List, NamedTuple, Optional

from netviz.capture.mounts import Mount, named_namespaces
from netviz.capture.procfs import Procfs
from netviz.capture.text import clean


class Namespace(NamedTuple):
    """A network namespace: ``holders`` live in it, ``mount`` is where it is mounted, if it is."""

    inode: Optional[int]
    name: Optional[str]
    holders: List[str]
    mount: Optional[bytes]


def host_first(proc: Procfs, holders: Dict[int, List[str]], mounts: List[Mount]) -> List[Namespace]:
    """Every namespace that a process lives in or that is mounted, that of the host first.

    The host's is that of pid 1, else our own. Where no process says where it lives there is one
    namespace without a number, that of pid 1 (or our own, where a copied tree has that).
    """
    named = {found.inode: found for found in named_namespaces(mounts)}
    host = proc.peek_netns("1") or proc.peek_netns("self")
    inodes = sorted(set(holders) | set(named), key=lambda inode: (inode != host, inode))
    namespaces = [
        Namespace(
            inode,
            clean(named[inode].name) if inode in named else None,
            holders.get(inode, []),
            named[inode].path if inode in named else None,
        )
        for inode in inodes
    ]
    if holders:
        return namespaces
    holder = "self" if os.path.isdir(proc.full("self/net")) else "1"
    return [Namespace(None, None, [holder], None), *namespaces]

"""What /proc/PID/mountinfo (proc_pid_mountinfo(5)) says: hidepid, and named namespaces."""

import re
from typing import Dict, List, NamedTuple, Optional

from netviz.capture.procfs import Procfs


class Mount(NamedTuple):
    root: bytes
    point: bytes
    fstype: bytes
    options: List[bytes]


class NamedNamespace(NamedTuple):
    inode: int
    name: bytes
    path: bytes


_OCTAL = re.compile(rb"\\([0-7]{3})")
_NAMESPACE = re.compile(rb"net:\[(\d{1,18})\]\Z")


def read_mounts(proc: Procfs) -> List[Mount]:
    """The mounts that this process sees; those of pid 1 in a copied tree that has no ``self``."""
    for holder in ("self", "1"):
        raw = proc.try_read(holder + "/mountinfo", "mountinfo")
        if raw is not None:
            return parse_mountinfo(raw)
    return []


def parse_mountinfo(raw: bytes) -> List[Mount]:
    """The lines that have all their fields; space, tab, line end and backslash are octal there."""
    mounts = []
    for line in raw.split(b"\n"):
        before, _, after = line.partition(b" - ")
        left, right = before.split(b" "), after.split(b" ")
        if len(left) >= 6 and len(right) >= 3:
            options = left[5].split(b",") + right[2].split(b",")
            mounts.append(Mount(unescape(left[3]), unescape(left[4]), right[0], options))
    return mounts


def unescape(field: bytes) -> bytes:
    """``\\040`` as the byte it stands for."""
    return _OCTAL.sub(lambda match: bytes([int(match.group(1), 8) & 255]), field)


def hidepid(mounts: List[Mount], root: bytes) -> Optional[str]:
    """The option that hides processes of the procfs at ``root``, None where it hides nothing.

    ``hidepid=2`` on older kernels, ``hidepid=invisible`` from 5.8 on (proc(5)).
    """
    points = [mount for mount in mounts if mount.fstype == b"proc" and mount.point == root]
    points = points or [m for m in mounts if m.fstype == b"proc" and m.point == b"/proc"]
    for option in points[-1].options if points else []:
        if option.startswith(b"hidepid=") and option not in (b"hidepid=0", b"hidepid=off"):
            return option.decode("ascii", "backslashreplace")
    return None


def named_namespaces(mounts: List[Mount]) -> List[NamedNamespace]:
    """The network namespaces that are mounted somewhere (``ip netns``, docker), each once.

    The root of such a mount is ``net:[INODE]``; its type is nsfs, and proc before kernel 3.19.
    """
    found: Dict[int, NamedNamespace] = {}
    for mount in mounts:
        match = _NAMESPACE.match(mount.root)
        if match:
            inode = int(match.group(1))
            name = mount.point.rsplit(b"/", 1)[-1]
            found.setdefault(inode, NamedNamespace(inode, name, mount.point))
    return [found[inode] for inode in sorted(found)]

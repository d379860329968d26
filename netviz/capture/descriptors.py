"""The descriptors of one process: which sockets and which pipes it holds.

From the links /proc/PID/fd/N: ``socket:[INODE]`` and ``pipe:[INODE]``. A path may look the same
but begins with a slash. This is the loop that a capture spends its time in, so it makes one
readlink for each descriptor and nothing that outlives the process at hand.
"""

import errno
import heapq
import os
import stat
from array import array
from contextlib import suppress
from itertools import islice
from typing import Dict, Iterable, Iterator, List, NamedTuple, Tuple

BLOCK = 1 << 13

NAMES = 1 << 8

_READ = 1
_WRITE = 2
_DIRECTIONS = {_READ: "r", _WRITE: "w", _READ | _WRITE: "rw"}


class Descriptors(NamedTuple):
    sockets: "array[int]"
    pipes: List[Tuple[int, str]]


def read_descriptors(directory: str) -> Descriptors:
    """The sockets (one entry for each descriptor) and the pipes of a directory of links.

    OSError where the directory or the links in it cannot be read: who may list the descriptors of
    a process need not be permitted to see where they lead (ptrace(2), access mode checking). A
    descriptor that is closed meanwhile is left out.
    """
    sockets = array("Q")
    pipes: Dict[int, int] = {}
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        # os.scandir is lazy, so a million descriptors are never a million names in memory; a few
        # hundred at once are a twentieth quicker than one by one. It takes a handle from
        # Python 3.7 on only.
        with os.scandir(directory) as entries:
            while True:
                names = [entry.name for entry in islice(entries, NAMES)]
                if not names:
                    break
                held, piped = _links(names, handle)
                sockets.extend(_inodes(held))
                for name, link in piped:
                    try:
                        inode = int(link[6:-1])
                        pipes[inode] = pipes.get(inode, 0) | _direction(name, handle)
                    except (OSError, ValueError):
                        continue
    finally:
        os.close(handle)
    return Descriptors(sockets, [(inode, _DIRECTIONS[pipes[inode]]) for inode in sorted(pipes)])


def _links(names: List[str], handle: int) -> Tuple[List[str], List[Tuple[str, str]]]:
    """The links to sockets, and the names and links of those to pipes."""
    held: List[str] = []
    piped: List[Tuple[str, str]] = []
    keep = held.append
    readlink = os.readlink
    for name in names:
        try:
            # The handle makes this a look-up of one path component (a tenth of the run).
            link = readlink(name, dir_fd=handle)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EPERM):
                raise
            continue
        if link[:8] == "socket:[":
            keep(link)
        elif link[:6] == "pipe:[":
            piped.append((name, link))
    return held, piped


def _inodes(links: List[str]) -> "array[int]":
    """The numbers in links to sockets; one that is no number, or none of 64 bits, is left out."""
    try:
        return array("Q", [int(link[8:-1]) for link in links])
    except (ValueError, OverflowError):
        inodes = array("Q")
        for link in links:
            with suppress(ValueError, OverflowError):
                inodes.append(int(link[8:-1]))
        return inodes


def _direction(name: str, handle: int) -> int:
    """What a descriptor may do: the mode of its link is l-wx, lr-x or lrwx (proc_pid_fd(5))."""
    mode = os.stat(name, dir_fd=handle, follow_symlinks=False).st_mode
    can = (_READ if mode & stat.S_IRUSR else 0) | (_WRITE if mode & stat.S_IWUSR else 0)
    return can or _READ | _WRITE


def distinct(inodes: "array[int]") -> Iterable[int]:
    """The inodes in ascending order, each once; sorted block by block to stay small."""
    if len(inodes) <= BLOCK:
        return sorted(set(inodes))
    return _merged(inodes)


def _merged(inodes: "array[int]") -> Iterator[int]:
    blocks = [
        array("Q", sorted(set(inodes[start : start + BLOCK])))
        for start in range(0, len(inodes), BLOCK)
    ]
    last = -1
    for inode in heapq.merge(*blocks):
        if inode != last:
            last = inode
            yield inode

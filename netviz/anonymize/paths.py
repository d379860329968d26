"""Paths of files and names of unix sockets, folder by folder: what lies together stays together."""

from __future__ import annotations

from collections.abc import Callable

from netviz.anonymize.names import Names
from netviz.snapshot.limits import LONGEST_SOCKET_NAME, LONGEST_TEXT

USUAL = frozenset(
    {"", "bin", "boot", "cache", "dev", "etc", "home", "lib", "lib32", "lib64", "libexec", "local"}
    | {"log", "media", "mnt", "opt", "proc", "root", "run", "sbin", "share", "snap", "spool"}
    | {"srv", "sys", "tmp", "usr", "var"}
)
"""Folders that every system has (hier(7)); they stay."""

DELETED = " (deleted)"
"""What /proc/PID/exe ends in where the file is gone (proc_pid_exe(5))."""


def replaced_path(names: Names, path: str, last: Callable[[str], str]) -> str:
    """``/usr/lib/path-1/...``; ``last`` gives what stands for the name of the file itself."""
    bare = path.removesuffix(DELETED)
    folders, slash, file = bare.rpartition("/")
    made = f"{_folders(names, folders)}{slash}{last(file)}"
    return _of_length(names, bare, made, LONGEST_TEXT - len(DELETED)) + path[len(bare) :]


def replaced_socket(names: Names, name: str) -> str:
    """What stands for the name of a unix socket as its table shows it, ``@`` before abstract ones.

    Only an abstract name is one of its network namespace, so it stays abstract.
    """
    if name.startswith("@"):
        return "@" + names.numbered("abstract", name[1:])
    return _of_length(names, name, _folders(names, name), LONGEST_SOCKET_NAME)


def _folders(names: Names, path: str) -> str:
    return "/".join(
        folder if folder in USUAL else names.numbered("path", folder) for folder in path.split("/")
    )


def _of_length(names: Names, path: str, made: str, most: int) -> str:
    """What was made of a path; one name for all of it where that is longer than may be read."""
    return made if len(made) <= most else names.numbered("path", path)

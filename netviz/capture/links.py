"""Symbolic links that somebody else may have put in the way of an output file."""

import errno
import os
import stat

_OPEN_TO_ALL = stat.S_ISVTX | stat.S_IWOTH


def resolved(path: str) -> str:
    """The file that ``path`` names, links followed.

    PermissionError for a link that another user put into a folder that is open to all, such as
    /tmp: whoever writes there as root would replace a file of that user's choice. It is what the
    kernel does on opening (fs.protected_symlinks in Documentation/admin-guide/sysctl/fs.rst),
    which renaming onto the file that a link names goes around.
    """
    folder, name = os.path.split(path)
    target = os.path.realpath(path)
    # Compared, too: the link may be gone again by the time that we look at it.
    if target != os.path.join(os.path.realpath(folder), name) and not _may_follow(path, folder):
        raise PermissionError(errno.EACCES, "is a symbolic link that somebody else put there")
    return target


def _may_follow(path: str, folder: str) -> bool:
    above = os.stat(folder or ".")
    if above.st_mode & _OPEN_TO_ALL != _OPEN_TO_ALL:
        return True
    link = os.lstat(path)
    return stat.S_ISLNK(link.st_mode) and link.st_uid in (os.geteuid(), above.st_uid)


def kept_mode(old: os.stat_result, usual: int) -> int:
    """The permissions for what replaces the file ``old``: its own, where it is our file.

    Of somebody else's no more than the ``usual`` ones: who made it in advance, writable by all,
    would be able to change what is written now.
    """
    mode = stat.S_IMODE(old.st_mode) & 0o777
    return mode if old.st_uid == os.geteuid() else mode & usual

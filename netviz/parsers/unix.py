"""Unix sockets. The compiled twin is ``unix.pxi``.

Format: proc_pid_net(5), net/unix/af_unix.c.
"""

from __future__ import annotations

import re

from netviz.parsers.digits import decimal
from netviz.parsers.lines import BLANKS, count_bad
from netviz.tables import UnixColumns

_UNIX_START = (
    rb"[ \t]*[0-9A-Fa-f]+:[ \t]+[0-9A-Fa-f]{8}[ \t]+[0-9A-Fa-f]{8}[ \t]+"  # Num RefCount Protocol
    rb"([0-9A-Fa-f]{8})[ \t]+([0-9A-Fa-f]{4})[ \t]+([0-9A-Fa-f]{2})"  # Flags Type St
)
_UNIX = re.compile(_UNIX_START + rb"[ \t]+([0-9]+)(?: (.*))?", re.DOTALL)
_UNIX_WITHOUT_INODE = re.compile(_UNIX_START + rb"()(?: (.*))?", re.DOTALL)


def parse_unix(text: str) -> UnixColumns:
    """The sockets of /proc/net/unix.

    The inode is 0 for all where the header has no Inode column (Linux before 2.6). The kernel does
    not escape newlines in names: a line that is no socket and follows a socket with a name is taken
    as the rest of that name, unless it holds a NUL, which the kernel never prints there.
    """
    columns = UnixColumns()
    encoded = text.encode("utf-8")
    start = 0
    line_format = _UNIX
    named = False
    for number, line in enumerate(encoded.split(b"\n")):
        end = start + len(line)
        if number == 0 and b"RefCount" in line and b"Inode" not in line:
            line_format = _UNIX_WITHOUT_INODE
        found = line_format.fullmatch(line)
        inode = decimal(found[4] or b"0", 0xFFFFFFFFFFFFFFFF) if found else None
        if found is not None and inode is not None:
            named = bool(found[5])
            columns.flags.append(int(found[1], 16))
            columns.type.append(int(found[2], 16))
            columns.state.append(int(found[3], 16))
            columns.inode.append(inode)
            columns.path_start.append(start + found.start(5) if named else 0)
            columns.path_end.append(end if named else 0)
        elif named and line.strip(BLANKS) and b"\0" not in line:
            columns.path_end[-1] = end
        else:
            count_bad(columns.bad, line, number, b"RefCount")
        start = end + 1
    return columns

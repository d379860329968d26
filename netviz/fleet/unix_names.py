"""Line breaks in the names of unix sockets: the lines that they put into /proc/net/unix undone.

The kernel prints names as they are (util-linux #2067), and sock_diag(7) tells them apart from the
table. So a line that is in a name can be told from one that is a socket.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_SOCKET = re.compile(
    r"^[ \t]*[0-9A-Fa-f]+:(?:[ \t]+[0-9A-Fa-f]+){5}[ \t]+([0-9]{1,20}) ", re.MULTILINE
)
"""Num RefCount Protocol Flags Type St Inode, and the blank before a name."""


def with_names_on_one_line(text: str, names: Mapping[int, str]) -> str:
    r"""The table ``text`` with the line breaks of ``names``, by inode, written as ``\x0a``.

    Read from the first line on, so that a name is passed over as a whole: what looks like a socket
    in it is never taken for one.
    """
    if not names:
        return text
    parts = []
    done = start = 0
    while socket := _SOCKET.search(text, start):
        start = socket.end()
        name = names.get(int(socket[1]))
        if name is not None and text.startswith(name + "\n", start):
            parts += [text[done:start], name.replace("\n", "\\x0a")]
            done = start = start + len(name)
    return "".join(parts) + text[done:]

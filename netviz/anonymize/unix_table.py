"""The table of unix sockets."""

from __future__ import annotations

from collections.abc import Mapping

from netviz.anonymize.names import Names
from netviz.anonymize.paths import replaced_socket
from netviz.fleet.unix_names import with_names_on_one_line
from netviz.parse import parse_unix
from netviz.snapshot.kernel_text import table, unix_line
from netviz.snapshot.limits import LONGEST_SOCKET_NAME


def replaced_unix(text: str, known: Mapping[int, str], names: Names) -> tuple[str, int]:
    """What stands for the table, and how many of its lines were no sockets and are left out.

    Lines that are in a name of ``known``, by inode, are part of it. Type, flags, state, inode and
    name are kept; reference counts are 0.
    """
    text = with_names_on_one_line(text, known)
    columns = parse_unix(text)
    encoded = text.encode()
    lines = []
    for i in range(len(columns)):
        name = encoded[columns.path_start[i] : columns.path_end[i]].decode()
        # A longer one is no name of a socket (netviz/fleet/unix_table.py).
        shown = replaced_socket(names, name) if 0 < len(name) <= LONGEST_SOCKET_NAME else None
        lines.append(
            unix_line(columns.inode[i], shown, columns.flags[i], columns.type[i], columns.state[i])
        )
    return table("unix", lines), columns.bad.count

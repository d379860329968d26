"""How much a snapshot may hold. Whoever wrote it may want to keep its reader busy for ever.

What no kernel can have is refused; only the size of a file is a matter of taste, and an option.
"""

from __future__ import annotations

MOST_BYTES = 2**30
"""How many bytes of text one file may hold, decompressed. A million sockets take 150 million."""

MOST_PROCESSES = 2**22
"""PID_MAX_LIMIT, include/linux/threads.h: no kernel runs more at a time."""

MOST_CONTAINERS = 2**25
"""How many lists and objects a document may hold: in memory each takes twenty times its text.

That is eight for each process that there can be.
"""

LONGEST_TEXT = 4 * 4096
"""How long a path or label may be: PATH_MAX bytes (include/uapi/linux/limits.h), written as
``\\xNN`` each. Some texts are written again for each flow, so that long ones would make the result
many times larger than the file."""

LONGEST_NAME = 4 * 255
"""How long the name of a machine, a process, a network namespace, an interface or a control group
may be: NAME_MAX bytes (include/uapi/linux/limits.h), written as ``\\xNN`` each. A kernel's own
limits are a quarter of that for most."""

LONGEST_CGROUP = 16 * LONGEST_TEXT
"""/proc/PID/cgroup has a path for each hierarchy of version 1, of which there are a dozen."""

LONGEST_SOCKET_NAME = 4 * 108
"""sun_path of a unix socket (unix(7)), each byte written as ``\\xNN``."""

UNITS = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def size_text(number: int) -> str:
    """``1 GiB``, ``512 MiB``; a number of bytes where it is no whole number of those."""
    for unit in reversed(UNITS):
        if number % UNITS[unit] == 0:
            return f"{number // UNITS[unit]} {unit}iB"
    return f"{number} bytes"

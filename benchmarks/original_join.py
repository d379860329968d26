"""The join as the original program did it: a dict for every socket, every one against every other.

Written anew from its description, to show what netviz does otherwise. It knows no ownership of
addresses, no translation, no states: two sockets are one connection where the local end of each is
the remote end of the other.

    python3 original_join.py FILE...
"""

from __future__ import annotations

import ipaddress
import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

LISTEN = "0A"


def decoded_end(text: str) -> str:
    """``10.0.0.1:80`` for the kernel's ``0100000A:0050``."""
    digits, port = text.split(":")
    packed = bytes.fromhex(digits)
    words = [packed[at : at + 4][::-1] for at in range(0, len(packed), 4)]
    address = ipaddress.ip_address(b"".join(words))
    mapped = getattr(address, "ipv4_mapped", None)
    return f"{mapped or address}:{int(port, 16)}"


def decoded_sockets(document: dict[str, Any]) -> list[dict[str, str]]:
    """Every tcp socket of a snapshot that a process holds, with its name and machine."""
    holder = {
        inode: process["comm"]
        for process in document["processes"]
        for inode in process["sockets"] or ()
    }
    sockets = []
    for namespace in document["netns"]:
        for name in ("tcp", "tcp6"):
            for line in namespace["tables"].get(name, "").split("\n")[1:]:
                fields = line.split()
                if len(fields) > 9 and int(fields[9]) in holder:
                    sockets.append(
                        {
                            "machine": document["host"]["name"],
                            "process": holder[int(fields[9])],
                            "local": decoded_end(fields[1]),
                            "remote": decoded_end(fields[2]),
                            "state": fields[3],
                        }
                    )
    return sockets


def join(documents: Iterable[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """The number of connections between each two ``machine/process``, smaller name first."""
    sockets = [socket for document in documents for socket in decoded_sockets(document)]
    connections: Counter[tuple[str, str]] = Counter()
    for one in sockets:
        if one["state"] == LISTEN:
            continue
        for other in sockets:
            if one["local"] == other["remote"] and one["remote"] == other["local"]:
                ends = sorted(f"{end['machine']}/{end['process']}" for end in (one, other))
                connections[ends[0], ends[1]] += 1
    return Counter({ends: count // 2 for ends, count in connections.items()})


def main() -> None:
    """Print the edges of the files that the arguments name."""
    documents = [json.loads(Path(path).read_bytes()) for path in sys.argv[1:]]
    for (one, other), count in sorted(join(documents).items()):
        print(f"{one} -- {other} x{count}")


if __name__ == "__main__":
    main()

"""Internet sockets from ``netstat -neopa`` of net-tools, which reports of support tools have.

Its unix sockets have no peers, and are left out.
"""

from __future__ import annotations

import re

from netviz.importing.endpoints import parse_endpoint
from netviz.importing.machine import ImportedMachine, ImportedNamespace, InetSocket
from netviz.importing.tcp_states import TCP_STATES
from netviz.importing.texts import U32, decimal
from netviz.snapshot.model import UNREADABLE_LINE
from netviz.tables import CLOSE, ESTABLISHED

LIMITS = "unix sockets"
"""What is not taken from netstat."""

_LINE = re.compile(
    r"(tcp|udp|udplite|raw)(6?)\s+[0-9]+\s+[0-9]+\s+(\S+)\s+(\S+)\s+"
    rf"(?:({'|'.join(TCP_STATES)}|[0-9]{{1,3}})\s+)?([0-9]+)\s+([0-9]+)\s+(?:-|([0-9]+)/(.*?))\s*"
)
_TIMER = re.compile(r"\s(?:off|on|on2|keepalive|timewait|probe|unkn-[0-9]+)?\s*\([0-9./]+\)\s*$")

LONGEST_LINE = 4096
"""How many characters a line has at most."""


def read_netstat(
    machine: ImportedMachine, namespace: ImportedNamespace, text: str, source: str
) -> None:
    """Add the Internet sockets of one output; lines of them that cannot be read are counted."""
    for line in text.split("\n"):
        if line.startswith(("tcp", "udp", "raw")) and not _add(machine, namespace, line):
            machine.unread.count(source, UNREADABLE_LINE, line)


def _add(machine: ImportedMachine, namespace: ImportedNamespace, line: str) -> bool:
    found = _LINE.fullmatch(_TIMER.sub("", line)) if len(line) <= LONGEST_LINE else None
    if found is None:
        return False
    local, remote = parse_endpoint(found[3]), parse_endpoint(found[4])
    uid, inode = decimal(found[6], U32), decimal(found[7], U32)
    wide = found[2] == "6"
    ends = local and local.of_width(wide), remote and remote.of_width(wide)
    if not ends[0] or not ends[1] or inode is None:
        return False
    state = _state(found[1], found[5], connected=bool(remote and remote.port))
    pid = decimal(found[8], U32)
    if state is None:
        return False
    socket = InetSocket(found[1] + found[2], ends[0], ends[1], state, inode, uid)
    machine.inet(namespace, socket, set() if pid is None else {pid})
    if pid is not None and machine.process(pid).comm is None:
        machine.process(pid).comm = found[9]
    return True


def _state(proto: str, told: str | None, connected: bool) -> int | None:
    if proto == "tcp":
        return TCP_STATES.get(told or "")
    return ESTABLISHED if connected and proto != "raw" else CLOSE

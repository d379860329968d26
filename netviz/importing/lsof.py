"""The output of ``lsof -F`` into a machine.

In it an IPv4 address of a socket of IPv6 is not told to be mapped, and the name of a unix socket
ends at its first blank. ``d`` is the inode of an Internet socket, ``i`` that of a unix one
(dsock.c of lsof for Linux).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from netviz.errors import SourceError
from netviz.importing.endpoints import Endpoint, parse_endpoint
from netviz.importing.lsof_fields import Fields, lsof_files
from netviz.importing.machine import ImportedMachine, ImportedNamespace, InetSocket
from netviz.importing.tcp_states import TCP_STATES
from netviz.importing.texts import U32, decimal
from netviz.snapshot.model import UNREADABLE_FILE
from netviz.tables import CLOSE, ESTABLISHED

LIMITS = (
    "when processes were started, their executables, units and containers, sockets that no process"
    " holds (not accepted yet, closed, TIME_WAIT) or that are in other network namespaces,"
    " translations, the range of local ports, and whether the machine forwards"
)
"""What lsof does not show."""

UNIX_TYPES = {"STREAM": 1, "DGRAM": 2, "SEQPACKET": 5}
PACKET_TYPES = {"type=SOCK_RAW": 3, "type=SOCK_DGRAM": 2}
PROTOCOLS = {"TCP": "tcp", "UDP": "udp", "UDPLITE": "udplite"}
PIPE_MODES = {"r": "r", "w": "w", "u": "rw"}

_STATE = re.compile(r"(?:^|\s)ST=(\w+)")
_UNIX_NAME = re.compile(
    r"(?:(\S+)(?:\s|$))??(?:type=(\w+)(?: ->INO=([0-9]+)(?:\s.*)?)?)?", re.DOTALL
)
_RAW_END = "([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})"
_RAW_NAME = re.compile(rf"{_RAW_END}->{_RAW_END} st=([0-9A-F]{{2}})")

Reader = Callable[[ImportedMachine, ImportedNamespace, int, Fields], bool]
"""Adds a file that the process of that pid has open; False where its fields do not tell enough."""


def read_lsof(
    machine: ImportedMachine, namespace: ImportedNamespace, text: str, source: str
) -> None:
    """Add the sockets and pipes of one output. Raises SourceError for what is no such output."""
    advice = "run: lsof -nP -E -i -U -F pcuRftTdiPan0"
    found = False
    for process, file in lsof_files(text):
        pid = decimal(process["p"], U32)
        if pid is None or "n" not in file or "t" not in file:
            continue
        found = True
        _describe(machine, pid, process)
        reader = READERS.get(file["t"])
        if reader is not None and not reader(machine, namespace, pid, file):
            shown = " ".join(letter + value for letter, value in file.items())
            machine.unread.count(source, UNREADABLE_FILE, f"p{pid} {shown}")
    if not found:
        raise SourceError(source, "holds no output of lsof -F with fields p, f, t and n", advice)


def _describe(machine: ImportedMachine, pid: int, fields: Fields) -> None:
    process = machine.process(pid)
    process.comm = fields.get("c", process.comm)
    process.ppid = decimal(fields.get("R"), U32)
    process.uid = decimal(fields.get("u"), U32)
    process.security = fields.get("Z", process.security)


def _inet(machine: ImportedMachine, namespace: ImportedNamespace, pid: int, file: Fields) -> bool:
    proto = PROTOCOLS.get(file.get("P", ""))
    ends_alone = file["n"].partition(" ")[0]  # with -E there is who holds the other end behind
    here, arrow, there = ends_alone.partition("->")
    local = parse_endpoint(here)
    remote = parse_endpoint(there) if arrow else Endpoint(None, 0)
    if proto is None or local is None or remote is None:
        return False
    wide = file["t"] == "IPv6"
    ends = local.of_width(wide), remote.of_width(wide)
    told = _STATE.search(file.get("T", ""))
    if proto == "tcp":
        state = TCP_STATES.get(told[1]) if told else None
    else:
        state = ESTABLISHED if arrow else CLOSE
    if state is None or ends[0] is None or ends[1] is None:
        return False
    table = proto + ("6" if wide else "")
    socket = InetSocket(table, ends[0], ends[1], state, decimal(file.get("d"), U32))
    machine.inet(namespace, socket, {pid})
    return True


def _unix(machine: ImportedMachine, namespace: ImportedNamespace, pid: int, file: Fields) -> bool:
    inode = decimal(file.get("i"), U32)
    name = _UNIX_NAME.fullmatch(file["n"].strip())
    if inode is None or name is None:
        return False
    told = _STATE.search(file.get("T", ""))
    state = told[1] if told else ""
    kind = UNIX_TYPES.get(name[2] or "", 0)
    path = None if name[1] == "socket" else name[1]  # what it calls one without a name
    machine.unix(namespace, inode, kind, state == "LISTEN", state == "CONNECTED", path)
    machine.holds(pid, inode)
    peer = decimal(name[3], U32)
    if peer:
        # Of a listening socket it is a client that is not accepted yet.
        machine.unix_peers.add((peer, inode) if state == "LISTEN" else (inode, peer))
    return True


def _raw(machine: ImportedMachine, namespace: ImportedNamespace, pid: int, file: Fields) -> bool:
    """lsof shows what stands in the table of the kernel; local is the number of the protocol."""
    inode = decimal(file.get("i"), U32)
    found = _RAW_NAME.fullmatch(file["n"].strip())
    if inode is None or found is None or len(found[1]) != len(found[3]):
        return False
    wide = len(found[1]) == 32
    any_address = bytes(16 if wide else 4)
    socket = InetSocket(
        "raw6" if wide else "raw",
        (any_address, int(found[2], 16)),
        (any_address, int(found[4], 16)),
        int(found[5], 16),
        inode,
    )
    machine.inet(namespace, socket, {pid})
    return True


def _packet(machine: ImportedMachine, namespace: ImportedNamespace, pid: int, file: Fields) -> bool:
    inode = decimal(file.get("d"), U32)
    if inode is None:
        return False
    kind = PACKET_TYPES.get(file["n"].strip(), 0)
    machine.packet(namespace, inode, kind, file.get("P") == "ALL")
    machine.holds(pid, inode)
    return True


def _unknown(
    machine: ImportedMachine, _namespace: ImportedNamespace, pid: int, file: Fields
) -> bool:
    """A socket in no table that lsof reads: one of another namespace, or not bound."""
    inode = decimal(file.get("i"), U32)
    if inode is not None:
        machine.holds(pid, inode)
    return inode is not None


def _pipe(machine: ImportedMachine, _namespace: ImportedNamespace, pid: int, file: Fields) -> bool:
    if not file["n"].startswith("pipe"):
        return True  # a FIFO with a name, which is a file
    inode, mode = decimal(file.get("i"), U32), PIPE_MODES.get(file.get("a", "").strip())
    if inode is None or mode is None:
        return False
    machine.pipe(pid, inode, mode)
    return True


READERS: dict[str, Reader] = {
    "IPv4": _inet,
    "IPv6": _inet,
    "unix": _unix,
    "raw": _raw,
    "raw6": _raw,
    "pack": _packet,
    "sock": _unknown,
    "FIFO": _pipe,
}
"""What adds a file of each type; files of other types are no sockets."""

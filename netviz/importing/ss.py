"""Outputs of ss(8) into a machine: sockets of TCP, UDP and raw ones, unix and packet sockets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from netviz.errors import SourceError
from netviz.importing.endpoints import Endpoint, parse_endpoint
from netviz.importing.machine import ImportedMachine, ImportedNamespace, InetSocket
from netviz.importing.ss_lines import ONLY_TCP, STATES, UNIX, SsLine, SsSocket, ss_lines
from netviz.importing.ss_unix import parse_unix
from netviz.importing.ss_users import User, parse_users
from netviz.importing.texts import U32, decimal
from netviz.snapshot.model import NO_LISTENERS, UNREADABLE_LINE
from netviz.tables import SYN_RECV, TIME_WAIT

LIMITS = (
    "when processes were started, their executables, units and containers, whose sockets it was not"
    " allowed to see (those of TIME_WAIT are nobody's), translations, the range of local ports, and"
    " whether the machine forwards"
)
"""What ss does not show."""

INET = frozenset({"tcp", "udp", "raw"})
PACKET = {"p_raw": 3, "p_dgr": 2}
"""Types of packet sockets (SOCK_RAW, SOCK_DGRAM)."""

_INODE = re.compile(r"(?:^|\s)ino:([0-9]+)(?=\s|$)")
_UID = re.compile(r"(?:^|\s)uid:([0-9]+)(?=\s|$)")


def read_ss(
    machine: ImportedMachine,
    namespace: ImportedNamespace,
    text: str,
    source: str,
    netid: str | None = None,
) -> None:
    """Add the sockets of one output to a namespace of ``machine``.

    ``netid`` is the protocol of an output without a column for it, as ``ss -ta`` makes. ``source``
    names the file in messages. Raises SourceError for a text that is no output of ss, or that does
    not say which protocol it lists.
    """
    lines = list(ss_lines(text))
    sockets = [line.socket for line in lines if line.socket is not None]
    if lines and not sockets:
        advice = "give what ss printed, such as that of: ss -tuxanpe"
        raise SourceError(source, f"is no output of ss: {lines[0].text[:60]!r}", advice)
    unnamed = netid or _protocol_of(sockets, source)
    old = is_old_style(sockets)
    for line in lines:
        _read_line(machine, namespace, line, unnamed, old, source)
    if not any(socket.state == "LISTEN" for socket in sockets):
        machine.remarks.append(f"{source} {NO_LISTENERS}, like ss without the option -a")
    if not any("users:(" in socket.rest for socket in sockets):
        machine.remarks.append(f"{source} has no process, like ss without the option -p")


def _protocol_of(sockets: Iterable[SsSocket], source: str) -> str | None:
    """The protocol of lines without the column Netid, None where every line has it."""
    states = {socket.state for socket in sockets if socket.netid is None}
    if not states:
        return None
    if states & ONLY_TCP:
        return "tcp"
    advice = "give it as --tcp FILE or --udp FILE"
    raise SourceError(source, "has no column Netid, so it does not say which protocol", advice)


def is_old_style(sockets: Sequence[SsSocket]) -> bool:
    """Whether ``*`` is any IPv4 address alone, as iproute2 printed it until 2017.

    There IPv6 addresses had no brackets. Later ``*`` is what takes both, and IPv4 has ``0.0.0.0``.
    """
    ends = [
        end
        for socket in sockets
        if socket.netid is None or socket.netid in INET
        for end in socket.rest.split(None, 2)[:2]
    ]
    if any(end.startswith(("[", "0.0.0.0")) for end in ends):
        return False
    return any(end.count(":") > 1 for end in ends)


def _read_line(
    machine: ImportedMachine,
    namespace: ImportedNamespace,
    line: SsLine,
    unnamed: str | None,
    old: bool,
    source: str,
) -> None:
    socket = line.socket
    if socket is None:
        machine.unread.count(source, UNREADABLE_LINE, line.text)
        return
    netid = socket.netid or unnamed
    if netid in INET:
        added = _add_inet(machine, namespace, socket, str(netid), old, source)
    elif netid in UNIX:
        added = _add_unix(machine, namespace, socket, str(netid))
    elif netid in PACKET:
        added = _add_packet(machine, namespace, socket)
    else:
        machine.unread.count(source, f"sockets of {netid} are not imported", line.text)
        return
    if not added:
        machine.unread.count(source, UNREADABLE_LINE, line.text)


def _add_inet(
    machine: ImportedMachine,
    namespace: ImportedNamespace,
    socket: SsSocket,
    netid: str,
    old: bool,
    source: str,
) -> bool:
    columns = socket.rest.split(None, 2)
    local, remote = (parse_endpoint(end) for end in [*columns, "", ""][:2])
    if local is None or remote is None:
        return False
    wide = _is_wide(local, remote, old)
    ends = local.of_width(wide), remote.of_width(wide)
    if ends[0] is None or ends[1] is None:
        return False
    users, rest = parse_users(columns[2] if len(columns) > 2 else "")
    if users is None:
        machine.unread.count(source, "unreadable list of users", columns[2])
    uid = _UID.search(rest)
    state = STATES[socket.state]
    found = InetSocket(
        netid + ("6" if wide else ""),
        ends[0],
        ends[1],
        state,
        _inode(rest, state),
        decimal(uid[1], U32) if uid else None,
    )
    machine.inet(namespace, found, _holders(machine, users or ()))
    return True


def _is_wide(local: Endpoint, remote: Endpoint, old: bool) -> bool:
    """Whether a socket is one of IPv6."""
    widths = {len(end.packed) for end in (local, remote) if end.packed is not None}
    return 16 in widths if widths else not old


def _inode(rest: str, state: int) -> int | None:
    """The inode of a socket; those of requests and of TIME_WAIT have none, which is 0."""
    found = _INODE.search(rest)
    if found is not None:
        return decimal(found[1], U32)
    return 0 if state in (TIME_WAIT, SYN_RECV) else None


def _holders(machine: ImportedMachine, users: Iterable[User]) -> set[int]:
    pids = set()
    for user in users:
        process = machine.process(user.pid)
        if process.comm is None:
            process.comm = user.name
        process.security = process.security or user.context
        pids.add(user.pid)
    return pids


def _add_unix(
    machine: ImportedMachine, namespace: ImportedNamespace, socket: SsSocket, netid: str
) -> bool:
    found = parse_unix(socket.rest)
    if found is None:
        return False
    listening = socket.state == "LISTEN"
    connected = socket.state == "ESTAB"
    machine.unix(namespace, found.inode, UNIX[netid], listening, connected, found.path)
    if found.peer or (connected and netid != "u_dgr"):
        machine.unix_peers.add((found.inode, found.peer))
    machine.unix_peers.update((client, found.inode) for client in found.waiting)
    for pid in _holders(machine, found.users):
        machine.holds(pid, found.inode, namespace)
    return True


def _add_packet(machine: ImportedMachine, namespace: ImportedNamespace, socket: SsSocket) -> bool:
    users, rest = parse_users(socket.rest)
    inode = _INODE.search(rest)
    number = decimal(inode[1], U32) if inode else None
    if users is None or number is None:
        return False
    kind, takes_all = PACKET[str(socket.netid)], socket.rest.startswith("*:")
    machine.packet(namespace, number, kind, takes_all)
    for pid in _holders(machine, users):
        machine.holds(pid, number, namespace)
    return True

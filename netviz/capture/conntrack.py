"""Tracked connections over ctnetlink, as the lines that /proc/net/nf_conntrack would have.

For kernels without that file (CONFIG_NF_CONNTRACK_PROCFS). The layout is that of the kernel's
net/netfilter/nf_conntrack_standalone.c, the attributes are of
include/uapi/linux/netfilter/nfnetlink_conntrack.h.
"""

import socket
import struct
from typing import Dict, Iterator, List, Optional

from netviz.capture.netlink import NETLINK_NETFILTER, attributes, dump
from netviz.capture.text import clean

_GET = 1 << 8 | 1  # NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET
_HEADER = struct.Struct("=BBH")  # struct nfgenmsg: family, version, resource

_TUPLE_ORIG, _TUPLE_REPLY, _STATUS, _PROTOINFO = 1, 2, 3, 4
_TIMEOUT, _MARK, _COUNTERS_ORIG, _COUNTERS_REPLY, _USE = 7, 8, 9, 10, 11
_ZONE, _SECCTX = 18, 19
_TUPLE_IP, _TUPLE_PROTO, _TUPLE_ZONE = 1, 2, 3
_PROTO_NUM, _SRC_PORT, _DST_PORT = 1, 2, 3

_SEEN_REPLY, _OFFLOAD = 1 << 1, 1 << 14
_FLAGS = ((1 << 15, "[HW_OFFLOAD]"), (_OFFLOAD, "[OFFLOAD]"), (1 << 2, "[ASSURED]"))

_FAMILIES: Dict[int, str] = {socket.AF_INET: "ipv4", socket.AF_INET6: "ipv6"}
PROTOCOLS = {
    1: "icmp",
    6: "tcp",
    17: "udp",
    33: "dccp",
    47: "gre",
    58: "icmpv6",
    132: "sctp",
    136: "udplite",
}
"""How the table nf_conntrack calls IP protocols."""

_ICMP = {1: (5, 6, 4), 58: (8, 9, 7)}  # protocol: attributes of type, code, id
_GRE = 47
# Kind of protocol information (tcp, dccp, sctp): the names of its states, in their order.
_STATES = {
    1: "NONE SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT CLOSE_WAIT LAST_ACK TIME_WAIT CLOSE SYN_SENT2",
    2: "NONE REQUEST RESPOND PARTOPEN OPEN CLOSEREQ CLOSING TIMEWAIT IGNORE INVALID",
    3: "NONE CLOSED COOKIE_WAIT COOKIE_ECHOED ESTABLISHED SHUTDOWN_SENT SHUTDOWN_RECD "
    "SHUTDOWN_ACK_SENT HEARTBEAT_SENT HEARTBEAT_ACKED",
}

Attributes = Dict[int, bytes]


def conntrack_lines() -> Iterator[bytes]:
    """The entries of this thread's network namespace, a line each; OSError as the kernel says."""
    for message in dump(NETLINK_NETFILTER, _GET, _HEADER.pack(socket.AF_UNSPEC, 0, 0)):
        line = format_entry(message)
        if line is not None:
            yield line.encode("utf-8")


def format_entry(message: bytes) -> Optional[str]:
    """One message as one line, None for what is no entry."""
    if len(message) < _HEADER.size or message[0] not in _FAMILIES:
        return None
    family = message[0]
    entry: Attributes = dict(attributes(message, _HEADER.size))
    original, reply = _nested(entry, _TUPLE_ORIG), _nested(entry, _TUPLE_REPLY)
    protocol = _number(_nested(original, _TUPLE_PROTO).get(_PROTO_NUM))
    way_there, way_back = _ends(family, original), _ends(family, reply)
    if not way_there or not way_back:
        return None
    status = _number(entry.get(_STATUS))
    name = PROTOCOLS.get(protocol, "unknown")
    parts = [f"{_FAMILIES[family]:<8} {family} {name:<8} {protocol}"]
    if not status & _OFFLOAD:
        parts.append(str(_number(entry.get(_TIMEOUT))))
        parts += _state(_nested(entry, _PROTOINFO))
    parts += way_there + _numbered("zone-orig", original.get(_TUPLE_ZONE))
    parts += _counters(_nested(entry, _COUNTERS_ORIG))
    parts += [] if status & _SEEN_REPLY else ["[UNREPLIED]"]
    parts += way_back + _numbered("zone-reply", reply.get(_TUPLE_ZONE))
    parts += _counters(_nested(entry, _COUNTERS_REPLY))
    parts += [text for flag, text in _FLAGS if status & flag][:1]
    parts.append(f"mark={_number(entry.get(_MARK))}")
    parts += _context(_nested(entry, _SECCTX))
    parts.append(f"zone={_number(entry.get(_ZONE))}")
    parts.append(f"use={_number(entry.get(_USE))}")
    return " ".join(parts) + "\n"


def _nested(outer: Attributes, kind: int) -> Attributes:
    return dict(attributes(outer.get(kind, b"")))


def _number(raw: Optional[bytes]) -> int:
    """The numbers of ctnetlink are in network order, of 8 bytes at most; an absent one is 0."""
    return int.from_bytes((raw or b"")[:8], "big")


def _numbered(name: str, raw: Optional[bytes]) -> List[str]:
    return [] if raw is None else [f"{name}={_number(raw)}"]


def _ends(family: int, ends: Attributes) -> List[str]:
    """``src=.. dst=..`` and what the protocol adds; empty where an address is missing."""
    ip, protocol = _nested(ends, _TUPLE_IP), _nested(ends, _TUPLE_PROTO)
    first = 1 if family == socket.AF_INET else 3  # CTA_IP_V4_SRC, CTA_IP_V6_SRC
    source = _address(family, ip.get(first, b""))
    destination = _address(family, ip.get(first + 1, b""))
    if source is None or destination is None:
        return []
    return [f"src={source}", f"dst={destination}", *_keys(protocol)]


def _keys(protocol: Attributes) -> List[str]:
    """What tells connections between two addresses apart: ports, for most protocols."""
    number = _number(protocol.get(_PROTO_NUM))
    if number in _ICMP:
        kind, code, identifier = (_number(protocol.get(key)) for key in _ICMP[number])
        return [f"type={kind} code={code} id={identifier}"]
    source, destination = _number(protocol.get(_SRC_PORT)), _number(protocol.get(_DST_PORT))
    if number == _GRE:
        return [f"srckey={source:#x} dstkey={destination:#x}"]
    return [f"sport={source} dport={destination}"] if number in PROTOCOLS else []


def _address(family: int, raw: bytes) -> Optional[str]:
    """Dotted, or all eight groups of IPv6 in full as the kernel prints them there."""
    if family == socket.AF_INET and len(raw) == 4:
        return socket.inet_ntoa(raw)
    if family == socket.AF_INET6 and len(raw) == 16:
        return ":".join(f"{group:04x}" for group in struct.unpack(">8H", raw))
    return None


def _state(info: Attributes) -> List[str]:
    """The state of the connection, for the protocols that have one."""
    for kind, names in _STATES.items():
        state = _nested(info, kind).get(1)
        if state is not None:
            return names.split()[_number(state) :][:1]
    return []


def _counters(counters: Attributes) -> List[str]:
    """Packets and bytes; there are none where accounting is off, which is the default."""
    if not counters:
        return []
    return [f"packets={_number(counters.get(1))} bytes={_number(counters.get(2))}"]


def _context(context: Attributes) -> List[str]:
    return ["secctx=" + clean(context[1].rstrip(b"\0"))] if 1 in context else []

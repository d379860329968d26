"""The sockets in the output of ss(8) as pieces of text, one for each, of any of its layouts.

``ss -tanpe`` has no column Netid, ``ss -tuanpe`` has one; ``-H`` leaves out the header; with ``-i``
and ``-m`` a socket has more lines, which begin with a blank.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from netviz.importing.ss_unix import LONGEST_NAME, parse_unix

STATES = {
    "ESTAB": 0x01,
    "SYN-SENT": 0x02,
    "SYN-RECV": 0x03,
    "FIN-WAIT-1": 0x04,
    "FIN-WAIT-2": 0x05,
    "TIME-WAIT": 0x06,
    "UNCONN": 0x07,
    "CLOSE-WAIT": 0x08,
    "LAST-ACK": 0x09,
    "LISTEN": 0x0A,
    "CLOSING": 0x0B,
}
"""The states as ss calls them, and as the kernel numbers them (include/net/tcp_states.h)."""

ONLY_TCP = STATES.keys() - {"ESTAB", "UNCONN"}
"""States that no socket of UDP or a raw one has."""

UNIX = {"u_str": 1, "u_dgr": 2, "u_seq": 5}
"""What ss calls unix sockets, and their types (SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET)."""

OTHERS = (
    *("udp", "tcp", "raw", "nl", "p_raw", "p_dgr", "icmp6", "dccp", "sctp", "mptcp", "xdp"),
    *("v_str", "v_dgr", "v_seq", "tipc", "ti_rd", "ti_dg", "ti_sq", "ti_st"),
)
"""The other names in the column Netid."""

_HEADER = re.compile(r"(?:Netid\s+)?State\s+Recv-Q\s+Send-Q\s+Local\s*Address:Port\s.*")
_LINE = re.compile(
    rf"(?:({'|'.join(sorted([*UNIX, *OTHERS]))})\s+)?({'|'.join(STATES)})\s+"
    r"([0-9]+)\s+([0-9]+)\s+(\S.*)"
)


class SsSocket(NamedTuple):
    """``netid`` is None without that column; ``rest`` is what follows the queues."""

    netid: str | None
    state: str
    rest: str


class SsLine(NamedTuple):
    """One line (with those that continue it), and the socket in it: None if it cannot be read."""

    text: str
    socket: SsSocket | None


def ss_lines(text: str) -> Iterator[SsLine]:
    """The lines of an output but for headers and blank ones.

    The name of a unix socket may hold line breaks, and with them whole lines of other sockets. Of
    a line that is broken off by one, all that may still belong to its name is unreadable.
    """
    suspect_until = position = 0
    for line in _joined(text):
        start, position = position, position + len(line) + 1
        whole = line.rstrip()
        if not whole.strip() or (start >= suspect_until and _HEADER.fullmatch(whole)):
            continue
        socket = _socket(whole)
        if socket is not None and socket.netid in UNIX and parse_unix(socket.rest) is None:
            suspect_until = max(suspect_until, start + len(line) + LONGEST_NAME)
            socket = None
        yield SsLine(whole, None if start < suspect_until else socket)


def _joined(text: str) -> Iterator[str]:
    """The lines, each with those below that begin with a blank."""
    held: list[str] = []
    for line in text.split("\n"):
        if held and not line[:1].isspace():
            yield " ".join(held)
            held = []
        held.append(line)
    yield " ".join(held)


def _socket(line: str) -> SsSocket | None:
    found = _LINE.fullmatch(line)
    return None if found is None else SsSocket(found[1], found[2], found[5])

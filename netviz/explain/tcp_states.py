"""The names of socket states, as include/net/tcp_states.h has them."""

from __future__ import annotations

_NAMES = (
    "ESTABLISHED",
    "SYN_SENT",
    "SYN_RECV",
    "FIN_WAIT1",
    "FIN_WAIT2",
    "TIME_WAIT",
    "CLOSE",
    "CLOSE_WAIT",
    "LAST_ACK",
    "LISTEN",
    "CLOSING",
    "NEW_SYN_RECV",
)


def state_name(proto: str, state: int) -> str:
    """``ESTABLISHED``; ``state 0x0D`` for one that is not known.

    udp and its like use the same numbers to say only whether the socket is connected.
    """
    if proto not in ("tcp", "sctp"):
        return {1: "connected", 7: "unconnected"}.get(state, f"state 0x{state:02X}")
    if proto == "tcp" and 0 < state <= len(_NAMES):
        return _NAMES[state - 1]
    return f"state 0x{state:02X}"

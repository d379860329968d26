"""The states of TCP as lsof and netstat call them, and as the kernel numbers them."""

from __future__ import annotations

from netviz import tables

TCP_STATES = {
    "ESTABLISHED": tables.ESTABLISHED,
    "SYN_SENT": tables.SYN_SENT,
    "SYN_RECV": tables.SYN_RECV,
    "FIN_WAIT1": tables.FIN_WAIT1,
    "FIN_WAIT2": tables.FIN_WAIT2,
    "TIME_WAIT": tables.TIME_WAIT,
    "CLOSE": tables.CLOSE,
    "CLOSE_WAIT": tables.CLOSE_WAIT,
    "LAST_ACK": tables.LAST_ACK,
    "LISTEN": tables.LISTEN,
    "CLOSING": tables.CLOSING,
}

"""An address and port as a person writes them: ``10.0.0.1:80``, ``[::1]:80``, ``*:80``."""

from __future__ import annotations

from typing import NamedTuple

from netviz.addresses import format_address, parse_address

LAST_PORT = 65535
ANY = ("", "*")


class Endpoint(NamedTuple):
    """One end of a connection; ``address`` is None for any."""

    address: int | None
    port: int

    def __str__(self) -> str:
        return endpoint_text(self.address, self.port)


def parse_endpoint(text: str) -> Endpoint:
    """The endpoint that ``text`` names. IPv6 may do without brackets. ValueError says what is
    wrong with it.

    An IPv4-mapped address is the IPv4 one, and a zone behind ``%`` is left out: the kernel prints
    none (rule 1 of docs/join-rules.md).
    """
    host, colon, port = text.rpartition(":")
    if not colon:
        raise ValueError(f"{text!r} is not ADDRESS:PORT, such as 10.0.0.1:80, [::1]:80 or *:80")
    if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) <= LAST_PORT):
        raise ValueError(f"{text!r} ends in no port from 1 to {LAST_PORT}")
    if host in ANY:
        return Endpoint(None, int(port))
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if "/" in bare:
        raise ValueError(f"{text!r} has a prefix length: one address is wanted, or * for any")
    try:
        return Endpoint(parse_address(bare), int(port))
    except ValueError:
        raise ValueError(f"{text!r} begins with no IP address (nor with * for any)") from None


def endpoint_text(address: int | None, port: int) -> str:
    """``10.0.0.1:80``, ``[2001:db8::1]:80``, ``*:80`` for any address."""
    if address is None:
        return f"*:{port}"
    host = format_address(address)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

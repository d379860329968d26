"""Clients of the laboratory's daemons: ``actors.py`` with steps for their protocols."""

from __future__ import annotations

import os
import socket

import actors
import wsgi_application
from actors import PATIENCE, Actor


def browse(actor: Actor, address: str, port: int) -> None:
    """Ask an HTTP server for what it never ends to send, until the body begins."""
    client = socket.create_connection((address, port), PATIENCE)
    client.sendall(b"GET / HTTP/1.0\r\n\r\n")
    received = b""
    while not received.partition(b"\r\n\r\n")[2]:
        more = client.recv(4096)
        if not more:
            raise OSError(f"{address} port {port} answered {received!r}")
        received += more
    if not received.endswith(b"."):
        raise OSError(f"{address} port {port} answered {received!r}")
    actor.kept.append(client)


def ask(actor: Actor, address: str, port: int) -> None:
    """Ask a resolver, on a connected UDP socket."""
    os.environ["RESOLVER"] = f"{address}:{port}"
    actor.kept.append(wsgi_application.resolver())


actors.STEPS.update({function.__name__: function for function in (browse, ask)})

if __name__ == "__main__":
    actors.main()

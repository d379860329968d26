"""A WSGI application that asks its database and its cache, and holds what it asked them with.

Every request opens a connection to PostgreSQL (``DATABASE``, host:port), one to Redis (``CACHE``)
and asks the resolver (``RESOLVER``) for a name; then a byte is sent and nothing more, so that all
of it stands while snapshots are taken.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Callable, Iterator

PATIENCE = 10  # seconds
LIFETIME = 180  # seconds


def opened(variable: str, kind: int = socket.SOCK_STREAM) -> socket.socket:
    """A socket that is connected to what the environment variable names."""
    host, port = os.environ[variable].rsplit(":", 1)
    found = socket.socket(socket.AF_INET, kind)
    found.settimeout(PATIENCE)
    found.connect((host, int(port)))
    return found


def database() -> socket.socket:
    """A session of PostgreSQL's protocol, version 3.0, past its authentication."""
    session = opened("DATABASE")
    parameters = b"user\0postgres\0database\0postgres\0\0"
    session.sendall(struct.pack("!II", 8 + len(parameters), 3 << 16) + parameters)
    answer = b""
    while not answer.endswith(b"Z\0\0\0\5I"):  # ReadyForQuery, idle
        received = session.recv(4096)
        if not received:
            raise OSError(f"the database refused: {answer!r}")
        answer += received
    return session


def cache() -> socket.socket:
    """A connection to Redis that has answered."""
    connection = opened("CACHE")
    connection.sendall(b"PING\r\n")
    if connection.recv(64) != b"+PONG\r\n":
        raise OSError("the cache did not answer")
    return connection


def resolver() -> socket.socket:
    """A connected UDP socket on which a question was asked and answered."""
    asking = opened("RESOLVER", socket.SOCK_DGRAM)
    name = b"".join(bytes([len(part)]) + part for part in b"db.internal.example".split(b"."))
    asking.send(struct.pack("!6H", 7, 0x100, 1, 0, 0, 0) + name + b"\0" + struct.pack("!2H", 1, 1))
    if asking.recv(512)[:2] != b"\0\7":
        raise OSError("the resolver did not answer")
    return asking


def application(
    environ: dict[str, object], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterator[bytes]:
    held = [opening() for opening in (database, cache, resolver)]
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b"."
    time.sleep(LIFETIME)
    for connection in held:
        connection.close()

"""Processes that talk within one machine: ``actors.py`` with steps for unix sockets and pipes."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import actors
from actors import PATIENCE, Actor, name_process, stay

SS_CONNECTED = "03"


def address_of(path: str) -> str:
    """A leading @ means an abstract name."""
    return "\0" + path[1:] if path.startswith("@") else path


def quiet(actor: Actor) -> None:
    """Greet nobody: who connects speaks a protocol in which that would be wrong."""
    actors.GREETING = b""


def socketpair_with_child(actor: Actor, comm: str) -> None:
    """Fork a child named ``comm``, each keeping one of two connected sockets."""
    own, childs = socket.socketpair()
    if not os.fork():
        own.close()
        name_process(comm)
        childs.send(b".")
        child = Actor()
        child.kept.append(childs)
        stay(child)
    childs.close()
    if not own.recv(1):
        raise OSError("the child failed")
    actor.kept.append(own)


def unix_receive(actor: Actor, path: str) -> None:
    """A datagram socket with a name."""
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiver.bind(address_of(path))
    actor.kept.append(receiver)


def unix_send(actor: Actor, path: str) -> None:
    """A datagram socket that is connected to the one of that name."""
    sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sender.connect(address_of(path))
    sender.send(b".")
    actor.kept.append(sender)


def unix_unanswered(actor: Actor, path: str) -> None:
    """Connect to a listener that does not accept."""
    client = socket.socket(socket.AF_UNIX)
    client.connect(address_of(path))
    actor.kept.append(client)


def unix_deaf(actor: Actor, path: str) -> None:
    """Listen, and never accept."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address_of(path))
    listener.listen(4)
    actor.kept.append(listener)


def write_to(actor: Actor, descriptor: int) -> None:
    os.write(descriptor, b".")


def read_from(actor: Actor, descriptor: int) -> None:
    if not os.read(descriptor, 1):
        raise OSError("the other end is closed")


def fifo(actor: Actor, path: str, mode: str) -> None:
    """Make a named pipe and open it: ``r``, ``w`` (somebody reads already) or ``rw``."""
    if not Path(path).exists():
        os.mkfifo(path)
    flags = {"r": os.O_RDONLY, "w": os.O_WRONLY, "rw": os.O_RDWR}[mode]
    os.open(path, flags | os.O_NONBLOCK)


def request(actor: Actor, port: int, path: str) -> None:
    """Ask an HTTP server for something; until a connection to the listener ``path`` is accepted."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            client = socket.create_connection(("127.0.0.1", port), PATIENCE)
            break
        except ConnectionRefusedError:
            time.sleep(0.01)
    else:
        raise OSError(f"nobody listens on port {port}")
    client.send(b"GET / HTTP/1.0\r\n\r\n")
    actor.kept.append(client)
    while time.monotonic() < deadline:
        rows = [row.split() for row in Path("/proc/net/unix").read_text().split("\n")]
        if any(row[5:6] == [SS_CONNECTED] and row[7:] == [path] for row in rows):
            return
        time.sleep(0.01)
    raise OSError(f"nothing was accepted on {path}")


actors.STEPS.update(
    {
        function.__name__: function
        for function in (
            quiet,
            socketpair_with_child,
            unix_receive,
            unix_send,
            unix_unanswered,
            unix_deaf,
            write_to,
            read_from,
            fifo,
            request,
        )
    }
)

if __name__ == "__main__":
    actors.main()

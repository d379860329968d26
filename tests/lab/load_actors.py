"""Processes that open and close connections all the time: ``actors.py`` with steps for that."""

from __future__ import annotations

import contextlib
import random
import selectors
import socket
import struct
import threading
import time
from pathlib import Path

import actors
from actors import GREETING, Actor, connected

PAUSE = 0.005  # seconds


def serve(actor: Actor, address: str, port: int) -> None:
    """Listen, greet whoever comes, and put up with clients that reset their connection."""
    listener = socket.create_server((address, port), backlog=64)

    def work() -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(listener, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is listener:
                        connection, _ = listener.accept()
                        selector.register(connection, selectors.EVENT_READ, connection)
                        with contextlib.suppress(OSError):
                            connection.send(GREETING)
                    elif ended(key.data):
                        selector.unregister(key.fileobj)
                        key.data.close()

    threading.Thread(target=work, daemon=True).start()


def ended(connection: socket.socket) -> bool:
    try:
        return not connection.recv(64)
    except OSError:
        return True


def load(actor: Actor, address: str, port: int, width: int) -> None:
    """Hold ``width`` connections: the first one stays, the others are reset and opened anew."""
    held = [connected(address, port) for _ in range(width)]

    def work() -> None:
        while True:
            time.sleep(PAUSE)
            place = random.randrange(1, width)
            held[place].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            held[place].close()
            while held[place].fileno() < 0:
                with contextlib.suppress(OSError):  # no port may be free at the moment
                    held[place] = connected(address, port)

    threading.Thread(target=work, daemon=True).start()


def brief(actor: Actor, address: str, port: int, every: float, life: float, log: str) -> None:
    """Open a connection ``every`` seconds, close it ``life`` seconds later, and log its port."""

    def work() -> None:
        with Path(log).open("w", buffering=1) as ports:
            due = time.monotonic()
            while True:
                client = connected(address, port)
                print(client.getsockname()[1], file=ports)
                time.sleep(life)
                client.close()
                due += every
                time.sleep(max(0.0, due - time.monotonic()))

    threading.Thread(target=work, daemon=True).start()


actors.STEPS.update({function.__name__: function for function in (serve, load, brief)})

if __name__ == "__main__":
    actors.main()

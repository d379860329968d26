"""Processes that hold sockets in uncommon ways: ``actors.py`` with steps for that."""

from __future__ import annotations

import ctypes
import os
import select
import socket
import threading
from typing import Any

import actors
from actors import GREETING, Actor, connected, name_process, perform, stay

CLONE_FILES = 0x400
CLONE_NEWNET = 0x40000000


def inside(actor: Actor, netns: str, *steps: Any) -> None:
    """Take ``steps`` in a named network namespace, then come back: the sockets stay there."""
    libc = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{netns}", os.O_RDONLY)
    for number, namespace in enumerate((there, home)):
        if libc.setns(namespace, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {netns}")
        os.close(namespace)
        if number == 0:
            perform(actor, steps)


def pass_on(actor: Actor, address: str, port: int, workers: list[str], keep: bool) -> None:
    """Listen, and pass the connections to workers in turn (SCM_RIGHTS), for ``client`` to come.

    One for each worker is accepted here, by a process that is none of them and may ``keep`` its
    own descriptors. The workers know neither the listener nor each other's connections.
    """
    channels: list[socket.socket] = []
    for comm in workers:
        ours, theirs = socket.socketpair()
        if not os.fork():
            ours.close()
            for channel in channels:
                channel.close()
            name_process(comm)
            _, received, _, _ = socket.recv_fds(theirs, 1, 1)
            connection = socket.socket(fileno=received[0])
            connection.send(GREETING)
            child = Actor()
            child.kept += [connection, theirs]
            stay(child)
        theirs.close()
        channels.append(ours)
    listener = socket.create_server((address, port))
    actor.kept += [*channels, listener]

    def serve() -> None:
        for channel in channels:
            connection, _ = listener.accept()
            socket.send_fds(channel, [b"."], [connection.fileno()])
            if keep:
                actor.kept.append(connection)
            else:
                connection.close()

    threading.Thread(target=serve, daemon=True).start()


def apart(actor: Actor, address: str, port: int) -> None:
    """Connect in a thread whose descriptors are its own: unshare(CLONE_FILES)."""
    done, end = os.pipe()

    def work() -> None:
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_FILES):
            os.write(end, b"!")
            return
        mine = connected(address, port)
        os.write(end, b".")
        select.select([], [], [])
        mine.close()

    threading.Thread(target=work, daemon=True).start()
    if os.read(done, 1) != b".":
        raise OSError("the descriptors of a thread cannot be unshared")


actors.STEPS.update({function.__name__: function for function in (inside, pass_on, apart)})

if __name__ == "__main__":
    actors.main()

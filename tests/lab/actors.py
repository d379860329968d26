"""A process of the laboratory: ``actors.py COMM STEPS`` takes the steps, says so, and stays.

COMM becomes its name (comm). STEPS is a JSON list of ``[step, argument...]``; each step is the
function of that name below. When all are taken it writes a line to descriptor 3 and closes it;
from then on it accepts on its listeners until it is killed or its time is up.

A server greets each connection that it accepts with one byte, which the client waits for: once a
client is ready its connections are accepted, too, and nothing in a test has to sleep.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

Address = tuple[str, int]
Step = Sequence[Any]

PR_SET_NAME = 15
READY_FD = 3
INHERITED_FD = 4
LIFETIME = 180  # seconds
PATIENCE = 10  # seconds
TCP_DEFER_ACCEPT = 9
ETH_P_ALL = 3
SYN_SENT, FIN_WAIT2, TIME_WAIT = 2, 5, 6  # include/net/tcp_states.h

GREETING = b"."


class Actor:
    """What this process has open."""

    def __init__(self) -> None:
        self.listeners: dict[socket.socket, str] = {}  # with what to do with a connection
        self.connections: dict[socket.socket, str] = {}  # accepted, with the same
        self.kept: list[socket.socket] = []  # everything that must stay open


def name_process(comm: str) -> None:
    """Set comm, at most 15 bytes of it."""
    ctypes.CDLL(None).prctl(PR_SET_NAME, ctypes.c_char_p(comm.encode()), 0, 0, 0)


def family_of(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def resolved(address: str, port: int) -> Any:
    """The socket address; of ``fe80::1%eth0`` with its interface index."""
    return socket.getaddrinfo(address, port, 0, 0, 0, socket.AI_NUMERICHOST)[0][4]


# The steps: functions of the actor and their JSON arguments.


def listen(actor: Actor, address: str, port: int, then: str = "greet") -> None:
    """Listen on TCP. ``then`` is what happens to a connection:

    ``greet``   accepted, greeted, closed when the client closes
    ``keep``    accepted, greeted, never closed
    ``fork:X``  accepted, handed to a new child named X, and kept open here, too
    ``never``   not accepted
    ``defer``   not accepted, and not even established before data arrives (TCP_DEFER_ACCEPT)
    """
    listener = socket.socket(family_of(address), socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if address == "::":
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    if then == "defer":
        listener.setsockopt(socket.IPPROTO_TCP, TCP_DEFER_ACCEPT, LIFETIME)
    listener.bind(resolved(address, port))
    listener.listen(32)
    keep_listener(actor, listener, then)


def inherit(actor: Actor, then: str = "greet") -> None:
    """Take over the listener that process 1 handed down, as with socket activation."""
    keep_listener(actor, socket.socket(fileno=INHERITED_FD), then)


def keep_listener(actor: Actor, listener: socket.socket, then: str) -> None:
    listener.setblocking(False)
    actor.kept.append(listener)
    if then not in ("never", "defer"):
        actor.listeners[listener] = then


def connected(
    address: str, port: int, source: Address | None = None, greeted: bool = True
) -> socket.socket:
    """A TCP connection to a server of the laboratory."""
    client = socket.socket(family_of(address), socket.SOCK_STREAM)
    client.settimeout(PATIENCE)
    if source:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.bind(resolved(*source))
    client.connect(resolved(address, port))
    if greeted and client.recv(1) != GREETING:
        raise OSError(f"no greeting from {address} port {port}")
    return client


def connect(
    actor: Actor, address: str, port: int, count: int = 1, source: Address | None = None
) -> None:
    """Open ``count`` TCP connections that are accepted; ``source`` is [address, port]."""
    actor.kept += [connected(address, port, source) for _ in range(count)]


def connect_ungreeted(actor: Actor, address: str, port: int, count: int = 1) -> None:
    """Open ``count`` TCP connections that the server will not accept."""
    actor.kept += [connected(address, port, greeted=False) for _ in range(count)]


def half_open(actor: Actor, address: str, port: int) -> None:
    """Begin a TCP connection that nobody answers: SYN_SENT."""
    client = socket.socket(family_of(address), socket.SOCK_STREAM)
    client.setblocking(False)
    client.connect_ex(resolved(address, port))
    actor.kept.append(client)
    await_state(client.getsockname()[1], SYN_SENT)


def visit(actor: Actor, address: str, port: int) -> None:
    """Open a connection and close it, the server closing its end: TIME_WAIT here."""
    client = connected(address, port)
    own_port = client.getsockname()[1]
    client.shutdown(socket.SHUT_WR)
    if client.recv(1):
        raise OSError("the server did not close")
    client.close()
    await_state(own_port, TIME_WAIT)


def leave(actor: Actor, address: str, port: int) -> None:
    """Open a connection and close it, the server keeping its end: an orphan in FIN_WAIT2 here."""
    client = connected(address, port)
    own_port = client.getsockname()[1]
    client.close()
    await_state(own_port, FIN_WAIT2)


def half_close(actor: Actor, address: str, port: int) -> None:
    """Open a connection and close its sending half: FIN_WAIT2 here, held by this process."""
    client = connected(address, port)
    client.shutdown(socket.SHUT_WR)
    await_state(client.getsockname()[1], FIN_WAIT2)
    actor.kept.append(client)


def await_state(own_port: int, state: int) -> None:
    """Until the socket of that local port is in that state, as /proc/net/tcp tells."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        rows = Path("/proc/net/tcp").read_text().split("\n")[1:-1]
        for local, _, now in (row.split()[1:4] for row in rows):
            if local.endswith(f":{own_port:04X}") and int(now, 16) == state:
                return
        time.sleep(0.005)
    raise OSError(f"local port {own_port} never came to state {state}")


def talk_to_self(actor: Actor, address: str, port: int) -> None:
    """Listen, connect to it and accept, all in this process."""
    listen(actor, address, port, "never")
    client = connected(address, port, greeted=False)
    actor.kept[-1].setblocking(True)
    accepted, _ = actor.kept[-1].accept()
    actor.kept += [client, accepted]


def udp(actor: Actor, local: Address | None, remote: Address | None = None) -> None:
    """A UDP socket bound to ``local`` and connected to ``remote``, each [address, port]."""
    sock = socket.socket(family_of((local or remote or ("", 0))[0]), socket.SOCK_DGRAM)
    if local:
        sock.bind(resolved(*local))
    if remote:
        sock.connect(resolved(*remote))
    actor.kept.append(sock)


def raw(actor: Actor, address: str, protocol: int) -> None:
    """A raw socket of an IP protocol, bound to ``address``."""
    sock = socket.socket(family_of(address), socket.SOCK_RAW, protocol)
    sock.bind((address, 0))
    actor.kept.append(sock)


def packet(actor: Actor, interface: str) -> None:
    """A packet socket that sees every frame of an interface."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    sock.bind((interface, ETH_P_ALL))
    actor.kept.append(sock)


def unix_listen(actor: Actor, path: str) -> None:
    """Listen on a unix stream socket; folders are made, a leading @ means abstract."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    if not path.startswith("@"):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    listener.bind(path.replace("@", "\0", 1))
    if not path.startswith("@"):
        Path(path).chmod(0o666)
    listener.listen(32)
    keep_listener(actor, listener, "greet")


def unix_connect(actor: Actor, path: str, count: int = 1) -> None:
    """Open ``count`` connections to a unix stream socket."""
    for _ in range(count):
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.settimeout(PATIENCE)
        client.connect(path.replace("@", "\0", 1))
        if client.recv(1) != GREETING:
            raise OSError("no greeting from " + path)
        actor.kept.append(client)


def become(actor: Actor, uid: int) -> None:
    """Give up root, as daemons do once they have bound their ports."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def workers(actor: Actor, count: int, *steps: Step) -> None:
    """Fork ``count`` children which take ``steps`` and accept; this process then does not."""
    for _ in range(count):
        reader, writer = os.pipe()
        if not os.fork():
            os.close(reader)
            perform(actor, steps)
            os.write(writer, b"ready\n")
            os.close(writer)
            stay(actor)
        os.close(writer)
        announced = os.read(reader, 1)
        os.close(reader)
        if not announced:
            raise OSError("a worker failed")
    actor.listeners = {}


STEPS: dict[str, Callable[..., None]] = {
    function.__name__: function
    for function in (
        listen,
        inherit,
        connect,
        connect_ungreeted,
        half_open,
        visit,
        leave,
        half_close,
        talk_to_self,
        udp,
        raw,
        packet,
        unix_listen,
        unix_connect,
        become,
        workers,
    )
}


def perform(actor: Actor, steps: Sequence[Step]) -> None:
    for step, *arguments in steps:
        STEPS[step](actor, *arguments)


def accept(actor: Actor, listener: socket.socket) -> None:
    """Take one connection, if another worker did not."""
    try:
        connection, _ = listener.accept()
    except BlockingIOError:
        return
    then = actor.listeners[listener]
    if then.startswith("fork:"):
        actor.kept.append(connection)
        if not os.fork():
            # Of what the parent has, the child keeps this connection only.
            for other in actor.kept[:-1]:
                other.close()
            name_process(then[len("fork:") :])
            connection.send(GREETING)
            actor.listeners, actor.connections = {}, {}
            stay(actor)
        return
    connection.send(GREETING)
    actor.connections[connection] = then


def stay(actor: Actor) -> NoReturn:
    """Accept and close as the listeners say, to the end of this process."""
    signal.alarm(LIFETIME)
    while True:
        closing = [sock for sock, then in actor.connections.items() if then == "greet"]
        readable, _, _ = select.select(list(actor.listeners) + closing, [], [])
        for sock in readable:
            if sock in actor.listeners:
                accept(actor, sock)
            elif not sock.recv(4096):
                del actor.connections[sock]
                sock.close()


def main() -> None:
    comm, steps = sys.argv[1], json.loads(sys.argv[2])
    name_process(comm)
    signal.alarm(LIFETIME)
    actor = Actor()
    perform(actor, steps)
    os.write(READY_FD, b"ready\n")
    os.close(READY_FD)
    stay(actor)


if __name__ == "__main__":
    main()

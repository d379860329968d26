"""A network namespace full of TCP connections, in which whole processes are measured.

Started as a script by ``Runner`` of whole_processes.py, inside a new network and PID namespace:
when it ends, however it ends, the kernel ends everything in there with it.

    unshare --net --pid --fork --mount-proc --kill-child python3 busy_namespace.py 100000 400
"""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import socket
import struct
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from whole_processes import answer_tasks  # noqa: E402

LONGEST = 1800
"""Seconds after which everything ends, whatever happens."""

FIRST_PORT = 10_000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def command(sockets: int, processes: int) -> list[str]:
    """What starts this script in namespaces of its own; needs root."""
    unshare = ["unshare", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"]
    script = [sys.executable, "-I", "-S", __file__]
    return [*unshare, *script, str(sockets), str(processes)]


def raise_loopback() -> None:
    """A new namespace has its loopback interface down (netdevice(7))."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | IFF_UP))


def hold_connections(sockets: int, processes: int) -> None:
    """Start ``processes``, half of them servers, that hold ``sockets`` ends of connections."""
    each = sockets // processes
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, each + 100)), hard))
    for number in range(processes // 2):
        listening = socket.create_server(("127.0.0.1", FIRST_PORT + number), backlog=4096)
        ready, told = os.pipe()
        for hold in (_serve, _call):
            if os.fork() == 0:
                os.close(ready)
                _hold(hold(listening, each), told)
        listening.close()
        os.close(told)
        if os.read(ready, 1) + os.read(ready, 1) != b"..":
            raise SystemExit("busy_namespace.py: connections could not be made")
        os.close(ready)


def _serve(listening: socket.socket, connections: int) -> list[socket.socket]:
    return [listening, *(listening.accept()[0] for _ in range(connections))]


def _call(listening: socket.socket, connections: int) -> list[socket.socket]:
    address = listening.getsockname()
    listening.close()
    return [socket.create_connection(address) for _ in range(connections)]


def _hold(held: list[socket.socket], told: int) -> None:
    os.write(told, b".")
    os.close(told)
    while held:
        signal.pause()


def main() -> None:
    """Fill the namespace, run the commands that standard input names, print what they took."""
    signal.alarm(LONGEST)
    raise_loopback()
    hold_connections(*map(int, sys.argv[1:3]))
    answer_tasks(sys.stdin, sys.stdout)


if __name__ == "__main__":
    main()

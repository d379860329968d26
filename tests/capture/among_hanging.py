"""Runs a capture among processes whose files hang; started by ``unshare --mount``.

One holds an open file of a hanging file system and works in its folder, one is in the middle of
executing a program there, one hangs in stat(2). Each holds a listener. Prints one line about them,
for test_capture_hanging_files.py, and then what the capture printed.

    unshare --mount python3 among_hanging.py FOLDER CAPTURE...
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from hanging_fuse import HangingFuse

LONGEST = 120
"""Seconds after which the holder of a file ends, whatever happens."""


def main() -> int:
    point, command = Path(sys.argv[1]), sys.argv[2:]
    fuse = HangingFuse(point)
    ready, told = os.pipe()

    def hold(listener: socket.socket) -> None:
        os.chdir(point)
        os.open("held", os.O_RDONLY)
        os.write(told, b".")
        time.sleep(LONGEST)

    def execute(listener: socket.socket) -> None:
        os.execv(point / "program", ["program"])

    def look(listener: socket.socket) -> None:
        os.stat(point / "held")

    children = {"holding": child(fuse, hold)}
    os.read(ready, 1)
    children["executing"] = child(fuse, execute)
    fuse.reading.wait()
    fuse.hang()
    children["looking"] = child(fuse, look)
    ended = subprocess.run(command, check=False, stdout=subprocess.PIPE)
    hung = [name for name, made in children.items() if os.waitpid(made.pid, os.WNOHANG)[0] == 0]
    facts = {"children": children, "hung": hung, "read_by": fuse.read_by}
    print(json.dumps(facts), flush=True)
    os.write(1, ended.stdout)
    for made in children.values():
        os.kill(made.pid, signal.SIGKILL)
    return ended.returncode


class Child(NamedTuple):
    """A process and the inode of the listener that it alone holds."""

    pid: int
    inode: int


def child(fuse: HangingFuse, work: Callable[[socket.socket], None]) -> Child:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        pid = os.fork()
        if not pid:
            fuse.leave()
            work(listener)
            os._exit(0)
        return Child(pid, os.fstat(listener.fileno()).st_ino)


if __name__ == "__main__":
    sys.exit(main())

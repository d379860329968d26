"""Runs a capture beside a process that holds a listener, with whatever rights this script has.

Prints the pid of that process, the inode and port of its listener, then what the capture printed.

    python3 beside_a_listener.py CAPTURE...
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys


def main() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        inode, port = os.fstat(listener.fileno()).st_ino, listener.getsockname()[1]
        child = os.fork()
        if not child:
            signal.pause()
    ended = subprocess.run(sys.argv[1:], check=False, stdout=subprocess.PIPE)
    os.kill(child, signal.SIGKILL)
    sys.stdout.buffer.write(b"%d %d %d\n%s" % (child, inode, port, ended.stdout))
    return ended.returncode


if __name__ == "__main__":
    sys.exit(main())

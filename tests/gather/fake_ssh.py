"""Stands in for ssh on PATH: what the host does is its name. Linux' own sh runs what is to run.

Each call adds a line to the file CALLS, its arguments as JSON. The words are OpenSSH's and sudo's.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

SAYS = {
    "unknown-key": (255, "No ED25519 host key is known for x.\nHost key verification failed.\n"),
    "changed-key": (
        255,
        "@@@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n@@@@@\n"
        "Host key verification failed.\n",
    ),
    "nowhere": (255, "ssh: Could not resolve hostname nowhere: Name or service not known\n"),
    "refused": (255, "ssh: connect to host refused port 22: Connection refused\n"),
    "unrouted": (255, "ssh: connect to host unrouted port 22: No route to host\n"),
    "slow": (255, "ssh: connect to host slow port 22: Connection timed out\n"),
    "stranger": (255, "me@stranger: Permission denied (publickey,password).\n"),
    "shut": (255, "kex_exchange_identification: Connection closed by remote host\n"),
    "misset": (255, "/home/me/.ssh/config: line 3: Bad configuration option: prot\n"),
    "odd": (255, "something \x1b[31mthat nobody\x1b[0m foresaw\n"),
    "nologin": (1, ""),
    "no-sudo-right": (1, "me is not in the sudoers file.\n"),
    "sudo-asks": (1, "sudo: a password is required\n"),
    "sudo-tty": (1, "sudo: sorry, you must have a tty to run sudo\n"),
    "no-sudo": (98, ""),
    "no-python": (97, ""),
    "no-shell": (127, "sh: 1: exec: /bin/sh: not found\n"),
}
"""What is on standard error, and the exit status."""


def main() -> None:
    with Path(os.environ["CALLS"]).open("a") as calls:
        calls.write(json.dumps(sys.argv[1:]) + "\n")
    host, command = sys.argv[sys.argv.index("--") + 1 :]
    host = host.rpartition("@")[2]
    if host == "nologin":
        sys.stdout.write("This account is currently not available.\n")
    if host in SAYS:
        status, said = SAYS[host]
        sys.stderr.write(said)
        sys.exit(status)
    if host == "silent":
        time.sleep(600)
    if host.startswith("greeting"):
        sys.stdout.write("Welcome!\nnetviz-0\n")
    if host == "endless":
        while True:
            sys.stdout.write("blah " * 1000)
    answer = {
        "forger": b"not gzip",
        "liar": b"\x1f\x8b cut",
        "empty": b"",
        "flood": b"\x1f\x8b" + b"x" * 2**21,
    }.get(host)
    if answer is not None:
        token = command.rpartition(" netviz-")[2].partition(";")[0]
        sys.stdout.write(f"netviz-{token}\n")
        sys.stdout.flush()
        sys.stdout.buffer.write(answer)
        sys.exit(0)
    shell = {"fish": "fish", "zsh": "zsh", "bash": "bash"}.get(host, "sh")
    sys.stdout.flush()
    os.execvp(shell, [shell, "-c", command])


if __name__ == "__main__":
    main()

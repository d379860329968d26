"""What a target is told to run, and what it is then sent.

The command finds a Python and starts it with a program of one line. That says so on standard
output, which tells the answer from whatever a login prints before, and then runs what it reads
from standard input: ``on_target.py``. Nothing is sent before, so nothing else reads it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from importlib import resources

NO_PYTHON = 97
"""The exit status where no usable Python is found."""

NO_SUDO = 98
"""The exit status where sudo is wanted and not installed."""

PYTHONS = (
    "python3",
    "/usr/libexec/platform-python",  # RHEL 8: for the system's own tools, without a python3
    *(f"python3.{minor}" for minor in range(14, 5, -1)),
    "python",
)
"""Where a Python is looked for, the first that will do being taken."""

_PATH = re.compile(r"[A-Za-z0-9_./+][A-Za-z0-9_./+-]*")

# Neither quotes nor anything that a shell would change: two shells read it, sh and the login shell.
_PROBE = "import sys,zlib;sys.exit(sys.version_info<(3,6))"
_START = (
    "import sys;print(sys.argv[1],flush=True);s=sys.stdin.buffer;"
    "exec(s.read(int(s.readline()or 0)))"
)


def is_plain_path(text: str) -> bool:
    """Whether ``text`` may be the path of a Python: no shell finds anything in it to change."""
    return _PATH.fullmatch(text) is not None


def password_prompt(token: str) -> str:
    """What sudo asks with for a password, on standard error."""
    return f"[{token}-password]"


def find_and_start(
    token: str, pythons: Sequence[str] = PYTHONS, sudo: bool = False, password: bool = False
) -> str:
    """The script for /bin/sh; ``token`` is the line that is printed when Python has started.

    With ``sudo`` that Python runs as root; with ``password`` sudo may ask for one.
    """
    check = become = ""
    if sudo:
        # Its messages are told apart by their words, so they have to be English.
        check = f"LC_ALL=C;export LC_ALL;command -v sudo >/dev/null||exit {NO_SUDO};"
        become = f"sudo -S -p {password_prompt(token)} " if password else "sudo -n "
    return (
        f"{check}for p in {' '.join(pythons)};do "
        'p=$(command -v "$p")||continue;'
        # -I: nothing of the user's own is imported (2.7 refuses it). -B: no bytecode is written.
        f'"$p" -I -B -c "{_PROBE}" </dev/null >/dev/null 2>&1||continue;'
        f'exec {become}"$p" -I -B -c "{_START}" {token};'
        f"done;exit {NO_PYTHON}"
    )


def for_login_shell(script: str) -> str:
    """The script as one line for the login shell of a user, whichever that is."""
    return f"exec /bin/sh -c '{script}'"


def payload(archive: bytes, arguments: Sequence[str], seconds: float) -> bytes:
    """What the started Python is sent: ``on_target.py``, its orders, and netviz-capture.pyz.

    ``arguments`` are the capture's own; after ``seconds`` it ends by itself.
    """
    source = resources.files("netviz.gather").joinpath("on_target.py").read_bytes()
    order = {"size": len(archive), "arguments": list(arguments), "seconds": seconds}
    return b"%d\n%s%s\n%s" % (len(source), source, json.dumps(order).encode(), archive)

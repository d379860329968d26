"""Running a program on a terminal of its own, at which something is typed when it asks.

    python3 own_terminal.py PROMPT TYPED COMMAND...

prints what the terminal showed, and ends as the command did.
"""

from __future__ import annotations

import os
import pty
import select
import sys
import time
from collections.abc import Sequence

PATIENCE = 60.0
"""Seconds that the program may take."""


def on_a_terminal(prompt: str, typed: str, command: Sequence[str]) -> tuple[int, str]:
    """The exit status of ``command``, and all that was shown. TimeoutError after a while.

    ``typed`` is typed, with Enter, once ``prompt`` is shown. The environment is this process's.
    """
    pid, terminal = pty.fork()
    if pid == 0:
        try:
            os.execvp(command[0], list(command))
        finally:
            os._exit(127)
    shown, waiting = b"", typed
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            shown += os.read(terminal, 4096)
        except OSError:  # the program has closed its end
            break
        if waiting and prompt.encode() in shown:
            time.sleep(0.1)  # a program that asks for a password forgets what was typed before
            os.write(terminal, waiting.encode() + b"\n")
            waiting = ""
    else:
        os.kill(pid, 9)
        raise TimeoutError(shown.decode(errors="replace"))
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode(errors="replace")


if __name__ == "__main__":
    status, text = on_a_terminal(sys.argv[1], sys.argv[2], sys.argv[3:])
    print(text)
    sys.exit(status)

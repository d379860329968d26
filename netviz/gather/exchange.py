"""What is said between netviz and one target, over the pipes of an ssh or a kubectl."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import IO

from netviz.gather.remote_command import password_prompt

MOST_OUTPUT = 256 * 2**20
"""Bytes of a compressed snapshot that are taken from a target."""

MOST_BEFORE = 2**20
"""Bytes that a login may print before the capture starts."""

MOST_ERRORS = 2**16
"""Bytes of messages that are kept."""

BLOCK = 2**16

GRACE = 2.0
"""Seconds that a program has to end after SIGTERM."""

PR_SET_PDEATHSIG = 1


class TooMuch(Exception):
    """A target sent more than is taken from it; the text says what."""


class Exchange:
    """One run of ``command``, which starts the capture on a target.

    ``token`` is the line that the target prints when it is ready for ``payload``; what follows it
    goes to ``output``. ``password`` is what sudo is told, once, if it asks. With ``own_terminal``
    the program may use the terminal of this one.
    """

    def __init__(
        self,
        command: Sequence[str],
        token: str,
        payload: bytes,
        output: IO[bytes],
        password: str | None = None,
        own_terminal: bool = False,
    ) -> None:
        self.started = False
        self.size = 0
        self.password_refused = False
        self._command = command
        self._token = token
        self._payload = payload
        self._output = output
        self._password = password
        self._own_terminal = own_terminal
        self._before = b""
        self._errors = bytearray()

    @property
    def said(self) -> str:
        """What came on standard error so far, behind what came instead of an answer."""
        before = b"" if self.started else self._before[-MOST_ERRORS:]
        text = (before + self._errors).decode("utf-8", "replace")
        return text.replace(password_prompt(self._token), "")

    async def run(self) -> int:
        """Talk until the program has ended, and give its exit status.

        Raises TooMuch, and OSError where the program cannot be started or ``output`` not be
        written. However it ends, the program has ended too.
        """
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=not self._own_terminal,
            preexec_fn=_DIE_WITH_US,
        )
        assert process.stdin is not None  # it is a pipe
        _expect_it_may_break(process.stdin)
        errors = asyncio.ensure_future(self._read_errors(process))
        try:
            await self._talk(process)
            # Only now: until then it tells the target that somebody is there.
            _close(process.stdin)
            await asyncio.wait([errors], timeout=GRACE)  # something else may hold the pipe
            return await process.wait()
        finally:
            errors.cancel()
            await self._end(process)

    async def _talk(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None and process.stdin is not None  # both are pipes
        line = self._token.encode() + b"\n"
        while line not in self._before:
            block = await process.stdout.read(BLOCK)
            if not block:
                return
            self._before += block
            if len(self._before) > MOST_BEFORE:
                raise TooMuch("printed more than a login should, and did not start the capture")
        self.started = True
        # A target that has ended already is told of by its exit status.
        with contextlib.suppress(ConnectionError):
            process.stdin.write(self._payload)
            await process.stdin.drain()
        block = self._before.partition(line)[2]
        while True:
            self.size += len(block)
            if self.size > MOST_OUTPUT:
                raise TooMuch(f"sent more than {MOST_OUTPUT // 2**20} MiB")
            self._output.write(block)
            block = await process.stdout.read(BLOCK)
            if not block:
                return

    async def _read_errors(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None and process.stdin is not None  # both are pipes
        prompt = password_prompt(self._token).encode()
        while block := await process.stderr.read(BLOCK):
            asked_before = self._errors.count(prompt)
            self._errors += block[: MOST_ERRORS - len(self._errors)]
            if self.started or self._password is None or self._errors.count(prompt) == asked_before:
                continue
            if asked_before:  # another try could lock the account
                self.password_refused = True
                _close(process.stdin)
            else:
                with contextlib.suppress(ConnectionError):
                    process.stdin.write(self._password.encode() + b"\n")

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        """End the program, and what it has started to reach the target."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if process.returncode is not None:
                return
            with contextlib.suppress(ProcessLookupError):
                if self._own_terminal:
                    process.send_signal(number)
                else:
                    os.killpg(process.pid, number)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(process.wait(), GRACE)


def _close(stream: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        stream.close()


def _expect_it_may_break(stream: asyncio.StreamWriter) -> None:
    """Ask how the pipe to a program ended: asyncio logs a traceback of what nobody asked for."""
    closed = asyncio.ensure_future(stream.wait_closed())
    closed.add_done_callback(lambda ended: ended.cancelled() or ended.exception())


def _die_with_us() -> Callable[[], None] | None:
    """What lets the kernel end a child when this process is killed (prctl(2)); None elsewhere."""
    if sys.platform != "linux":
        return None
    try:
        prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return None
    return lambda: prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


_DIE_WITH_US = _die_with_us()

"""Taking the snapshot of one host, from the first word to the file."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from netviz.gather import ssh
from netviz.gather.exchange import Exchange, TooMuch
from netviz.gather.host import Host, file_name
from netviz.gather.outcome import Failed, Kept, Outcome, Taken
from netviz.gather.reasons import capture_notes, why_not_finished, why_not_started
from netviz.gather.remote_command import PYTHONS, find_and_start, payload
from netviz.gather.snapshot_file import finish, unfinished, what_is_wrong

CommandFor = Callable[[Host, str], list[str]]
"""The arguments of the program that runs a script of /bin/sh on a host."""


@dataclass(frozen=True)
class Request:
    """What is asked of every host.

    ``archive`` is netviz-capture.pyz, ``arguments`` those of the capture, ``timeout`` the seconds
    that a host may take. ``password`` is for sudo, None where it is not to ask for one.
    """

    command_for: CommandFor
    archive: bytes
    arguments: Sequence[str] = ()
    timeout: float = 120.0
    pythons: Sequence[str] = PYTHONS
    sudo: bool = False
    password: str | None = None
    own_terminal: bool = False
    again: bool = False
    checking: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """Snapshots are checked one at a time: each is held in memory for that."""


async def gather_one(host: Host, folder: Path, request: Request) -> Outcome:
    """The outcome for ``host``, whose snapshot goes to ``folder``."""
    target = folder / file_name(host.name)
    if not request.again and target.exists():
        async with request.checking:
            if await asyncio.to_thread(what_is_wrong, target) is None:
                return Kept(host.name)
    try:
        return await _take(host, target, request)
    except OSError as error:
        what = error.filename or target
        if isinstance(error, FileNotFoundError) and what == ssh.PROGRAM:
            return Failed(host.name, f"here: there is no ssh: {ssh.HOW_TO_INSTALL}")
        return Failed(host.name, f"here: {what}: {error.strerror or error}")


async def _take(host: Host, target: Path, request: Request) -> Outcome:
    token = f"netviz-{secrets.token_hex(8)}"
    script = find_and_start(token, request.pythons, request.sudo, request.password is not None)
    command = request.command_for(host, script)
    sent = payload(request.archive, request.arguments, request.timeout)
    began = time.monotonic()
    with unfinished(target) as (temporary, stream):
        exchange = Exchange(command, token, sent, stream, request.password, request.own_terminal)
        reason = await _reason(exchange, request.timeout, command[0])
        if reason is None:
            stream.flush()
            async with request.checking:
                wrong = await asyncio.to_thread(what_is_wrong, temporary)
            reason = f"what it sent is no whole snapshot: {wrong}" if wrong else None
        if reason is not None:
            return Failed(host.name, reason, exchange.said)
        finish(temporary, stream, target)
    notes = capture_notes(exchange.said)
    return Taken(host.name, exchange.size, time.monotonic() - began, notes)


async def _reason(exchange: Exchange, timeout: float, program: str) -> str | None:
    """Why it failed, None if it did not."""
    try:
        status = await asyncio.wait_for(exchange.run(), timeout)
    except (asyncio.TimeoutError, TimeoutError):
        what = "the capture did not finish" if exchange.started else "no answer"
        return f"timed out: {what} within {timeout:g} s (--timeout)"
    except TooMuch as error:
        return f"it {error}"
    if exchange.password_refused:
        return "sudo refused: the password is not right"
    if not exchange.started:
        return why_not_started(status, exchange.said, program)
    return why_not_finished(status, exchange.said) if status else None

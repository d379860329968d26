"""A program that was started to reach a target ends with the exchange, whatever it does."""

from __future__ import annotations

import asyncio
import ctypes
import io
import sys
from pathlib import Path

import pytest

from netviz.gather import exchange
from netviz.gather.exchange import Exchange

TOKEN = "netviz-0"
DEAF = (
    "import os, signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    f"print(os.getpid(), file=sys.stderr); print({TOKEN!r}, flush=True); time.sleep(600)"
)


@pytest.mark.parametrize("own_terminal", [False, True])
def test_one_that_does_not_hear_sigterm_is_killed(
    own_terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "GRACE", 0.1)
    deaf = [sys.executable, "-c", DEAF]
    one = Exchange(deaf, TOKEN, b"", io.BytesIO(), own_terminal=own_terminal)

    async def until_it_started() -> None:
        running = asyncio.ensure_future(one.run())
        while not one.started or not one.said:
            await asyncio.sleep(0.01)
        running.cancel()
        await running

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(until_it_started())
    assert not Path(f"/proc/{int(one.said)}").exists()


def no_library(_: object) -> object:
    raise OSError


@pytest.mark.parametrize("library", [no_library, lambda _: object()])
def test_without_prctl_nothing_is_asked_of_the_kernel(
    library: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert exchange._die_with_us() is not None
    monkeypatch.setattr(ctypes, "CDLL", library)
    assert exchange._die_with_us() is None


def test_nor_is_it_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert exchange._die_with_us() is None

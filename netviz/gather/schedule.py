"""Asking many hosts, a few at a time, and ending all of it at once when a signal comes."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterable

from netviz.errors import NetvizError
from netviz.gather.host import Host
from netviz.gather.outcome import Outcome

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def ask_all(
    hosts: Iterable[Host],
    ask: Callable[[Host], Awaitable[Outcome]],
    jobs: int,
    tell: Callable[[Outcome], None],
) -> list[Outcome]:
    """The outcome for every host, in the order of the hosts, with ``jobs`` asked at a time.

    ``tell`` hears of each when it is known. KeyboardInterrupt where a signal ended it, when
    everything that ``ask`` had begun has ended. NetvizError where no thread can be started.
    """
    try:
        return asyncio.run(_ask_all(list(hosts), ask, jobs, tell))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    except RuntimeError as error:  # asyncio wants threads, and ulimit -u may leave it none
        raise NetvizError(f"{error}\n  see ulimit -u, and try a smaller --jobs") from error


async def _ask_all(
    hosts: list[Host],
    ask: Callable[[Host], Awaitable[Outcome]],
    jobs: int,
    tell: Callable[[Outcome], None],
) -> list[Outcome]:
    _end_on_signals()
    free = asyncio.Semaphore(jobs)

    async def in_turn(host: Host) -> Outcome:
        async with free:
            outcome = await ask(host)
        tell(outcome)
        return outcome

    # Without exceptions as results it would not wait for the others when one is cancelled.
    outcomes = await asyncio.gather(*map(in_turn, hosts), return_exceptions=True)
    return list(map(_or_raise, outcomes))


def _or_raise(outcome: Outcome | BaseException) -> Outcome:
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def _end_on_signals() -> None:
    """Let the first signal cancel everything, and later ones wait for that."""
    loop = asyncio.get_running_loop()
    everything = asyncio.current_task()
    assert everything is not None  # a coroutine is asking
    ours = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]

    def end() -> None:
        for number in ours:
            loop.add_signal_handler(number, lambda: None)
        everything.cancel()

    for number in ours:
        loop.add_signal_handler(number, end)

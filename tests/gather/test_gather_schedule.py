"""So many hosts at a time, and never more."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from netviz.gather.host import Host
from netviz.gather.outcome import Kept, Outcome
from netviz.gather.schedule import ask_all

HOSTS = [Host(str(number), str(number)) for number in range(7)]


class Asked:
    """How many hosts are being asked, how many at most were, and how many ended."""

    def __init__(self) -> None:
        self.now = self.most = self.ended = 0

    async def ask(self, host: Host) -> Outcome:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(0.01 * (7 - int(host.name)))
        finally:
            self.now -= 1
            self.ended += 1
        return Kept(host.name)


@pytest.mark.parametrize("jobs", [1, 3, 50])
def test_jobs_at_a_time_and_outcomes_in_the_order_of_the_hosts(jobs: int) -> None:
    asked = Asked()
    told: list[Outcome] = []
    outcomes = ask_all(HOSTS, asked.ask, jobs, told.append)
    assert [outcome.host for outcome in outcomes] == [host.name for host in HOSTS]
    assert sorted(outcome.host for outcome in told) == sorted(host.name for host in HOSTS)
    assert asked.most == min(jobs, 7)


def test_a_fault_of_ours_is_not_lost_and_the_others_end_first() -> None:
    ended = []

    async def ask(host: Host) -> Outcome:
        if host.name == "1":
            raise ZeroDivisionError
        await asyncio.sleep(0.02)
        ended.append(host.name)
        return Kept(host.name)

    with pytest.raises(ZeroDivisionError):
        ask_all(HOSTS, ask, 7, lambda outcome: None)
    assert ended == [host.name for host in HOSTS if host.name != "1"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_what_has_begun_and_begins_no_more(number: signal.Signals) -> None:
    begun = []

    async def ask(host: Host) -> Outcome:
        begun.append(host.name)
        if len(begun) == 2:
            os.kill(os.getpid(), number)
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)  # as ending a program takes a moment
            begun.remove(host.name)
        return Kept(host.name)

    with pytest.raises(KeyboardInterrupt):
        ask_all(HOSTS, ask, 2, lambda outcome: None)
    assert begun == []

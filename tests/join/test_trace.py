"""What the trace says of each socket is what the coverage counted, for any group."""

from __future__ import annotations

from collections import Counter

from fates import FATES
from groups import MachineOf, snapshot
from hypothesis import given, settings
from random_machines import groups

from netviz.fleet.fleet import Fleet
from netviz.fleet.parsed import parse_sample
from netviz.fleet.sockets import CONNECTION_PROTOCOLS
from netviz.join.join import join
from netviz.join.joined import JoinOptions
from netviz.join.kinds import ONE_SIDED
from netviz.join.outcome import Joined
from netviz.join.trace import Trace


def traced(machines: list[MachineOf], recent: bool = False) -> tuple[Joined, Trace]:
    fleet = Fleet()
    for machine in machines:
        fleet.absorb(parse_sample(snapshot(machine)))
    joined = join(fleet, JoinOptions(recent=recent, trace=True))
    assert joined.trace is not None
    return joined, joined.trace


def counted(trace: Trace) -> Counter[str]:
    fates = Counter(trace.fate(socket) for socket in trace.connected(lambda *_: True))
    for sockets in trace.listeners.bound:
        for socket in sockets:
            if socket.proto in CONNECTION_PROTOCOLS:
                fates["listening" if socket.listening else "unconnected"] += 1
    return fates


@given(groups())
@settings(max_examples=300, deadline=None)
def test_every_socket_has_the_fate_that_was_counted(machines: list[MachineOf]) -> None:
    for recent in (False, True):
        joined, trace = traced(machines, recent)
        fates = counted(trace)
        coverage = {name: getattr(joined.coverage, name) for name in FATES}
        assert {name: fates[name] for name in FATES} == coverage
        assert fates.total() == joined.coverage.sockets


@given(groups())
@settings(max_examples=100, deadline=None)
def test_every_joined_socket_has_its_other_end(machines: list[MachineOf]) -> None:
    _, trace = traced(machines)
    translated = {t.client: t for t in trace.translated.found}
    translated |= {t.server: t for t in trace.translated.found if t.server >= 0}
    for socket in trace.connected(lambda *_: True):
        number = socket.candidate
        if number < 0:
            continue
        assert trace.candidate(number) == socket
        pair = trace.pair(number)
        certain = number in trace.verdicts and not trace.verdicts[number].reason
        if pair is not None:
            other = trace.pair(pair.other)
            assert other is not None
            assert other.other == number
        assert (trace.fate(socket) == "joined") == bool(
            pair or number in translated or (certain and trace.verdicts[number].kind == ONE_SIDED)
        )


@given(groups())
@settings(max_examples=50, deadline=None)
def test_keeping_it_changes_nothing_else(machines: list[MachineOf]) -> None:
    kept, _ = traced(machines)
    fleet = Fleet()
    for machine in machines:
        fleet.absorb(parse_sample(snapshot(machine)))
    assert join(fleet, JoinOptions()).coverage == kept.coverage


def test_nothing_is_kept_unless_asked_for() -> None:
    joined = join(Fleet(), JoinOptions())
    assert joined.trace is None

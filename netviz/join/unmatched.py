"""Sockets whose other end is in no snapshot (rule 6): judged, drawn where certain, and counted."""

from __future__ import annotations

from array import array
from itertools import chain

from netviz.addresses import NOBODY
from netviz.fleet.sockets import CONNECTION_PROTOCOLS
from netviz.fleet.translations import borrowed_ends, translated_ends
from netviz.join.client_ends import ClientEnds
from netviz.join.joined import JoinOptions
from netviz.join.kinds import ATTEMPT, ONE_SIDED, RECENT
from netviz.join.lone_servers import LoneServers
from netviz.join.missing_ends import hidden_sources
from netviz.join.nat import NatJoin
from netviz.join.one_sided import OneSided
from netviz.join.state import JoinState
from netviz.join.verdicts import DOUBTFUL, Verdict
from netviz.loops import left_over


def judge_of(state: JoinState) -> OneSided:
    """Who judges sockets whose other end is in no snapshot."""
    taken, borrowed = (
        frozenset(
            (namespace, CONNECTION_PROTOCOLS.index(proto), state.known.find(address), port)
            for namespace, proto, address, port in ends
        )
        for ends in (translated_ends(state.translations), borrowed_ends(state.translations))
    )
    return OneSided(
        state.fleet,
        state.candidates,
        state.listeners,
        state.known,
        state.ages,
        state.called,
        taken,
        borrowed,
    )


def _lone_servers(state: JoinState, judge: OneSided) -> LoneServers:
    ends = ClientEnds(
        state.fleet,
        state.connected,
        state.candidates,
        state.book,
        state.known,
        state.listeners,
        state.ages,
    )
    return LoneServers(state.fleet, state.candidates, state.known, state.ages, ends, judge)


def join_unmatched(state: JoinState, judge: OneSided, target: array[int]) -> int:
    """Judge what is left; gives how many sockets are certain although one-sided."""
    numbers, _ = left_over(target, state.paired)
    certain = 0
    in_vain: set[tuple[int, int, int, int]] = set()
    clients = [i for i in numbers if state.listener[i] < 0]
    served = [i for i in numbers if state.listener[i] >= 0]
    verdicts = chain(
        judge.judge(clients, target),
        _lone_servers(state, judge).judge(served, target, state.paired),
    )
    for verdict in verdicts:
        if state.joined.trace is not None:
            state.joined.trace.verdicts[verdict.candidate] = verdict
        if draws(state.options, verdict) and verdict.other is not None:
            state.joined.flows.append(state.maker.one_sided(verdict, verdict.other))
        if verdict.kind == ONE_SIDED and verdict.other is not None and not verdict.reason:
            certain += 1
            state.paired[verdict.candidate] = 1
        elif verdict.kind == ONE_SIDED:
            if verdict.is_client:
                in_vain.add(_dialled(state, verdict.candidate, target))
            reasons = state.coverage.reasons
            reasons[verdict.reason] = reasons.get(verdict.reason, 0) + 1
    if in_vain:
        for end in hidden_sources(state.translations, in_vain, state.book):
            state.selected.dialled.add(*end)
    return certain


def lead_attempts(
    state: JoinState,
    judge: OneSided,
    translated: NatJoin,
    target: array[int],
    open_target: array[int],
) -> None:
    """Attempts that conntrack leads to another end than the one they dial (rule 5)."""
    for number, (there, through) in translated.attempts.items():
        if state.paired[number]:
            continue
        verdict = judge.attempt(number, there, *through.reached)
        if state.joined.trace is not None:
            state.joined.trace.verdicts[number] = verdict
        if draws(state.options, verdict):
            led = through._replace(listening=verdict.other)
            state.joined.flows.append(state.maker.translated(led, ATTEMPT))
        target[number] = there
        open_target[number] = NOBODY  # it is judged


def _dialled(state: JoinState, i: int, target: array[int]) -> tuple[int, int, int, int]:
    """Namespace, protocol, address and port of what a client's socket dials."""
    candidates = state.candidates
    address = state.known.addresses[candidates.remote[i]]
    return target[i], candidates.proto[i], address, candidates.remote_port[i]


def draws(options: JoinOptions, verdict: Verdict) -> bool:
    """Whether a socket without another is drawn: it is certain, or doubt was asked for."""
    if verdict.kind == ATTEMPT:
        return options.attempts
    if verdict.kind == RECENT and not options.recent:
        return False
    return not verdict.reason or (options.doubtful and verdict.reason in DOUBTFUL)

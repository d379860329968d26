"""The join: which socket is the other end of which, and what became of all the others.

The rules are those of docs/join-rules.md; this module runs them in their order. Loops over single
sockets are in ``loops``; each rule that decides something is a module of its own.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from netviz.addresses import AMBIGUOUS, NOBODY
from netviz.fleet.fleet import Fleet
from netviz.fleet.ownership import address_book, owned_addresses
from netviz.fleet.translations import named_addresses
from netviz.join.accounting import count_sockets, sum_up
from netviz.join.ages import Ages
from netviz.join.called_listeners import CalledListeners
from netviz.join.flows import FlowMaker
from netviz.join.identity import unite_namespaces
from netviz.join.joined import JoinOptions, Pairs
from netviz.join.kinds import QUEUED, RECIPROCAL
from netviz.join.listeners import Listeners
from netviz.join.missing_ends import dialled_ends
from netviz.join.nat import NatJoin, excluded
from netviz.join.outcome import Joined
from netviz.join.sctp import SctpJoin, join_sctp
from netviz.join.selection import all_connected, select_candidates
from netviz.join.shared_addresses import match_shared
from netviz.join.state import JoinState
from netviz.join.targets import targets
from netviz.join.translated_pairs import entered, pair_translated
from netviz.join.unmatched import draws, join_unmatched, judge_of, lead_attempts
from netviz.loops import AddressTable, account, adopt, cover, kinds, mark, match

if TYPE_CHECKING:
    from netviz.join.trace import Trace


def join(fleet: Fleet, options: JoinOptions) -> Joined:
    """Join all sockets of the group."""
    state = _begun(fleet, options)
    target, unsettled = targets(state)
    translated = pair_translated(state)
    open_target = excluded(target, translated)
    open_unsettled = open_target if unsettled is target else excluded(unsettled, translated)
    _orient(state, *_mirrored(state, open_target, open_unsettled))
    for number in translated.outside:
        if not state.paired[number]:
            target[number] = open_target[number] = NOBODY
    judge = judge_of(state)
    lead_attempts(state, judge, translated, target, open_target)
    one_sided = join_unmatched(state, judge, open_target)
    _account(state, target, translated, one_sided)
    sctp = join_sctp(
        state.fleet,
        state.book,
        state.known,
        state.listeners,
        state.translations,
        judge,
        state.ages,
        state.selected.dialled,
        partial(entered, state),
    )
    _add_sctp(state, sctp)
    sum_up(state.coverage)
    state.coverage.missing = state.selected.most_wanted(state.joined.owned)
    if (trace := state.joined.trace) is not None:
        trace.target, trace.translated, trace.pairs = target, translated, state.joined.pairs
        trace.sctp = sctp.outcomes
    return state.joined


def _begun(fleet: Fleet, options: JoinOptions) -> JoinState:
    """All that is known before a socket is joined."""
    connected = all_connected(fleet)
    if unite_namespaces(fleet, connected):
        connected = all_connected(fleet)
    owned = owned_addresses(fleet, connected)
    book = address_book(fleet, owned)
    translations = [t for record in fleet.namespaces for t in record.translations]
    known = AddressTable()
    for address in (*book.addresses, *sorted(named_addresses(translations))):
        known.add(address)
    listeners = Listeners(fleet, known)
    selected = select_candidates(fleet, connected, known, listeners, options.recent, options.trace)
    candidates = selected.candidates
    listener = listeners.times.cover(candidates, cover(candidates, listeners.table, known))
    queued = adopt(candidates, listener, listeners.owners)
    maker = FlowMaker(fleet, candidates, known, listener)
    ages = Ages(fleet, listeners)
    state = JoinState(
        fleet,
        options,
        connected,
        translations,
        book,
        known,
        listeners,
        selected,
        listener,
        queued,
        paired=bytearray(len(candidates)),
        ages=ages,
        called=CalledListeners(listeners, ages),
        maker=maker,
        joined=Joined(listeners, owned, maker),
    )
    if options.trace:
        state.joined.trace = _new_trace(state)
    return state


def _new_trace(state: JoinState) -> Trace:
    from netviz.join.trace import Trace  # seldom asked for, and not free to import

    return Trace(
        state.book,
        state.known,
        state.listeners,
        state.selected,
        state.listener,
        state.queued,
        state.paired,
        state.translations,
        state.ages.lifetimes,
    )


def _mirrored(
    state: JoinState, target: array[int], unsettled: array[int]
) -> tuple[array[int], array[int]]:
    """Pairs of sockets whose tuples mirror each other (rules 3 and 4)."""
    candidates, ages = state.candidates, state.ages
    pairing = ages.lifetimes.pairing if candidates.seen else None
    left, right = match(candidates, target, pairing)
    left, right = ages.part(candidates, left, right, state.listener)
    mark(left, state.paired)
    mark(right, state.paired)
    span_of = partial(ages.lifetimes.span_of, candidates)
    shared = match_shared(
        candidates, target, unsettled, state.paired, state.book, state.known, span_of
    )
    for i, j in _contemporary(state, shared):
        left.append(i)
        right.append(j)
        state.paired[i] = state.paired[j] = 1
        if state.joined.trace is not None:
            state.joined.trace.shared |= {i, j}
    return left, right


def _contemporary(state: JoinState, pairs: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    """Those pairs that can be one connection, by their ages."""
    left, right = (array("I", [pair[end] for pair in pairs]) for end in (0, 1))
    parted = state.ages.part(state.candidates, left, right, state.listener)
    return list(zip(*parted, strict=True))


def _orient(state: JoinState, left: array[int], right: array[int]) -> None:
    """Tell the clients of pairs from the servers (rule 11), and count the pairs."""
    client, server, directed = state.maker.oriented(left, right)
    kind = kinds(state.candidates, client, server, state.queued)
    single_bytes = kind.tobytes()  # an array would make a number of each
    state.coverage.queued = single_bytes.count(QUEUED)
    state.coverage.reciprocal = single_bytes.count(RECIPROCAL)
    state.joined.pairs = Pairs(client, server, directed, kind)


def _account(state: JoinState, target: array[int], translated: NatJoin, one_sided: int) -> None:
    """Count every socket once: joined, or why not."""
    for number in translated.ambiguous:
        target[number] = AMBIGUOUS
    ends = dialled_ends(
        state.fleet,
        state.candidates,
        target,
        state.paired,
        state.listener,
        state.known,
        translated,
    )
    for end in ends:
        state.selected.dialled.add(*end)
    counts = account(state.candidates, target, state.paired)
    count_sockets(state.coverage, state.fleet, state.selected, state.listeners, counts)
    state.coverage.one_sided = one_sided


def _add_sctp(state: JoinState, sctp: SctpJoin) -> None:
    """Draw and count the associations of SCTP, which have no columns."""
    coverage = state.coverage
    state.joined.flows += sctp.flows
    for verdict, flow in sctp.verdicts:
        if draws(state.options, verdict) and flow is not None:
            state.joined.flows.append(flow)
    for name, count in sctp.counts.items():
        setattr(coverage, name, getattr(coverage, name) + count)
    for reason, count in sctp.reasons.items():
        coverage.reasons[reason] = coverage.reasons.get(reason, 0) + count

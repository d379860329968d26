"""Sockets that translations lead to each other (rule 5): ``nat.py`` finds them, here they count."""

from __future__ import annotations

from functools import partial

from netviz.fleet.translations import Translation
from netviz.join.kinds import NAT
from netviz.join.nat import NatJoin, Translated, join_translated, translated_kind
from netviz.join.state import JoinState
from netviz.spans import EVER, Span


def pair_translated(state: JoinState) -> NatJoin:
    """Pair the sockets at the two ends of translations, and draw what is between them."""
    if not state.translations:
        return NatJoin()
    found = join_translated(
        state.translations,
        state.candidates,
        state.book,
        state.known,
        state.listeners,
        state.fleet.ranks(),
        partial(state.ages.lifetimes.are_apart, state.candidates),
        partial(entered, state),
        partial(state.called.of_candidate, state.candidates),
    )
    found.found = [t for t in found.found if not _is_too_young(state, t)]
    for translated in found.found:
        kind = translated_kind(state.candidates, translated)
        state.joined.flows.append(state.maker.translated(translated, kind))
        state.coverage.nat += kind == NAT
        state.paired[translated.client] = 1
        if translated.server >= 0:
            state.paired[translated.server] = 1
    return found


def entered(state: JoinState, translation: Translation) -> Span:
    """When a translation was in the table of its namespace."""
    if not state.book.depends_on_time:
        return EVER
    namespace = translation.namespace
    return state.ages.lifetimes.span(namespace, state.fleet.sightings_of(translation))


def _is_too_young(state: JoinState, translated: Translated) -> bool:
    """Whether what answers in the table of connections was not there with its client."""
    client = state.ages.last_listed(state.candidates, translated.client)
    if translated.listening is not None:
        end = translated.listening
        return state.ages.is_too_young(end.owner, end.listener, client)
    owner, listener = (
        column[translated.server] for column in (state.candidates.owner, state.listener)
    )
    return listener >= 0 and state.ages.is_too_young(owner, listener, client)

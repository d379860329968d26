"""What a socket that no other mirrors comes to, and why it is not certain (rule 6)."""

from __future__ import annotations

from typing import NamedTuple

from netviz.loops.results import End

NO_LISTENER = "nothing listens there"
YOUNGER_LISTENER = "its listener is younger than the snapshot"
LISTENER_AGE_UNKNOWN = "the age of its listener is unknown"
TRANSLATION_POSSIBLE = "a translation could hide there"
TRANSLATED = "another machine stands behind that address and port"
SEVERAL_CLIENTS = "several sockets there have that address and port"
HALF_OPEN = "half open"
LINK_LOCAL = "link-local address"

DOUBTFUL = frozenset({LISTENER_AGE_UNKNOWN, TRANSLATION_POSSIBLE})
"""Reasons that mean: unknown. The others mean: no."""


class Verdict(NamedTuple):
    """What an unmatched candidate comes to.

    ``other`` is the end that it talks to (None for no flow), ``is_client`` whether the candidate is
    the client; where not ``directed`` that is not known. ``reason`` says why it is not certain,
    empty where it is.
    """

    candidate: int
    kind: int
    other: End | None
    is_client: bool
    reason: str
    directed: bool = True

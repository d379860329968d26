"""The kinds of match as numbers, for columns; their names are those of ``graph.MATCHES``."""

from __future__ import annotations

RECIPROCAL, NAT, QUEUED, ONE_SIDED, ATTEMPT, RECENT, PEER = range(7)

KINDS = ("reciprocal", "nat", "queued", "one-sided", "attempt", "recent", "peer")
"""The name of each kind."""

"""The kinds of match as numbers, for columns; their names are those of ``graph.MATCHES``."""

from __future__ import annotations

RECIPROCAL, NAT, QUEUED, ONE_SIDED, ATTEMPT, RECENT = range(6)

KINDS = ("reciprocal", "nat", "queued", "one-sided", "attempt", "recent")
"""The name of each kind."""

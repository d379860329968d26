"""What may become of a socket: each is in exactly one of these counts of the coverage."""

from __future__ import annotations

FATES = (
    "joined",
    "listening",
    "unconnected",
    "recent",
    "attempt",
    "external",
    "ambiguous",
    "unmatched",
)

"""Which fields an expression may ask for, and what their values look like."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from netviz.graph import MATCHES
from netviz.patterns import fits

END_FIELDS = ("machine", "process", "unit", "container", "user")
"""Fields of a node; of a flow they are asked of both ends, and one is enough."""

FLOW_FIELDS = ("proto", "port", "address", "match")
"""Fields of a flow; nodes have none of them."""

SIDES = ("client", "server")
"""What may stand before a field of an end, with a dot: only that end is asked."""

SYNONYMS = {"uid": "user"}
"""Other names of fields."""

FLOW_PROTOS = ("tcp", "udp", "udplite", "sctp", "unix", "pipe")
"""The protocols that a flow can have."""

LISTENER_PROTOS = ("tcp", "udp", "udplite", "sctp", "raw", "packet", "icmp")
"""Those that a listener of the network can have."""

_RANGE = re.compile(r"([0-9]{1,10})(?:-([0-9]{1,10}))?")


class _Numbers(NamedTuple):
    """The numbers that a field takes: what one is called, the highest, and an example."""

    what: str
    highest: int
    example: str


_NUMBERS = {
    "port": _Numbers("a port number", 65535, "443 or 8000-8099"),
    "user": _Numbers("a uid (the number of a user)", 2**32 - 1, "0 or 1000-1999"),
}


@dataclass(frozen=True, slots=True)
class Language:
    """The ``fields`` that may be asked for; those in ``sided`` may have a side before them.

    ``words`` has the fields that take none but a few words, with those words; ``kinds`` those of
    which a pattern has to match at least one of its words: else a test would never be true.
    """

    fields: tuple[str, ...]
    sided: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def expected(self, name: str, value: str) -> str | None:
        """What was expected where ``value`` is none that the field ``name`` can have, else None."""
        if name in self.words:
            words = self.words[name]
            return None if value in words else f"one of {', '.join(words)}"
        if name in self.kinds:
            kinds = self.kinds[name]
            wanted = f"one of {', '.join(kinds)}, or a pattern of them"
            return None if fits(value, *kinds) else wanted
        if name in _NUMBERS:
            return _expected_number(_NUMBERS[name], value)
        if name == "address":
            try:
                ipaddress.ip_network(value, strict=False)
            except ValueError:
                return "an address or a network such as 10.2.0.0/16"
        return None


def _expected_number(numbers: _Numbers, value: str) -> str | None:
    found = _RANGE.fullmatch(value)
    if found is None:
        return f"{numbers.what} or a range, such as {numbers.example}"
    low, high = int(found[1]), int(found[2] or found[1])
    if max(low, high) > numbers.highest:
        return f"{numbers.what}, at most {numbers.highest}"
    return None if low <= high else f"a range with its lower end first: {high}-{low}"


FLOW_LANGUAGE = Language(
    END_FIELDS + FLOW_FIELDS,
    sided=END_FIELDS,
    kinds={"proto": FLOW_PROTOS, "match": MATCHES},
)
"""What ``--only`` and ``--hide`` ask of flows and nodes."""

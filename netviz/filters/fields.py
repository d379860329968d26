"""Which fields an expression may ask for, and what their values look like."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

END_FIELDS = ("machine", "process", "unit", "container", "user")
"""Fields of a node; of a flow they are asked of both ends, and one is enough."""

FLOW_FIELDS = ("proto", "port", "address", "match")
"""Fields of a flow; nodes have none of them."""

SIDES = ("client", "server")
"""What may stand before a field of an end, with a dot: only that end is asked."""

SYNONYMS = {"uid": "user"}
"""Other names of fields."""

_RANGE = re.compile(r"\d{1,10}(-\d{1,10})?")


@dataclass(frozen=True, slots=True)
class Language:
    """The ``fields`` that may be asked for; those in ``sided`` may have a side before them.

    ``words`` has the fields that take none but a few words, with those words.
    """

    fields: tuple[str, ...]
    sided: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def expected(self, name: str, value: str) -> str | None:
        """What was expected where ``value`` is none that the field ``name`` can have, else None."""
        if name in self.words:
            words = self.words[name]
            return None if value in words else f"one of {', '.join(words)}"
        if name in ("port", "user") and not _RANGE.fullmatch(value):
            return "a number or a range such as 8000-8099"
        if name == "address":
            try:
                ipaddress.ip_network(value, strict=False)
            except ValueError:
                return "an address or a network such as 10.2.0.0/16"
        return None


FLOW_LANGUAGE = Language(END_FIELDS + FLOW_FIELDS, sided=END_FIELDS)
"""What ``--only`` and ``--hide`` ask of flows and nodes."""

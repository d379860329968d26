"""Chooses the parser: the compiled one where it imports, else its pure-Python twin.

``NETVIZ_PURE=1`` in the environment forces the twin. ``IMPLEMENTATION`` says which one runs
(``compiled`` or ``pure``).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING or os.environ.get("NETVIZ_PURE") == "1":
    from netviz._pyparse import (
        IMPLEMENTATION,
        hex_address,
        naturals,
        parse_conntrack,
        parse_inet,
        parse_packet,
        parse_unix,
    )
else:
    try:
        from netviz._fastparse import (
            IMPLEMENTATION,
            hex_address,
            naturals,
            parse_conntrack,
            parse_inet,
            parse_packet,
            parse_unix,
        )
    except ImportError:
        from netviz._pyparse import (
            IMPLEMENTATION,
            hex_address,
            naturals,
            parse_conntrack,
            parse_inet,
            parse_packet,
            parse_unix,
        )

__all__ = [
    "IMPLEMENTATION",
    "hex_address",
    "naturals",
    "parse_conntrack",
    "parse_inet",
    "parse_packet",
    "parse_unix",
]

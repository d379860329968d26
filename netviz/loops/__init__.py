"""Chooses the loops of the join: the compiled ones where they import, else their twin.

``NETVIZ_PURE=1`` in the environment forces the pure-Python twin, as for ``parse.py``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING or os.environ.get("NETVIZ_PURE") == "1":
    from netviz.loops import _pyjoin as implementation
else:
    try:
        from netviz.loops import _fastjoin as implementation
    except ImportError:
        from netviz.loops import _pyjoin as implementation

IMPLEMENTATION = implementation.IMPLEMENTATION
AddressTable = implementation.AddressTable
Dialled = implementation.Dialled
InodeOwners = implementation.InodeOwners
ListenerTable = implementation.ListenerTable
Sightings = implementation.Sightings
account = implementation.account
adopt = implementation.adopt
cover = implementation.cover
distinct = implementation.distinct
ends = implementation.ends
find_tuples = implementation.find_tuples
fold = implementation.fold
gather = implementation.gather
kinds = implementation.kinds
left_over = implementation.left_over
mark = implementation.mark
match = implementation.match
orient = implementation.orient
select = implementation.select
settle = implementation.settle
take = implementation.take
translating = implementation.translating
unite = implementation.unite

"""The loops over single sockets in pure Python: the exact twin of ``_fastjoin.pyx``.

Everything here works on columns and numbers. What the numbers mean, and every decision that a rule
of the join takes per address, namespace or listener, is made outside.
"""

from netviz.loops.accounts import account, left_over
from netviz.loops.addresses import AddressTable
from netviz.loops.columns import distinct, mark, take
from netviz.loops.dialled import Dialled
from netviz.loops.folding import fold
from netviz.loops.holders import InodeOwners
from netviz.loops.listeners import ListenerTable, adopt, cover
from netviz.loops.orientation import ends, kinds, orient
from netviz.loops.pairs import find_tuples, match
from netviz.loops.samples import Sightings, unite
from netviz.loops.selection import gather, select
from netviz.loops.settling import settle
from netviz.loops.translations import translating

IMPLEMENTATION = "pure"

__all__ = [
    "IMPLEMENTATION",
    "AddressTable",
    "Dialled",
    "InodeOwners",
    "ListenerTable",
    "Sightings",
    "account",
    "adopt",
    "cover",
    "distinct",
    "ends",
    "find_tuples",
    "fold",
    "gather",
    "kinds",
    "left_over",
    "mark",
    "match",
    "orient",
    "select",
    "settle",
    "take",
    "translating",
    "unite",
]

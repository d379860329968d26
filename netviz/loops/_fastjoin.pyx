# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: cdivision=True, freethreading_compatible=True
"""The compiled loops over single sockets: the exact twin of ``_pyjoin.py``, which documents them.

One module of the parts in this folder: each has its twin beside it, but for what needs none. Columns
are read and written through their buffers, without the GIL. Every number that indexes a column
comes from this module or from the Fleet, never from a snapshot.
"""

from cpython cimport array
from cpython.unicode cimport PyUnicode_AsUTF8AndSize
from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset

from netviz._fastparse cimport (
    Bad,
    InetRoom,
    about_inet_sockets,
    first_bad,
    most_inet_sockets,
    read_inet_table,
)

import array
import os
import struct

from netviz.loops.results import Account, End, Folded, Selection, Settled
from netviz.tables import BadLines, ConnectedColumns, InetColumns

IMPLEMENTATION = "compiled"

# The numbers of netviz/tables.py, netviz/graph.py, netviz/join/kinds.py and netviz/addresses.py.
cdef enum:
    ESTABLISHED = 0x01
    SYN_SENT = 0x02
    SYN_RECV = 0x03
    FIN_WAIT1 = 0x04
    FIN_WAIT2 = 0x05
    TIME_WAIT = 0x06
    CLOSE_WAIT = 0x08
    LAST_ACK = 0x09
    LISTEN = 0x0A
    CLOSING = 0x0B
    RECIPROCAL = 0
    QUEUED = 2
    RECENT = 5
    NOBODY = -1
    AMBIGUOUS = -2
    SAMPLES = 5

# What the other parts use.
include "buffers.pxi"
include "hash_map.pxi"
include "cuts.pxi"
include "accept_queue.pxi"

# The samples, as they are read.
include "holders.pxi"
include "settling.pxi"
include "translations.pxi"
include "samples.pxi"

# The join of all.
include "addresses.pxi"
include "dialled.pxi"
include "selection.pxi"
include "listeners.pxi"
include "columns.pxi"
include "pairs.pxi"
include "orientation.pxi"
include "accounts.pxi"
include "folding.pxi"

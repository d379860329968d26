# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: cdivision=True, freethreading_compatible=True
"""The compiled parser of kernel tables: the exact twin of ``_pyparse.py``, which documents it.

One module of the parts in ``parsers/``, each with its twin beside it. A table's text is read in
place, in the UTF-8 buffer of the str, without the GIL. Every function that reads takes the end of
the line and never looks at it or beyond.
"""

from cpython cimport array
from cpython.long cimport PyLong_CheckExact
from cpython.unicode cimport PyUnicode_AsUTF8AndSize
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memchr, memcmp

import array

from netviz.tables import ConntrackColumns, InetColumns, PacketColumns, UnixColumns

IMPLEMENTATION = "compiled"

cdef array.array U8 = array.array("B")
cdef array.array U16 = array.array("H")
cdef array.array U32 = array.array("I")
cdef array.array U64 = array.array("Q")

include "parsers/naturals.pxi"
include "parsers/digits.pxi"
include "parsers/lines.pxi"
include "parsers/addresses.pxi"
include "parsers/inet.pxi"
include "parsers/unix.pxi"
include "parsers/packet.pxi"
include "parsers/textual.pxi"
include "parsers/conntrack.pxi"

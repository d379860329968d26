"""The parser of kernel tables in pure Python: the exact twin of ``_fastparse.pyx``.

Every parser takes the verbatim text of one table and gives its columns. A line ends at ``\\n``
and nowhere else. Lines of blanks are passed over, a first line that is the header too, and a line
that is no socket is counted, never raised.
"""

from netviz.parsers.addresses import hex_address
from netviz.parsers.conntrack import parse_conntrack
from netviz.parsers.inet import parse_inet
from netviz.parsers.naturals import naturals
from netviz.parsers.packet import parse_packet
from netviz.parsers.unix import parse_unix

IMPLEMENTATION = "pure"

__all__ = [
    "IMPLEMENTATION",
    "hex_address",
    "naturals",
    "parse_conntrack",
    "parse_inet",
    "parse_packet",
    "parse_unix",
]

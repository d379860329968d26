# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: cdivision=True, freethreading_compatible=True
"""The compiled parser of kernel tables: the exact twin of ``_pyparse.py``, which documents it.

A table's text is read in place, in the UTF-8 buffer of the str, without the GIL. Every function that
reads takes the end of the line and never looks at it or beyond.
"""

from cpython cimport array
from cpython.long cimport PyLong_CheckExact
from cpython.unicode cimport PyUnicode_AsUTF8AndSize
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memchr, memcmp

import array

from netviz.tables import ConntrackColumns, InetColumns, PacketColumns, UnixColumns

IMPLEMENTATION = "compiled"

MAX_SHOWN = 200

cdef uint64_t MAPPED = <uint64_t>0xFFFF << 32
cdef uint64_t MAX_U64 = <uint64_t>0xFFFFFFFFFFFFFFFF

# Shortest line that is a socket: an upper bound of sockets in a text of a known length.
cdef Py_ssize_t SHORTEST_INET4 = 42
cdef Py_ssize_t SHORTEST_INET6 = 90
cdef Py_ssize_t SHORTEST_UNIX = 35
cdef Py_ssize_t SHORTEST_PACKET = 18
cdef Py_ssize_t SHORTEST_CONNTRACK = 36

# By how many digits the lines of one inet table differ.
cdef Py_ssize_t DIGITS = 24

# Below these lengths a table of internet or unix sockets is read, or the lines of any are counted,
# without letting another thread run: to get the interpreter back from it takes longer.
cdef Py_ssize_t SMALL = 1 << 16
cdef Py_ssize_t LARGE = 1 << 22

cdef array.array U8 = array.array("B")
cdef array.array U16 = array.array("H")
cdef array.array U32 = array.array("I")
cdef array.array U64 = array.array("Q")

# The value of a hex digit, 0xFF for any other byte.
cdef uint8_t[256] HEX


cdef void _fill_hex() noexcept:
    cdef int byte
    for byte in range(256):
        HEX[byte] = 0xFF
    for byte in range(10):
        HEX[<int>b'0' + byte] = <uint8_t>byte
    for byte in range(6):
        HEX[<int>b'a' + byte] = <uint8_t>(10 + byte)
        HEX[<int>b'A' + byte] = <uint8_t>(10 + byte)


_fill_hex()


cdef struct Address:
    uint64_t hi
    uint64_t lo


cdef struct Line:
    const uint8_t *start
    const uint8_t *end


cdef inline bint is_blank(uint8_t byte) noexcept nogil:
    return byte == b' ' or byte == b'\t'


cdef inline bint is_digit(uint8_t byte) noexcept nogil:
    return b'0' <= byte <= b'9'


cdef inline const uint8_t *skip_blanks(const uint8_t *at, const uint8_t *end) noexcept nogil:
    """Past any blanks."""
    while at < end and is_blank(at[0]):
        at += 1
    return at


cdef inline const uint8_t *need_blanks(const uint8_t *at, const uint8_t *end) noexcept nogil:
    """Past at least one blank, else NULL."""
    if at == NULL or at >= end or not is_blank(at[0]):
        return NULL
    return skip_blanks(at + 1, end)


cdef inline const uint8_t *skip_token(const uint8_t *at, const uint8_t *end) noexcept nogil:
    """Past at least one byte that is no blank, and the blanks behind; else NULL."""
    if at == NULL or at >= end or is_blank(at[0]):
        return NULL
    while at < end and not is_blank(at[0]):
        at += 1
    return need_blanks(at, end)


cdef inline const uint8_t *read_hex(
    const uint8_t *at, const uint8_t *end, int digits, uint32_t *value
) noexcept nogil:
    """Exactly ``digits`` (at most 8) hex digits, else NULL."""
    cdef uint32_t number = 0
    cdef uint8_t wrong = 0
    cdef uint8_t digit
    cdef int i
    if at == NULL or end - at < digits:
        return NULL
    for i in range(digits):
        digit = HEX[at[i]]
        wrong |= digit
        number = number << 4 | (digit & 0xF)
    if wrong & 0xF0:
        return NULL
    value[0] = number
    return at + digits


cdef inline const uint8_t *read_decimal(
    const uint8_t *at, const uint8_t *end, uint64_t limit, uint64_t *value
) noexcept nogil:
    """At least one decimal digit; NULL for none, or for a number above ``limit``."""
    cdef uint64_t number = 0
    cdef uint64_t digit
    cdef const uint8_t *start = at
    if at == NULL:
        return NULL
    while at < end and is_digit(at[0]):
        digit = at[0] - <uint8_t>b'0'
        if number > (MAX_U64 - digit) // 10:
            return NULL
        number = number * 10 + digit
        at += 1
    if at == start or number > limit:
        return NULL
    value[0] = number
    return at


cdef inline uint32_t swap32(uint32_t word) noexcept nogil:
    return word >> 24 | (word >> 8 & 0xFF00) | (word << 8 & 0xFF0000) | word << 24


cdef inline const uint8_t *read_address(
    const uint8_t *at, const uint8_t *end, bint big_endian, bint wide, Address *address
) noexcept nogil:
    """The canonical address of 8 (or, if wide, 32) hex digits; else NULL."""
    cdef uint32_t[4] words
    cdef int i
    cdef int count = 4 if wide else 1
    for i in range(count):
        at = read_hex(at, end, 8, &words[i])
        if at == NULL:
            return NULL
        if not big_endian:
            words[i] = swap32(words[i])
    if wide:
        address.hi = <uint64_t>words[0] << 32 | words[1]
        address.lo = <uint64_t>words[2] << 32 | words[3]
    else:
        address.hi = 0
        address.lo = MAPPED | words[0]
    return at


cdef inline bint next_line(const uint8_t **at, const uint8_t *end, Line *line) noexcept nogil:
    """The line at ``at``, which moves past its newline. False at the end of the text."""
    cdef const uint8_t *newline
    if at[0] == NULL:
        return False
    line.start = at[0]
    newline = <const uint8_t *>memchr(at[0], b'\n', end - at[0]) if at[0] < end else NULL
    if newline == NULL:
        line.end = end
        at[0] = NULL
    else:
        line.end = newline
        at[0] = newline + 1
    return True


cdef bint holds(Line line, const char *word, Py_ssize_t length) noexcept nogil:
    """Whether ``word`` stands anywhere in the line."""
    cdef const uint8_t *at = line.start
    while line.end - at >= length:
        at = <const uint8_t *>memchr(at, word[0], line.end - at - length + 1)
        if at == NULL:
            return False
        if memcmp(at, word, length) == 0:
            return True
        at += 1
    return False


cdef void count_bad(
    Bad *bad, Line line, bint first_line, const char *header_word, Py_ssize_t length
) noexcept nogil:
    """Count a line that is no socket, unless it is blank or the header."""
    if skip_blanks(line.start, line.end) == line.end:
        return
    if first_line and holds(line, header_word, length):
        return
    bad.count += 1
    if bad.count == 1:
        bad.first = line.start
        bad.first_length = min(line.end - line.start, <Py_ssize_t>200)


cdef str first_bad(const Bad *bad):
    """The first bad line; empty where there is none."""
    if not bad.count:
        return ""
    return (<const char *>bad.first)[: bad.first_length].decode("utf-8", "replace")


cdef object report_bad(object columns, Bad *bad):
    """Put the count, and the first bad line, where the columns have them."""
    columns.bad.count = bad.count
    columns.bad.first = first_bad(bad)


cdef Py_ssize_t most_sockets(const uint8_t *at, Py_ssize_t length, Py_ssize_t shortest) noexcept:
    """An upper bound of the number of lines that can be sockets."""
    cdef Py_ssize_t most
    if length < LARGE:
        return count_lines(at, at + length, length // shortest + 1)
    with nogil:
        most = count_lines(at, at + length, length // shortest + 1)
    return most


cdef inline Py_ssize_t shortest_inet(bint wide) noexcept nogil:
    """The length of the shortest line of an inet table that is a socket."""
    return SHORTEST_INET6 if wide else SHORTEST_INET4


cdef Py_ssize_t most_inet_sockets(const uint8_t *at, Py_ssize_t length, bint wide) noexcept nogil:
    """As ``most_sockets``, of an inet table."""
    return count_lines(at, at + length, length // shortest_inet(wide) + 1)


cdef Py_ssize_t about_inet_sockets(const uint8_t *at, Py_ssize_t length, bint wide) noexcept nogil:
    """How many sockets an inet table has if its lines are about as long as the second one.

    The kernel pads those of tcp to the length of the header; others differ by a few digits. There
    may be more.
    """
    cdef Py_ssize_t shortest = shortest_inet(wide)
    cdef const uint8_t *end = at + length
    cdef const uint8_t *first = <const uint8_t *>memchr(at, b'\n', length)
    cdef const uint8_t *second
    cdef Py_ssize_t differ
    if first == NULL:
        return 2
    second = <const uint8_t *>memchr(first + 1, b'\n', end - first - 1)
    if second != NULL:
        differ = 0 if second - first == first - at + 1 else DIGITS
        shortest = max(shortest, second - first - differ)
    return length // shortest + 2


cdef Py_ssize_t count_lines(
    const uint8_t *at, const uint8_t *end, Py_ssize_t most
) noexcept nogil:
    cdef Py_ssize_t lines = 1
    while at < end and lines < most:
        at = <const uint8_t *>memchr(at, b'\n', end - at)
        if at == NULL:
            break
        lines += 1
        at += 1
    return lines


def hex_address(digits, bint big_endian):
    """The canonical 128-bit address of 8 or 32 hex digits of a table; ValueError else."""
    cdef Address address
    cdef const uint8_t *at
    cdef const uint8_t *end
    cdef bytes text = digits.encode("ascii", "replace") if isinstance(digits, str) else digits
    at = text
    end = at + len(text)
    if len(text) != 8 and len(text) != 32:
        at = NULL
    else:
        at = read_address(at, end, big_endian, len(text) == 32, &address)
    if at == NULL:
        raise ValueError("a hex address has 8 or 32 hex digits")
    return (<object>address.hi) << 64 | address.lo


cdef inline bint read_inet_line(
    Line line, bint big_endian, bint wide,
    Address *local, uint32_t *local_port, Address *remote, uint32_t *remote_port,
    uint32_t *state, uint64_t *uid, uint64_t *inode,
) noexcept nogil:
    """sl local rem st tx:rx tr:when retrnsmt uid timeout inode ...; False if it is none."""
    cdef const uint8_t *end = line.end
    cdef const uint8_t *at = skip_blanks(line.start, end)
    if at >= end or not is_digit(at[0]):
        return False
    while at < end and is_digit(at[0]):
        at += 1
    if at >= end or at[0] != b':':
        return False
    at = need_blanks(at + 1, end)
    at = read_address(at, end, big_endian, wide, local)
    if at == NULL or at >= end or at[0] != b':':
        return False
    at = need_blanks(read_hex(at + 1, end, 4, local_port), end)
    at = read_address(at, end, big_endian, wide, remote)
    if at == NULL or at >= end or at[0] != b':':
        return False
    at = need_blanks(read_hex(at + 1, end, 4, remote_port), end)
    if at == NULL:
        return False
    if end - at >= 2 and HEX[at[1]] != 0xFF:
        at = read_hex(at, end, 2, state)
    else:
        at = read_hex(at, end, 1, state)
    at = need_blanks(at, end)
    at = skip_token(skip_token(skip_token(at, end), end), end)
    at = need_blanks(read_decimal(at, end, 0xFFFFFFFF, uid), end)
    at = read_decimal(skip_token(at, end), end, MAX_U64, inode)
    return at != NULL and (at == end or is_blank(at[0]))


def naturals(list values):
    """The values as a column of 64-bit numbers; None where one of them is no such number."""
    cdef Py_ssize_t n = len(values)
    cdef array.array column = array.clone(U64, n, False)
    cdef uint64_t *number = <uint64_t *>column.data.as_ulonglongs
    cdef Py_ssize_t i
    try:
        for i in range(n):
            if not PyLong_CheckExact(values[i]):
                return None
            number[i] = values[i]
    except OverflowError:
        return None
    return column


cdef Py_ssize_t read_inet_table(
    const uint8_t *at, const uint8_t *end, bint big_endian, bint wide, const InetRoom *room, Bad *bad
) noexcept nogil:
    """Read a table into its columns; gives how many sockets there are."""
    cdef Address local, remote
    cdef uint32_t local_port, remote_port, state
    cdef uint64_t uid, inode
    cdef Line line
    cdef Py_ssize_t n = 0
    cdef bint first_line = True
    while next_line(&at, end, &line):
        if n < room.size and read_inet_line(
            line, big_endian, wide, &local, &local_port, &remote, &remote_port,
            &state, &uid, &inode,
        ):
            room.local_hi[n] = local.hi
            room.local_lo[n] = local.lo
            room.remote_hi[n] = remote.hi
            room.remote_lo[n] = remote.lo
            room.local_port[n] = <uint16_t>local_port
            room.remote_port[n] = <uint16_t>remote_port
            room.state[n] = <uint8_t>state
            room.uid[n] = <uint32_t>uid
            room.inode[n] = inode
            n += 1
        else:
            count_bad(bad, line, first_line, b"local_address", 13)
        first_line = False
    return n


def parse_inet(str text, bint big_endian, bint wide):
    """The sockets of an inet table; ``wide`` says that addresses have 32 digits (the 6 tables)."""
    cdef Py_ssize_t length
    cdef const uint8_t *at = <const uint8_t *>PyUnicode_AsUTF8AndSize(text, &length)
    cdef const uint8_t *end = at + length
    cdef Py_ssize_t most = most_sockets(at, length, shortest_inet(wide))
    cdef array.array local_hi = array.clone(U64, most, False)
    cdef array.array local_lo = array.clone(U64, most, False)
    cdef array.array remote_hi = array.clone(U64, most, False)
    cdef array.array remote_lo = array.clone(U64, most, False)
    cdef array.array local_ports = array.clone(U16, most, False)
    cdef array.array remote_ports = array.clone(U16, most, False)
    cdef array.array states = array.clone(U8, most, False)
    cdef array.array uids = array.clone(U32, most, False)
    cdef array.array inodes = array.clone(U64, most, False)
    cdef InetRoom room = InetRoom(
        <uint64_t *>local_hi.data.as_ulonglongs,
        <uint64_t *>local_lo.data.as_ulonglongs,
        <uint64_t *>remote_hi.data.as_ulonglongs,
        <uint64_t *>remote_lo.data.as_ulonglongs,
        <uint16_t *>local_ports.data.as_ushorts,
        <uint16_t *>remote_ports.data.as_ushorts,
        <uint8_t *>states.data.as_uchars,
        <uint32_t *>uids.data.as_uints,
        <uint64_t *>inodes.data.as_ulonglongs,
        most,
    )
    cdef Bad bad = Bad(0, NULL, 0)
    cdef Py_ssize_t n
    if length < SMALL:
        n = read_inet_table(at, end, big_endian, wide, &room, &bad)
    else:
        with nogil:
            n = read_inet_table(at, end, big_endian, wide, &room, &bad)
    for column in (
        local_hi, local_lo, remote_hi, remote_lo, local_ports, remote_ports, states, uids, inodes
    ):
        array.resize(column, n)
    columns = InetColumns(
        local_hi, local_lo, remote_hi, remote_lo, local_ports, remote_ports, states, uids, inodes
    )
    report_bad(columns, &bad)
    return columns


cdef inline bint read_unix_line(
    Line line, bint has_inode,
    uint32_t *flags, uint32_t *kind, uint32_t *state, uint64_t *inode, const uint8_t **path,
) noexcept nogil:
    """Num RefCount Protocol Flags Type St [Inode] [Path]; ``path`` is NULL where there is none."""
    cdef uint32_t ignored
    cdef const uint8_t *end = line.end
    cdef const uint8_t *at = skip_blanks(line.start, end)
    cdef const uint8_t *start = at
    while at < end and HEX[at[0]] != 0xFF:
        at += 1
    if at == start or at >= end or at[0] != b':':
        return False
    at = need_blanks(read_hex(need_blanks(at + 1, end), end, 8, &ignored), end)
    at = need_blanks(read_hex(at, end, 8, &ignored), end)
    at = need_blanks(read_hex(at, end, 8, flags), end)
    at = need_blanks(read_hex(at, end, 4, kind), end)
    at = read_hex(at, end, 2, state)
    inode[0] = 0
    if has_inode:
        at = read_decimal(need_blanks(at, end), end, MAX_U64, inode)
    if at == NULL:
        return False
    path[0] = NULL
    if at == end:
        return True
    # The kernel puts one blank between inode and name; the name may begin with more.
    if at[0] != b' ':
        return False
    if at + 1 < end:
        path[0] = at + 1
    return True


cdef struct UnixRoom:
    uint32_t *flags
    uint16_t *kind
    uint8_t *state
    uint64_t *inode
    uint64_t *start
    uint64_t *end
    Py_ssize_t size


cdef Py_ssize_t read_unix_table(
    const uint8_t *base, const uint8_t *end, const UnixRoom *room, Bad *bad
) noexcept nogil:
    """Read a table into its columns; gives how many sockets there are."""
    cdef const uint8_t *at = base
    cdef uint32_t flags, kind, state
    cdef uint64_t inode
    cdef const uint8_t *path = NULL
    cdef Line line
    cdef Py_ssize_t n = 0
    cdef bint first_line = True
    cdef bint has_inode = True
    cdef bint named = False
    while next_line(&at, end, &line):
        if first_line and holds(line, b"RefCount", 8) and not holds(line, b"Inode", 5):
            has_inode = False
        if n < room.size and read_unix_line(
            line, has_inode, &flags, &kind, &state, &inode, &path
        ):
            named = path != NULL
            room.flags[n] = flags
            room.kind[n] = <uint16_t>kind
            room.state[n] = <uint8_t>state
            room.inode[n] = inode
            room.start[n] = <uint64_t>(path - base) if named else 0
            room.end[n] = <uint64_t>(line.end - base) if named else 0
            n += 1
        elif (
            named
            and skip_blanks(line.start, line.end) != line.end
            and memchr(line.start, 0, line.end - line.start) == NULL
        ):
            room.end[n - 1] = <uint64_t>(line.end - base)
        else:
            count_bad(bad, line, first_line, b"RefCount", 8)
        first_line = False
    return n


def parse_unix(str text):
    """The sockets of /proc/net/unix."""
    cdef Py_ssize_t length
    cdef const uint8_t *at = <const uint8_t *>PyUnicode_AsUTF8AndSize(text, &length)
    cdef const uint8_t *end = at + length
    cdef Py_ssize_t most = most_sockets(at, length, SHORTEST_UNIX)
    cdef array.array all_flags = array.clone(U32, most, False)
    cdef array.array types = array.clone(U16, most, False)
    cdef array.array states = array.clone(U8, most, False)
    cdef array.array inodes = array.clone(U64, most, False)
    cdef array.array starts = array.clone(U64, most, False)
    cdef array.array ends = array.clone(U64, most, False)
    cdef UnixRoom room = UnixRoom(
        <uint32_t *>all_flags.data.as_uints,
        <uint16_t *>types.data.as_ushorts,
        <uint8_t *>states.data.as_uchars,
        <uint64_t *>inodes.data.as_ulonglongs,
        <uint64_t *>starts.data.as_ulonglongs,
        <uint64_t *>ends.data.as_ulonglongs,
        most,
    )
    cdef Bad bad = Bad(0, NULL, 0)
    cdef Py_ssize_t n
    if length < SMALL:
        n = read_unix_table(at, end, &room, &bad)
    else:
        with nogil:
            n = read_unix_table(at, end, &room, &bad)
    for column in (all_flags, types, states, inodes, starts, ends):
        array.resize(column, n)
    columns = UnixColumns(all_flags, types, states, inodes, starts, ends)
    report_bad(columns, &bad)
    return columns


cdef inline bint read_packet_line(
    Line line, uint64_t *kind, uint32_t *protocol, uint64_t *interface, uint64_t *uid,
    uint64_t *inode,
) noexcept nogil:
    """sk RefCnt Type Proto Iface R Rmem User Inode ..."""
    cdef const uint8_t *end = line.end
    cdef const uint8_t *at = skip_blanks(line.start, end)
    cdef const uint8_t *start = at
    while at < end and HEX[at[0]] != 0xFF:
        at += 1
    if at == start:
        return False
    at = need_blanks(skip_digits(need_blanks(at, end), end), end)
    at = need_blanks(read_decimal(at, end, 0xFFFF, kind), end)
    at = need_blanks(read_hex(at, end, 4, protocol), end)
    at = need_blanks(read_decimal(at, end, 0xFFFFFFFF, interface), end)
    at = need_blanks(skip_digits(at, end), end)
    at = need_blanks(skip_digits(at, end), end)
    at = need_blanks(read_decimal(at, end, 0xFFFFFFFF, uid), end)
    at = read_decimal(at, end, MAX_U64, inode)
    return at != NULL and (at == end or is_blank(at[0]))


cdef inline const uint8_t *skip_digits(const uint8_t *at, const uint8_t *end) noexcept nogil:
    """Past at least one decimal digit, else NULL."""
    cdef const uint8_t *start = at
    if at == NULL:
        return NULL
    while at < end and is_digit(at[0]):
        at += 1
    return at if at != start else NULL


def parse_packet(str text):
    """The sockets of /proc/net/packet."""
    cdef Py_ssize_t length
    cdef const uint8_t *at = <const uint8_t *>PyUnicode_AsUTF8AndSize(text, &length)
    cdef const uint8_t *end = at + length
    cdef Py_ssize_t room = most_sockets(at, length, SHORTEST_PACKET)
    cdef array.array types = array.clone(U16, room, False)
    cdef array.array protocols = array.clone(U16, room, False)
    cdef array.array interfaces = array.clone(U32, room, False)
    cdef array.array uids = array.clone(U32, room, False)
    cdef array.array inodes = array.clone(U64, room, False)
    cdef uint16_t *types_at = <uint16_t *>types.data.as_ushorts
    cdef uint16_t *protocols_at = <uint16_t *>protocols.data.as_ushorts
    cdef uint32_t *interfaces_at = <uint32_t *>interfaces.data.as_uints
    cdef uint32_t *uids_at = <uint32_t *>uids.data.as_uints
    cdef uint64_t *inodes_at = <uint64_t *>inodes.data.as_ulonglongs
    cdef uint32_t protocol
    cdef uint64_t kind, interface, uid, inode
    cdef Line line
    cdef Bad bad = Bad(0, NULL, 0)
    cdef Py_ssize_t n = 0
    cdef bint first_line = True
    while next_line(&at, end, &line):
        if n < room and read_packet_line(line, &kind, &protocol, &interface, &uid, &inode):
            types_at[n] = <uint16_t>kind
            protocols_at[n] = <uint16_t>protocol
            interfaces_at[n] = <uint32_t>interface
            uids_at[n] = <uint32_t>uid
            inodes_at[n] = inode
            n += 1
        else:
            count_bad(&bad, line, first_line, b"RefCnt", 6)
        first_line = False
    for column in (types, protocols, interfaces, uids, inodes):
        array.resize(column, n)
    columns = PacketColumns(types, protocols, interfaces, uids, inodes)
    report_bad(columns, &bad)
    return columns


cdef struct Way:
    Address source
    Address destination
    uint64_t source_port
    uint64_t destination_port
    int given  # bits: 1 destination, 2 source port, 4 destination port


cdef inline bint read_dotted(const uint8_t *at, const uint8_t *end, Address *address) noexcept nogil:
    """Four decimal numbers up to 255 without leading zeros, and nothing behind them."""
    cdef uint32_t ip = 0
    cdef uint32_t number
    cdef int i, digits
    for i in range(4):
        if i:
            if at >= end or at[0] != b'.':
                return False
            at += 1
        number = 0
        digits = 0
        while at < end and is_digit(at[0]):
            if digits and number == 0:
                return False
            number = number * 10 + (at[0] - <uint8_t>b'0')
            digits += 1
            if digits > 3:
                return False
            at += 1
        if digits == 0 or number > 255:
            return False
        ip = ip << 8 | number
    address.hi = 0
    address.lo = MAPPED | ip
    return at == end


cdef inline bint read_groups(const uint8_t *at, const uint8_t *end, Address *address) noexcept nogil:
    """Eight hex groups, or fewer with one ``::`` for at least one group, and nothing behind."""
    cdef uint32_t[8] groups
    cdef uint32_t[8] wide
    cdef uint32_t number
    cdef int count = 0
    cdef int gap = -1
    cdef int digits, i
    if end - at >= 2 and at[0] == b':' and at[1] == b':':
        gap = 0
        at += 2
    while at < end:
        number = 0
        digits = 0
        while at < end and HEX[at[0]] != 0xFF:
            number = number << 4 | HEX[at[0]]
            digits += 1
            if digits > 4:
                return False
            at += 1
        if digits == 0 or count == 8:
            return False
        groups[count] = number
        count += 1
        if at == end:
            break
        if at[0] != b':':
            return False
        at += 1
        if at == end:
            return False
        if at[0] == b':':
            if gap >= 0:
                return False
            gap = count
            at += 1
    if gap < 0:
        if count != 8:
            return False
        gap = 8
    elif count > 7:
        return False
    for i in range(8):
        wide[i] = 0
    for i in range(count):
        wide[i if i < gap else i + 8 - count] = groups[i]
    address.hi = (
        <uint64_t>wide[0] << 48 | <uint64_t>wide[1] << 32 | <uint64_t>wide[2] << 16 | wide[3]
    )
    address.lo = (
        <uint64_t>wide[4] << 48 | <uint64_t>wide[5] << 32 | <uint64_t>wide[6] << 16 | wide[7]
    )
    return True


cdef inline bint is_word(
    const uint8_t *at, const uint8_t *end, const char *word, Py_ssize_t length
) noexcept nogil:
    return end - at == length and memcmp(at, word, length) == 0


cdef inline bint read_textual(
    const uint8_t *at, const uint8_t *end, bint wide, Address *address
) noexcept nogil:
    return read_groups(at, end, address) if wide else read_dotted(at, end, address)


cdef inline bint read_port(const uint8_t *at, const uint8_t *end, uint64_t *port) noexcept nogil:
    return read_decimal(at, end, 0xFFFF, port) == end and at < end


cdef bint read_conntrack_line(Line line, uint64_t *protocol, bint *replied, Way *ways) noexcept nogil:
    """family number protocol-name protocol-number ... src= dst= ... src= dst= ..."""
    cdef const uint8_t *end = line.end
    cdef const uint8_t *at = skip_blanks(line.start, end)
    cdef const uint8_t *stop
    cdef const uint8_t *value
    cdef bint wide
    cdef int way = -1
    if end - at < 4:
        return False
    if memcmp(at, b"ipv4", 4) == 0:
        wide = False
    elif memcmp(at, b"ipv6", 4) == 0:
        wide = True
    else:
        return False
    at = need_blanks(skip_digits(need_blanks(at + 4, end), end), end)
    at = read_decimal(skip_token(at, end), end, 0xFF, protocol)
    if at == NULL or (at < end and not is_blank(at[0])):
        return False
    replied[0] = True
    at = skip_blanks(at, end)
    while at < end:
        stop = at
        while stop < end and not is_blank(stop[0]):
            stop += 1
        value = <const uint8_t *>memchr(at, b'=', stop - at)
        if is_word(at, stop, b"[UNREPLIED]", 11):
            replied[0] = False
        elif value != NULL:
            if is_word(at, value, b"src", 3):
                way += 1
                if way > 1 or not read_textual(value + 1, stop, wide, &ways[way].source):
                    return False
                ways[way].given = 0
            elif is_word(at, value, b"dst", 3):
                if way < 0 or not read_textual(value + 1, stop, wide, &ways[way].destination):
                    return False
                ways[way].given |= 1
            elif is_word(at, value, b"sport", 5):
                if way < 0 or not read_port(value + 1, stop, &ways[way].source_port):
                    return False
                ways[way].given |= 2
            elif is_word(at, value, b"dport", 5):
                if way < 0 or not read_port(value + 1, stop, &ways[way].destination_port):
                    return False
                ways[way].given |= 4
        at = skip_blanks(stop, end)
    return way == 1 and ways[0].given & 1 and ways[1].given & 1


def parse_conntrack(str text):
    """The entries of /proc/net/nf_conntrack."""
    cdef Py_ssize_t length
    cdef const uint8_t *at = <const uint8_t *>PyUnicode_AsUTF8AndSize(text, &length)
    cdef const uint8_t *end = at + length
    cdef Py_ssize_t room = most_sockets(at, length, SHORTEST_CONNTRACK)
    cdef array.array protocols = array.clone(U8, room, False)
    cdef array.array with_ports = array.clone(U8, room, False)
    cdef array.array all_replied = array.clone(U8, room, False)
    cdef list addresses = [array.clone(U64, room, False) for _ in range(8)]
    cdef list ports = [array.clone(U16, room, False) for _ in range(4)]
    cdef uint8_t *protocol_at = <uint8_t *>protocols.data.as_uchars
    cdef uint8_t *with_ports_at = <uint8_t *>with_ports.data.as_uchars
    cdef uint8_t *replied_at = <uint8_t *>all_replied.data.as_uchars
    cdef uint64_t *address_at[8]
    cdef uint16_t *port_at[4]
    cdef uint64_t protocol
    cdef bint replied
    cdef Way[2] ways
    cdef Line line
    cdef Bad bad = Bad(0, NULL, 0)
    cdef Py_ssize_t n = 0
    cdef int i
    cdef bint has_ports
    cdef bint first_line = True
    for i in range(8):
        address_at[i] = <uint64_t *>(<array.array>addresses[i]).data.as_ulonglongs
    for i in range(4):
        port_at[i] = <uint16_t *>(<array.array>ports[i]).data.as_ushorts
    with nogil:
        while next_line(&at, end, &line):
            if n < room and read_conntrack_line(line, &protocol, &replied, ways):
                has_ports = ways[0].given == 7 and ways[1].given == 7
                protocol_at[n] = <uint8_t>protocol
                with_ports_at[n] = has_ports
                replied_at[n] = replied
                for i in range(2):
                    address_at[4 * i][n] = ways[i].source.hi
                    address_at[4 * i + 1][n] = ways[i].source.lo
                    address_at[4 * i + 2][n] = ways[i].destination.hi
                    address_at[4 * i + 3][n] = ways[i].destination.lo
                    port_at[2 * i][n] = <uint16_t>ways[i].source_port if has_ports else 0
                    port_at[2 * i + 1][n] = <uint16_t>ways[i].destination_port if has_ports else 0
                n += 1
            else:
                count_bad(&bad, line, False, b"", 0)  # the table has no header
            first_line = False
    for column in (protocols, with_ports, all_replied, *addresses, *ports):
        array.resize(column, n)
    columns = ConntrackColumns(
        protocols, with_ports, all_replied,
        *addresses[:4], *ports[:2], *addresses[4:], *ports[2:],
    )
    report_bad(columns, &bad)
    return columns

# Unix sockets: the twin is unix.py.

cdef Py_ssize_t SHORTEST_UNIX = 35  # a line that is a socket


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

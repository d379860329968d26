# tcp, udp, udplite, raw, icmp and their twins for IPv6: the twin is inet.py.

# Shortest line that is a socket: an upper bound of sockets in a text of a known length.
cdef Py_ssize_t SHORTEST_INET4 = 42
cdef Py_ssize_t SHORTEST_INET6 = 90

# By how many digits the lines of one table differ.
cdef Py_ssize_t DIGITS = 24


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

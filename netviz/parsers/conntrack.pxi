# Tracked connections: the twin is conntrack.py.

cdef Py_ssize_t SHORTEST_CONNTRACK = 36  # a line that is an entry


cdef struct Way:
    Address source
    Address destination
    uint64_t source_port
    uint64_t destination_port
    int given  # bits: 1 destination, 2 source port, 4 destination port


cdef inline bint is_word(
    const uint8_t *at, const uint8_t *end, const char *word, Py_ssize_t length
) noexcept nogil:
    return end - at == length and memcmp(at, word, length) == 0


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
    for column in (protocols, with_ports, all_replied, *addresses, *ports):
        array.resize(column, n)
    columns = ConntrackColumns(
        protocols, with_ports, all_replied,
        *addresses[:4], *ports[:2], *addresses[4:], *ports[2:],
    )
    report_bad(columns, &bad)
    return columns

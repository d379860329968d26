# Packet sockets: the twin is packet.py.

cdef Py_ssize_t SHORTEST_PACKET = 18  # a line that is a socket


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

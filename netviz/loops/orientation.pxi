# Whose ends they are, and which of two serves: the twin is orientation.py.


def ends(candidates, array.array listener):
    """The different ends among the candidates, and the number of each candidate's."""
    cdef Py_ssize_t n = len(candidates)
    cdef array.array of = array.clone(U32, n, False)
    cdef uint32_t *namespace = u32(candidates.namespace)
    cdef uint32_t *owner = u32(candidates.owner)
    cdef uint64_t *inode = u64(candidates.inode)
    cdef int32_t *covering = i32(listener)
    cdef uint32_t *number = u32(of)
    cdef Map map
    cdef Py_ssize_t i
    cdef uint64_t at, b
    cdef bint enough = True
    cdef list found = []
    map.slots = NULL
    try:
        if not map_make(&map, 1024):
            raise MemoryError
        with nogil:
            for i in range(n):
                number[i] = map_number(
                    &map,
                    <uint64_t>namespace[i] << 32 | owner[i],
                    <uint64_t>(covering[i] + 1) << 1 | (inode[i] == 0),
                )
                if number[i] == NONE:
                    enough = False
                    break
        if not enough:
            raise MemoryError
        found = [None] * map.used
        for at in range(map.mask + 1):
            if map.slots[at].value != NONE:
                b = map.slots[at].b
                found[map.slots[at].value] = End(
                    map.slots[at].a >> 32,
                    map.slots[at].a & 0xFFFFFFFF,
                    <int32_t>(b >> 1) - 1,
                    bool(b & 1),
                )
    finally:
        map_free(&map)
    return found, of


cdef inline int ephemeral(
    uint32_t namespace, uint16_t port, const uint32_t *first, const uint32_t *last
) noexcept nogil:
    """1 where the port is in the local port range of its namespace, 0 if not, -1 if unknown."""
    if not last[namespace]:
        return -1
    return first[namespace] <= port <= last[namespace]


def orient(
    candidates, array.array left, array.array right, array.array listener,
    array.array first_port, array.array last_port,
):
    """Client, server and whether that is known (1), for each pair."""
    cdef Py_ssize_t n = len(left)
    cdef array.array client = array.clone(U32, n, False)
    cdef array.array server = array.clone(U32, n, False)
    cdef array.array directed = array.clone(U8, n, False)
    cdef uint32_t *a = u32(left)
    cdef uint32_t *b = u32(right)
    cdef int32_t *covering = i32(listener)
    cdef uint32_t *first = u32(first_port)
    cdef uint32_t *last = u32(last_port)
    cdef uint32_t *namespace = u32(candidates.namespace)
    cdef uint16_t *port = u16(candidates.local_port)
    cdef uint32_t *o_client = u32(client)
    cdef uint32_t *o_server = u32(server)
    cdef uint8_t *o_directed = u8(directed)
    cdef Py_ssize_t pair
    cdef bint listens_a, listens_b, a_serves, known
    cdef int ephemeral_a, ephemeral_b
    with nogil:
        for pair in range(n):
            listens_a = covering[a[pair]] >= 0
            listens_b = covering[b[pair]] >= 0
            a_serves = False
            known = False
            if listens_a != listens_b:
                a_serves = listens_a
                known = True
            else:
                ephemeral_a = ephemeral(namespace[a[pair]], port[a[pair]], first, last)
                ephemeral_b = ephemeral(namespace[b[pair]], port[b[pair]], first, last)
                if ephemeral_a >= 0 and ephemeral_b >= 0 and ephemeral_a != ephemeral_b:
                    a_serves = ephemeral_b == 1
                    known = True
            o_client[pair] = b[pair] if a_serves else a[pair]
            o_server[pair] = a[pair] if a_serves else b[pair]
            o_directed[pair] = known
    return client, server, directed


def kinds(candidates, array.array client, array.array server, array.array queued):
    """What kind of match each pair is: RECENT, QUEUED or RECIPROCAL."""
    cdef Py_ssize_t n = len(client)
    cdef array.array found = array.clone(U8, n, False)
    cdef uint8_t *out = u8(found)
    cdef uint32_t *c = u32(client)
    cdef uint32_t *s = u32(server)
    cdef uint8_t *state = u8(candidates.state)
    cdef uint8_t *waiting = u8(queued)
    cdef Py_ssize_t pair
    with nogil:
        for pair in range(n):
            if state[c[pair]] == TIME_WAIT or state[s[pair]] == TIME_WAIT:
                out[pair] = RECENT
            elif waiting[c[pair]] or waiting[s[pair]]:
                out[pair] = QUEUED
            else:
                out[pair] = RECIPROCAL
    return found

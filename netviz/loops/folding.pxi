# Connections between the same places as one: the twin is folding.py.

cdef struct Places:
    uint32_t *client
    uint32_t *server
    uint32_t *local
    uint16_t *port
    uint32_t *rank


cdef inline bint before(const Places *p, uint32_t one, uint32_t other) noexcept nogil:
    """Whether pair ``one`` comes before ``other`` among the samples of a flow: one server port."""
    cdef uint32_t x, y
    x = p.rank[p.local[p.client[one]]]
    y = p.rank[p.local[p.client[other]]]
    if x != y:
        return x < y
    x = p.port[p.client[one]]
    y = p.port[p.client[other]]
    if x != y:
        return x < y
    x = p.rank[p.local[p.server[one]]]
    y = p.rank[p.local[p.server[other]]]
    if x != y:
        return x < y
    return one < other


cdef array.array ranks(list texts):
    """The place of each text when they are sorted; equal texts have equal ones."""
    cdef array.array rank = array.clone(U32, len(texts), False)
    cdef dict place = {text: number for number, text in enumerate(sorted(texts))}
    cdef Py_ssize_t i
    for i in range(len(texts)):
        u32(rank)[i] = place[texts[i]]
    return rank


cdef tuple sample_of(const Places *p, list texts, uint32_t pair):
    cdef uint32_t c = p.client[pair]
    cdef uint32_t s = p.server[pair]
    return (texts[p.local[c]], p.port[c], texts[p.local[s]], p.port[s])


def fold(
    candidates, array.array client, array.array server, array.array directed, array.array kind,
    array.array place, array.array process, bint with_self, list texts,
):
    """Fold the directed pairs by (client's place, server's place, protocol, server port, kind)."""
    cdef Py_ssize_t n = len(client)
    cdef Places p
    p.client = u32(client)
    p.server = u32(server)
    p.local = u32(candidates.local)
    p.port = u16(candidates.local_port)
    cdef array.array rank = ranks(texts)
    p.rank = u32(rank)
    cdef uint8_t *known = u8(directed)
    cdef uint8_t *kind_of = u8(kind)
    cdef uint8_t *proto = u8(candidates.proto)
    cdef int32_t *where = i32(place)
    cdef int32_t *who = i32(process)
    cdef Py_ssize_t within = 0
    cdef array.array counts = array.array("I")
    cdef array.array samples = array.array("I")
    cdef Map map
    cdef Py_ssize_t pair
    cdef uint64_t a, b, at, used
    cdef uint32_t number, taken, spot
    cdef uint32_t *sample
    cdef uint32_t *count
    cdef bint enough = True
    cdef list folded = []
    map.slots = NULL
    try:
        if not map_make(&map, 1024):
            raise MemoryError
        array.resize_smart(counts, map.mask + 1)
        array.resize_smart(samples, (map.mask + 1) * SAMPLES)
        memset(counts.data.as_voidptr, 0, len(counts) * sizeof(uint32_t))
        with nogil:
            for pair in range(n):
                if not known[pair]:
                    continue
                if who[p.client[pair]] >= 0 and who[p.client[pair]] == who[p.server[pair]]:
                    within += 1
                    if not with_self:
                        continue
                a = (
                    <uint64_t><uint32_t>where[p.client[pair]] << 32
                    | <uint32_t>where[p.server[pair]]
                )
                b = (
                    <uint64_t>proto[p.server[pair]] << 32
                    | <uint64_t>p.port[p.server[pair]] << 8
                    | kind_of[pair]
                )
                used = map.used
                number = map_number(&map, a, b)
                if number == NONE:
                    enough = False
                    break
                if map.used != used and map.used > <uint64_t>Py_SIZE(counts):
                    with gil:
                        array.resize_smart(counts, map.used * 2)
                        array.resize_smart(samples, map.used * 2 * SAMPLES)
                count = u32(counts) + number
                sample = u32(samples) + number * SAMPLES
                if map.used != used:
                    count[0] = 0
                taken = count[0] if count[0] < SAMPLES else SAMPLES
                count[0] += 1
                if taken == SAMPLES:
                    if not before(&p, <uint32_t>pair, sample[taken - 1]):
                        continue
                    taken -= 1
                spot = taken
                while spot > 0 and before(&p, <uint32_t>pair, sample[spot - 1]):
                    sample[spot] = sample[spot - 1]
                    spot -= 1
                sample[spot] = <uint32_t>pair
        if not enough:
            raise MemoryError
        for at in range(map.mask + 1):
            number = map.slots[at].value
            if number == NONE:
                continue
            a = map.slots[at].a
            b = map.slots[at].b
            taken = min(u32(counts)[number], <uint32_t>SAMPLES)
            sample = u32(samples) + number * SAMPLES
            folded.append(
                Folded(
                    a >> 32, a & 0xFFFFFFFF, b >> 32, b >> 8 & 0xFFFF, b & 0xFF,
                    u32(counts)[number],
                    tuple([sample_of(&p, texts, sample[spot]) for spot in range(taken)]),
                )
            )
    finally:
        map_free(&map)
    return folded, within

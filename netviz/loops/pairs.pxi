# Sockets that are the ends of one connection: the twin is pairs.py.


cdef struct Tuples:
    uint32_t *namespace
    uint8_t *proto
    uint32_t *local
    uint32_t *remote
    uint16_t *local_port
    uint16_t *remote_port


cdef Tuples tuples_of(candidates):
    cdef Tuples t
    t.namespace = u32(candidates.namespace)
    t.proto = u8(candidates.proto)
    t.local = u32(candidates.local)
    t.remote = u32(candidates.remote)
    t.local_port = u16(candidates.local_port)
    t.remote_port = u16(candidates.remote_port)
    return t


cdef inline uint64_t end_hash(
    uint32_t namespace, uint8_t proto, uint32_t local, uint16_t local_port,
    uint32_t remote, uint16_t remote_port,
) noexcept nogil:
    return mix(
        <uint64_t>local << 32 | remote,
        <uint64_t>namespace << 40
        ^ (<uint64_t>proto << 32 | <uint64_t>local_port << 16 | remote_port),
    )


def match(candidates, array.array target, pairing=None):
    """Pair sockets whose tuples mirror each other, each in the namespace the other means."""
    cdef Py_ssize_t n = len(candidates)
    cdef Tuples t = tuples_of(candidates)
    cdef int32_t *there = i32(target)
    cdef uint64_t size = 16
    cdef uint64_t mask, at
    cdef uint32_t *heads = NULL
    cdef uint32_t *next_same = NULL
    cdef array.array left = array.clone(U32, n, False)
    cdef array.array right = array.clone(U32, n, False)
    cdef uint32_t *a = u32(left)
    cdef uint32_t *b = u32(right)
    cdef uint8_t *follows = NULL
    cdef Py_ssize_t pairs = 0
    cdef Py_ssize_t i, j, first
    cdef list crowded = []
    while size < <uint64_t>n * 2:
        size *= 2
    mask = size - 1
    try:
        # heads: first candidate of each tuple, plus 1; next_same: the next one with that tuple;
        # follows: whether there is a first one before it.
        heads = <uint32_t *>calloc(size, sizeof(uint32_t))
        next_same = <uint32_t *>calloc(n + 1, sizeof(uint32_t))
        follows = <uint8_t *>calloc(n + 1, 1)
        if heads == NULL or next_same == NULL or follows == NULL:
            raise MemoryError
        with nogil:
            for i in range(n):
                if there[i] < 0:
                    continue
                at = end_hash(
                    t.namespace[i], t.proto[i], t.local[i], t.local_port[i],
                    t.remote[i], t.remote_port[i],
                ) & mask
                while heads[at]:
                    j = heads[at] - 1
                    if (
                        t.local[i] == t.local[j] and t.remote[i] == t.remote[j]
                        and t.local_port[i] == t.local_port[j]
                        and t.remote_port[i] == t.remote_port[j]
                        and t.namespace[i] == t.namespace[j] and t.proto[i] == t.proto[j]
                        and there[i] == there[j]
                    ):
                        next_same[i] = next_same[j]
                        next_same[j] = <uint32_t>(i + 1)
                        follows[i] = 1
                        break
                    at = (at + 1) & mask
                else:
                    heads[at] = <uint32_t>(i + 1)
            for first in range(n):
                if there[first] < 0 or follows[first]:
                    continue
                i = first
                j = find_mirrored(&t, heads, mask, i, there)
                if j < 0:
                    continue
                if i == j:
                    while True:
                        a[pairs] = <uint32_t>i
                        b[pairs] = <uint32_t>i
                        pairs += 1
                        if not next_same[i]:
                            break
                        i = next_same[i] - 1
                elif i < j:
                    if next_same[i] or next_same[j]:
                        with gil:
                            crowded.append((i, j))
                    else:
                        a[pairs] = <uint32_t>i
                        b[pairs] = <uint32_t>j
                        pairs += 1
        for i, j in crowded:
            ends_of, others_of = chain(next_same, i), chain(next_same, j)
            if pairing is None:
                in_pairs = zip(
                    in_preference(candidates, ends_of), in_preference(candidates, others_of)
                )
            else:
                in_pairs = pairing(candidates, ends_of, others_of)
            for one, other in in_pairs:
                a[pairs] = one
                b[pairs] = other
                pairs += 1
    finally:
        free(heads)
        free(next_same)
        free(follows)
    array.resize(left, pairs)
    array.resize(right, pairs)
    return left, right


def find_tuples(candidates, tuples):
    """(number of the tuple, candidate) for every candidate with one of ``tuples``."""
    cdef Py_ssize_t n = len(candidates)
    cdef Tuples t = tuples_of(candidates)
    cdef Map wanted
    cdef Slot *slot
    cdef Py_ssize_t i
    cdef uint64_t local, local_port, remote, remote_port, proto
    cdef uint32_t number = 0
    cdef list found = []
    if not tuples:
        return found
    wanted.slots = NULL
    try:
        if not map_make(&wanted, len(tuples)):
            raise MemoryError
        for proto, local, local_port, remote, remote_port in tuples:
            slot = map_slot(
                &wanted, local << 32 | remote, proto << 32 | local_port << 16 | remote_port
            )
            if slot.value == NONE and not map_put(
                &wanted, slot, local << 32 | remote,
                proto << 32 | local_port << 16 | remote_port, number,
            ):
                raise MemoryError
            number += 1
        with nogil:
            for i in range(n):
                number = map_get(
                    &wanted,
                    <uint64_t>t.local[i] << 32 | t.remote[i],
                    <uint64_t>t.proto[i] << 32
                    | <uint64_t>t.local_port[i] << 16 | t.remote_port[i],
                )
                if number != NONE:
                    with gil:
                        found.append((number, i))
    finally:
        map_free(&wanted)
    return found


cdef inline Py_ssize_t find_mirrored(
    const Tuples *t, const uint32_t *heads, uint64_t mask, Py_ssize_t i, const int32_t *target
) noexcept nogil:
    """The first candidate of the tuple that mirrors that of i, each where the other means; or -1."""
    cdef Py_ssize_t j
    cdef uint32_t there = <uint32_t>target[i]
    cdef uint64_t at = end_hash(
        there, t.proto[i], t.remote[i], t.remote_port[i], t.local[i], t.local_port[i]
    ) & mask
    while heads[at]:
        j = heads[at] - 1
        if (
            t.local[j] == t.remote[i] and t.remote[j] == t.local[i]
            and t.local_port[j] == t.remote_port[i] and t.remote_port[j] == t.local_port[i]
            and t.namespace[j] == there and <uint32_t>target[j] == t.namespace[i]
            and t.proto[j] == t.proto[i]
        ):
            return j
        at = (at + 1) & mask
    return -1


cdef list chain(const uint32_t *next_same, Py_ssize_t i):
    cdef list found = [i]
    while next_same[i]:
        i = next_same[i] - 1
        found.append(i)
    return found


cdef list in_preference(candidates, list numbers):
    state, inode = candidates.state, candidates.inode
    return sorted(numbers, key=lambda i: (state[i] != ESTABLISHED, inode[i], state[i]))

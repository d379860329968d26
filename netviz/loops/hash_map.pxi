# A hash map of numbers, without Python objects.

cdef uint32_t NONE = 0xFFFFFFFF

# Other numbers in each process: whoever wrote a snapshot cannot know which of its keys would fall
# into one slot, and so cannot make every look-up walk past all of them.
cdef uint32_t[12] SECRETS
SECRETS = struct.unpack("=12I", os.urandom(48))


cdef inline uint64_t product(uint64_t word, const uint32_t *secrets) noexcept nogil:
    """A term of NH, a universal hash (Black and others, UMAC, 1999): of two different keys the sums
    of such products, with two secrets for each word, are equal for one in four billion secrets
    at most."""
    return <uint64_t>(<uint32_t>word + secrets[0]) * <uint32_t>(<uint32_t>(word >> 32) + secrets[1])


cdef inline uint64_t spread(uint64_t h) noexcept nogil:
    """The finalizer of splitmix64."""
    h = (h ^ h >> 30) * <uint64_t>0xBF58476D1CE4E5B9
    h = (h ^ h >> 27) * <uint64_t>0x94D049BB133111EB
    return h ^ h >> 31


cdef inline uint64_t mix(uint64_t a, uint64_t b) noexcept nogil:
    """Spread a key of 128 bits over 64."""
    return spread(product(a, &SECRETS[0]) + product(b, &SECRETS[2]))


def slot_hash(uint64_t a, uint64_t b):
    """Where in a hash map a key would go, before it is cut to the size of the map."""
    return mix(a, b)


# A hash map of 128-bit keys to 32-bit values, by open addressing; a value of NONE is a free slot.

cdef struct Slot:
    uint64_t a
    uint64_t b
    uint32_t value


cdef struct Map:
    Slot *slots
    uint64_t mask
    uint64_t used


cdef bint map_make(Map *map, uint64_t expected) noexcept nogil:
    """An empty map with room for ``expected`` keys. False where there is no memory."""
    cdef uint64_t size = 16
    cdef uint64_t i
    while size < expected * 2:
        size *= 2
    map.slots = <Slot *>calloc(size, sizeof(Slot))
    map.mask = size - 1
    map.used = 0
    if map.slots == NULL:
        return False
    for i in range(size):
        map.slots[i].value = NONE
    return True


cdef void map_free(Map *map) noexcept nogil:
    free(map.slots)
    map.slots = NULL


cdef inline Slot *map_slot(const Map *map, uint64_t a, uint64_t b) noexcept nogil:
    """The slot of a key, or the free one where it would go."""
    cdef uint64_t at = mix(a, b) & map.mask
    while map.slots[at].value != NONE and (map.slots[at].a != a or map.slots[at].b != b):
        at = (at + 1) & map.mask
    return &map.slots[at]


cdef inline uint32_t map_get(const Map *map, uint64_t a, uint64_t b) noexcept nogil:
    return map_slot(map, a, b).value


cdef bint map_put(Map *map, Slot *slot, uint64_t a, uint64_t b, uint32_t value) noexcept nogil:
    """Fill the free ``slot`` that ``map_slot`` gave for this key. False without memory."""
    cdef Map larger
    cdef uint64_t i
    cdef Slot *old
    slot.a = a
    slot.b = b
    slot.value = value
    map.used += 1
    if map.used * 2 <= map.mask + 1:
        return True
    if not map_make(&larger, map.mask + 1):
        return False
    for i in range(map.mask + 1):
        old = &map.slots[i]
        if old.value != NONE:
            map_slot(&larger, old.a, old.b)[0] = old[0]
    larger.used = map.used
    free(map.slots)
    map[0] = larger
    return True


cdef uint32_t map_number(Map *map, uint64_t a, uint64_t b) noexcept nogil:
    """The number of a key: its place among the different keys so far. NONE without memory."""
    cdef Slot *slot = map_slot(map, a, b)
    cdef uint32_t number
    if slot.value != NONE:
        return slot.value
    number = <uint32_t>map.used
    return number if map_put(map, slot, a, b, number) else NONE


cdef tuple addresses_of(const Map *numbers):
    """The keys of a map of addresses in the order of their numbers: the two halves of each."""
    cdef array.array hi = array.clone(U64, numbers.used, False)
    cdef array.array lo = array.clone(U64, numbers.used, False)
    cdef uint64_t at
    cdef uint32_t number
    for at in range(numbers.mask + 1):
        number = numbers.slots[at].value
        if number != NONE:
            u64(hi)[number] = numbers.slots[at].a
            u64(lo)[number] = numbers.slots[at].b
    return hi, lo


cdef inline bint count_end(Map *counts, uint64_t a, uint64_t b) noexcept nogil:
    """Count one more of a key. False without memory."""
    cdef Slot *slot = map_slot(counts, a, b)
    if slot.value != NONE:
        slot.value += 1
        return True
    return map_put(counts, slot, a, b, 1)

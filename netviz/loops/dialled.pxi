# What is dialled outside of the group: the twin is dialled.py.

cdef enum:
    SHOWN_MISSING = 100
    FIRST_OF_CLIENTS = 32768


cdef struct Asked:
    uint64_t hi
    uint64_t lo
    uint32_t proto
    uint32_t port
    uint32_t sockets


cdef inline bint asked_more(const Asked *one, const Asked *other) noexcept nogil:
    """Whether an end comes before another: more sockets, then the smaller end."""
    if one.sockets != other.sockets:
        return one.sockets > other.sockets
    if one.proto != other.proto:
        return one.proto < other.proto
    if one.hi != other.hi:
        return one.hi < other.hi
    if one.lo != other.lo:
        return one.lo < other.lo
    return one.port < other.port


cdef class Dialled:
    """How many sockets dial which end that nobody owns; a protocol is a number here."""

    cdef Map _addresses
    cdef Map _ends

    def __cinit__(self):
        self._addresses.slots = NULL
        self._ends.slots = NULL
        if not map_make(&self._addresses, 64) or not map_make(&self._ends, 64):
            raise MemoryError

    def __dealloc__(self):
        map_free(&self._addresses)
        map_free(&self._ends)

    cdef bint count(self, uint64_t proto, uint64_t hi, uint64_t lo, uint16_t port) noexcept nogil:
        """Count one more socket. False without memory."""
        cdef uint32_t number = map_number(&self._addresses, hi, lo)
        return number != NONE and count_end(&self._ends, number, proto << 16 | port)

    cdef list _numbers(self, addresses):
        """The numbers of those ``addresses`` that are dialled."""
        cdef uint32_t number
        cdef list found = []
        for address in addresses:
            number = map_get(&self._addresses, address >> 64, address & 0xFFFFFFFFFFFFFFFF)
            if number != NONE:
                found.append(number)
        return found

    def add(self, uint8_t proto, address, uint16_t port):
        if not self.count(proto, address >> 64, address & 0xFFFFFFFFFFFFFFFF, port):
            raise MemoryError

    def most(self, left_out=()):
        """The (protocol, address, port, sockets) with most sockets, 100 at most."""
        cdef Asked most[SHOWN_MISSING]
        cdef Asked one
        cdef Py_ssize_t taken = 0, spot
        cdef uint64_t at
        cdef Slot *slot
        cdef uint32_t number
        cdef list numbers = self._numbers(left_out)
        cdef Slot **address_of = <Slot **>malloc((self._addresses.used + 1) * sizeof(Slot *))
        if address_of == NULL:
            raise MemoryError
        for at in range(self._addresses.mask + 1):
            slot = &self._addresses.slots[at]
            if slot.value != NONE:
                address_of[slot.value] = slot
        for number in numbers:
            address_of[number] = NULL
        with nogil:
            for at in range(self._ends.mask + 1):
                slot = &self._ends.slots[at]
                if slot.value == NONE or address_of[slot.a] == NULL:
                    continue
                one.hi = address_of[slot.a].a
                one.lo = address_of[slot.a].b
                one.proto = <uint32_t>(slot.b >> 16)
                one.port = <uint32_t>(slot.b & 0xFFFF)
                one.sockets = slot.value
                if taken == SHOWN_MISSING:
                    if not asked_more(&one, &most[taken - 1]):
                        continue
                    taken -= 1
                spot = taken
                while spot > 0 and asked_more(&one, &most[spot - 1]):
                    most[spot] = most[spot - 1]
                    spot -= 1
                most[spot] = one
                taken += 1
        free(address_of)
        return [
            (
                most[spot].proto,
                (<object>most[spot].hi) << 64 | most[spot].lo,
                most[spot].port,
                most[spot].sockets,
            )
            for spot in range(taken)
        ]

# Which listener covers which end: the twin is listeners.py.


cdef class ListenerTable:
    """Which listener covers an address and port of a namespace, by numbers."""

    cdef Map _listeners
    cdef Cuts _ports
    cdef uint32_t _any4
    cdef uint32_t _any6

    def __cinit__(self, uint32_t any4, uint32_t any6):
        memset(&self._ports, 0, sizeof(Cuts))
        self._any4 = any4
        self._any6 = any6
        if not map_make(&self._listeners, 256):
            raise MemoryError

    def __dealloc__(self):
        map_free(&self._listeners)

    def add(
        self, uint32_t namespace, uint8_t proto, uint16_t port, uint32_t address, uint32_t listener
    ):
        cdef uint64_t a = <uint64_t>namespace << 32 | <uint64_t>proto << 16 | port
        cdef Slot *slot = map_slot(&self._listeners, a, address)
        note(&self._ports, port)
        if slot.value != NONE:
            slot.value = listener
        elif not map_put(&self._listeners, slot, a, address, listener):
            raise MemoryError

    cdef inline int32_t covering(
        self, uint32_t namespace, uint8_t proto, uint16_t port, uint32_t address, bint ipv4
    ) noexcept nogil:
        cdef uint64_t a = <uint64_t>namespace << 32 | <uint64_t>proto << 16 | port
        cdef uint32_t found
        if not has(&self._ports, port):
            return -1
        found = map_get(&self._listeners, a, address)
        if found == NONE and ipv4:
            found = map_get(&self._listeners, a, self._any4)
        if found == NONE:
            found = map_get(&self._listeners, a, self._any6)
        return -1 if found == NONE else <int32_t>found

    def find(
        self, uint32_t namespace, uint8_t proto, uint16_t port, uint32_t address, bint ipv4
    ):
        """The listener on that address, else on the wildcard (``::`` takes IPv4 too), else -1."""
        return self.covering(namespace, proto, port, address, ipv4)


def cover(candidates, ListenerTable listeners, AddressTable known):
    """For each candidate the listener that covers its local end, or -1."""
    cdef Py_ssize_t n = len(candidates)
    cdef array.array covering = array.clone(I32, n, False)
    cdef array.array families = array.array("B", [a >> 32 == 0xFFFF for a in known.addresses])
    cdef uint8_t *ipv4 = u8(families)
    cdef uint32_t *namespace = u32(candidates.namespace)
    cdef uint8_t *proto = u8(candidates.proto)
    cdef uint16_t *port = u16(candidates.local_port)
    cdef uint32_t *local = u32(candidates.local)
    cdef int32_t *out = i32(covering)
    cdef Py_ssize_t i
    with nogil:
        for i in range(n):
            out[i] = listeners.covering(
                namespace[i], proto[i], port[i], local[i], ipv4[local[i]]
            )
    return covering


def adopt(candidates, array.array listener, array.array listener_owner):
    """Give sockets that wait in an accept queue the owner of their listener; 1 marks them."""
    cdef Py_ssize_t n = len(candidates)
    # Not of nothing: memset of a null pointer is undefined even for no bytes.
    cdef array.array queued = array.clone(U8, n, n > 0)
    cdef uint8_t *mark = u8(queued)
    cdef uint64_t *inode = u64(candidates.inode)
    cdef uint8_t *state = u8(candidates.state)
    cdef uint32_t *owner = u32(candidates.owner)
    cdef int32_t *covering = i32(listener)
    cdef uint32_t *owner_of = u32(listener_owner)
    cdef Py_ssize_t i
    with nogil:
        for i in range(n):
            if not inode[i] and waits(state[i]) and covering[i] >= 0:
                mark[i] = 1
                owner[i] = owner_of[covering[i]]
    return queued

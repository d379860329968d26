# Numbers for addresses: the twin is addresses.py.

cdef uint64_t MAPPED = <uint64_t>0xFFFF << 32


cdef inline bint is_loopback(uint64_t hi, uint64_t lo) noexcept nogil:
    return hi == 0 and (lo == 1 or lo >> 24 == (MAPPED >> 24 | 127))


cdef inline bint is_single(uint64_t hi, uint64_t lo) noexcept nogil:
    """Whether one machine may have the address: not multicast, nor to all, nor a wildcard."""
    cdef uint32_t low = <uint32_t>lo
    if hi == 0 and lo >> 32 == 0xFFFF:
        return low >> 28 != 0xE and low != 0 and low != <uint32_t>0xFFFFFFFF
    return hi >> 56 != 0xFF and (hi | lo) != 0


cdef inline uint16_t cut_address(uint64_t hi, uint64_t lo) noexcept nogil:
    cdef uint64_t folded = hi ^ lo
    return <uint16_t>(folded ^ folded >> 16 ^ folded >> 32 ^ folded >> 48)


cdef class AddressTable:
    """Numbers for the addresses that matter: those of the group, loopback as it is met."""

    cdef Map _numbers
    cdef Cuts _cuts
    cdef readonly list addresses

    def __cinit__(self):
        memset(&self._cuts, 0, sizeof(Cuts))
        if not map_make(&self._numbers, 1024):
            raise MemoryError
        self.addresses = []

    def __dealloc__(self):
        map_free(&self._numbers)

    def __len__(self):
        return len(self.addresses)

    cdef uint32_t number(self, uint64_t hi, uint64_t lo) except? 0xFFFFFFFF:
        cdef uint32_t number = map_number(&self._numbers, hi, lo)
        if number == NONE:
            raise MemoryError
        if number == <uint32_t>len(self.addresses):
            self.addresses.append((<object>hi) << 64 | lo)
            note(&self._cuts, cut_address(hi, lo))
        return number

    cdef inline uint32_t known_number(self, uint64_t hi, uint64_t lo) noexcept nogil:
        """The number of an address, or NONE."""
        if not has(&self._cuts, cut_address(hi, lo)):
            return NONE
        return map_get(&self._numbers, hi, lo)

    def add(self, address):
        """The number of ``address``, a new one if it has none."""
        return self.number(address >> 64, address & 0xFFFFFFFFFFFFFFFF)

    def find(self, address):
        """The number of ``address``, or -1."""
        cdef uint64_t hi = address >> 64
        cdef uint64_t lo = address & 0xFFFFFFFFFFFFFFFF
        cdef uint32_t number = self.known_number(hi, lo)
        return -1 if number == NONE else number

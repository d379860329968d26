# A set of 16-bit numbers that keys are cut to: of most keys it tells that a map has them not, for a
# fraction of what looking them up takes.

cdef struct Cuts:
    uint64_t bits[1024]


cdef inline void note(Cuts *cuts, uint16_t cut) noexcept nogil:
    cuts.bits[cut >> 6] |= <uint64_t>1 << (cut & 63)


cdef inline bint has(const Cuts *cuts, uint16_t cut) noexcept nogil:
    return cuts.bits[cut >> 6] >> (cut & 63) & 1

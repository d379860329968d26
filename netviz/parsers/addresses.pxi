# Addresses in hex digits: the twin is addresses.py.

cdef uint64_t MAPPED = <uint64_t>0xFFFF << 32


cdef struct Address:
    uint64_t hi
    uint64_t lo


cdef inline uint32_t swap32(uint32_t word) noexcept nogil:
    return word >> 24 | (word >> 8 & 0xFF00) | (word << 8 & 0xFF0000) | word << 24


cdef inline const uint8_t *read_address(
    const uint8_t *at, const uint8_t *end, bint big_endian, bint wide, Address *address
) noexcept nogil:
    """The canonical address of 8 (or, if wide, 32) hex digits; else NULL."""
    cdef uint32_t[4] words
    cdef int i
    cdef int count = 4 if wide else 1
    for i in range(count):
        at = read_hex(at, end, 8, &words[i])
        if at == NULL:
            return NULL
        if not big_endian:
            words[i] = swap32(words[i])
    if wide:
        address.hi = <uint64_t>words[0] << 32 | words[1]
        address.lo = <uint64_t>words[2] << 32 | words[3]
    else:
        address.hi = 0
        address.lo = MAPPED | words[0]
    return at


def hex_address(digits, bint big_endian):
    """The canonical 128-bit address of 8 or 32 hex digits of a table; ValueError else."""
    cdef Address address
    cdef const uint8_t *at
    cdef const uint8_t *end
    cdef bytes text = digits.encode("ascii", "replace") if isinstance(digits, str) else digits
    at = text
    end = at + len(text)
    if len(text) != 8 and len(text) != 32:
        at = NULL
    else:
        at = read_address(at, end, big_endian, len(text) == 32, &address)
    if at == NULL:
        raise ValueError("a hex address has 8 or 32 hex digits")
    return (<object>address.hi) << 64 | address.lo

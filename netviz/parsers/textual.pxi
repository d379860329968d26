# Addresses as people write them: the twin is textual.py.


cdef inline bint read_dotted(const uint8_t *at, const uint8_t *end, Address *address) noexcept nogil:
    """Four decimal numbers up to 255 without leading zeros, and nothing behind them."""
    cdef uint32_t ip = 0
    cdef uint32_t number
    cdef int i, digits
    for i in range(4):
        if i:
            if at >= end or at[0] != b'.':
                return False
            at += 1
        number = 0
        digits = 0
        while at < end and is_digit(at[0]):
            if digits and number == 0:
                return False
            number = number * 10 + (at[0] - <uint8_t>b'0')
            digits += 1
            if digits > 3:
                return False
            at += 1
        if digits == 0 or number > 255:
            return False
        ip = ip << 8 | number
    address.hi = 0
    address.lo = MAPPED | ip
    return at == end


cdef inline bint read_groups(const uint8_t *at, const uint8_t *end, Address *address) noexcept nogil:
    """Eight hex groups, or fewer with one ``::`` for at least one group, and nothing behind."""
    cdef uint32_t[8] groups
    cdef uint32_t[8] wide
    cdef uint32_t number
    cdef int count = 0
    cdef int gap = -1
    cdef int digits, i
    if end - at >= 2 and at[0] == b':' and at[1] == b':':
        gap = 0
        at += 2
    while at < end:
        number = 0
        digits = 0
        while at < end and HEX[at[0]] != 0xFF:
            number = number << 4 | HEX[at[0]]
            digits += 1
            if digits > 4:
                return False
            at += 1
        if digits == 0 or count == 8:
            return False
        groups[count] = number
        count += 1
        if at == end:
            break
        if at[0] != b':':
            return False
        at += 1
        if at == end:
            return False
        if at[0] == b':':
            if gap >= 0:
                return False
            gap = count
            at += 1
    if gap < 0:
        if count != 8:
            return False
        gap = 8
    elif count > 7:
        return False
    for i in range(8):
        wide[i] = 0
    for i in range(count):
        wide[i if i < gap else i + 8 - count] = groups[i]
    address.hi = (
        <uint64_t>wide[0] << 48 | <uint64_t>wide[1] << 32 | <uint64_t>wide[2] << 16 | wide[3]
    )
    address.lo = (
        <uint64_t>wide[4] << 48 | <uint64_t>wide[5] << 32 | <uint64_t>wide[6] << 16 | wide[7]
    )
    return True


cdef inline bint read_textual(
    const uint8_t *at, const uint8_t *end, bint wide, Address *address
) noexcept nogil:
    return read_groups(at, end, address) if wide else read_dotted(at, end, address)

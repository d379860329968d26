# Numbers in the text of a table: the twin is digits.py.

cdef uint64_t MAX_U64 = <uint64_t>0xFFFFFFFFFFFFFFFF

# The value of a hex digit, 0xFF for any other byte.
cdef uint8_t[256] HEX


cdef void _fill_hex() noexcept:
    cdef int byte
    for byte in range(256):
        HEX[byte] = 0xFF
    for byte in range(10):
        HEX[<int>b'0' + byte] = <uint8_t>byte
    for byte in range(6):
        HEX[<int>b'a' + byte] = <uint8_t>(10 + byte)
        HEX[<int>b'A' + byte] = <uint8_t>(10 + byte)


_fill_hex()


cdef inline bint is_digit(uint8_t byte) noexcept nogil:
    return b'0' <= byte <= b'9'


cdef inline const uint8_t *read_hex(
    const uint8_t *at, const uint8_t *end, int digits, uint32_t *value
) noexcept nogil:
    """Exactly ``digits`` (at most 8) hex digits, else NULL."""
    cdef uint32_t number = 0
    cdef uint8_t wrong = 0
    cdef uint8_t digit
    cdef int i
    if at == NULL or end - at < digits:
        return NULL
    for i in range(digits):
        digit = HEX[at[i]]
        wrong |= digit
        number = number << 4 | (digit & 0xF)
    if wrong & 0xF0:
        return NULL
    value[0] = number
    return at + digits


cdef inline const uint8_t *read_decimal(
    const uint8_t *at, const uint8_t *end, uint64_t limit, uint64_t *value
) noexcept nogil:
    """At least one decimal digit; NULL for none, or for a number above ``limit``."""
    cdef uint64_t number = 0
    cdef uint64_t digit
    cdef const uint8_t *start = at
    if at == NULL:
        return NULL
    while at < end and is_digit(at[0]):
        digit = at[0] - <uint8_t>b'0'
        if number > (MAX_U64 - digit) // 10:
            return NULL
        number = number * 10 + digit
        at += 1
    if at == start or number > limit:
        return NULL
    value[0] = number
    return at


cdef inline const uint8_t *skip_digits(const uint8_t *at, const uint8_t *end) noexcept nogil:
    """Past at least one decimal digit, else NULL."""
    cdef const uint8_t *start = at
    if at == NULL:
        return NULL
    while at < end and is_digit(at[0]):
        at += 1
    return at if at != start else NULL

# Columns of numbers of others: the twin is columns.py.


def distinct(array.array left, array.array right):
    """The different pairs of two columns: (left, right, number of its pair for each entry)."""
    cdef Py_ssize_t n = len(left)
    cdef array.array of = array.clone(U32, n, False)
    cdef array.array lefts, rights
    cdef uint32_t *a = u32(left)
    cdef uint32_t *b = u32(right)
    cdef uint32_t *number = u32(of)
    cdef Map map
    cdef Py_ssize_t i
    cdef uint64_t at
    cdef bint enough = True
    map.slots = NULL
    try:
        if not map_make(&map, 1024):
            raise MemoryError
        with nogil:
            for i in range(n):
                number[i] = map_number(&map, a[i], b[i])
                if number[i] == NONE:
                    enough = False
                    break
        if not enough:
            raise MemoryError
        lefts = array.clone(U32, map.used, False)
        rights = array.clone(U32, map.used, False)
        for at in range(map.mask + 1):
            if map.slots[at].value != NONE:
                u32(lefts)[map.slots[at].value] = <uint32_t>map.slots[at].a
                u32(rights)[map.slots[at].value] = <uint32_t>map.slots[at].b
    finally:
        map_free(&map)
    return lefts, rights, of


def take(array.array values, array.array numbers):
    """``values[n]`` for each n of ``numbers``; values are 32-bit signed."""
    cdef Py_ssize_t n = len(numbers)
    cdef array.array taken = array.clone(I32, n, False)
    cdef int32_t *value = i32(values)
    cdef int32_t *out = i32(taken)
    cdef uint32_t *number = u32(numbers)
    cdef uint32_t size = <uint32_t>len(values)
    cdef Py_ssize_t i
    cdef bint inside = True
    with nogil:
        for i in range(n):
            if number[i] >= size:
                inside = False
                break
            out[i] = value[number[i]]
    if not inside:
        raise IndexError("a number is not one of the values")
    return taken


def mark(array.array numbers, bytearray flags, array.array of=None):
    """Set to 1 the flag n, or ``of[n]``, for each n of ``numbers``."""
    cdef Py_ssize_t n = len(numbers)
    cdef uint32_t *flag_of = NULL if of is None else u32(of)
    cdef uint32_t *number = u32(numbers)
    cdef uint32_t at
    cdef uint8_t *flag = flags
    cdef uint32_t size = <uint32_t>len(flags)
    cdef Py_ssize_t i
    with nogil:
        for i in range(n):
            at = number[i] if flag_of == NULL else flag_of[number[i]]
            if at < size:
                flag[at] = 1

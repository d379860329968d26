# Lists of numbers as columns: the twin is naturals.py.


def naturals(list values):
    """The values as a column of 64-bit numbers; None where one of them is no such number."""
    cdef Py_ssize_t n = len(values)
    cdef array.array column = array.clone(U64, n, False)
    cdef uint64_t *number = <uint64_t *>column.data.as_ulonglongs
    cdef Py_ssize_t i
    try:
        for i in range(n):
            if not PyLong_CheckExact(values[i]):
                return None
            number[i] = values[i]
    except OverflowError:
        return None
    return column

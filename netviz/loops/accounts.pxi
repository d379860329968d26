# What became of the sockets, counted: the twin is accounts.py.


def account(candidates, array.array target, bytearray in_pair):
    """Count every candidate: ``in_pair[i]`` is 1 where it has its other end, else why not."""
    cdef Py_ssize_t n = len(candidates)
    cdef const uint8_t *joined = in_pair
    cdef int32_t *there = i32(target)
    cdef uint8_t *state = u8(candidates.state)
    cdef uint32_t *owner = u32(candidates.owner)
    cdef Py_ssize_t n_joined = 0, recent = 0, external = 0, ambiguous = 0, attempt = 0
    cdef Py_ssize_t unmatched = 0, unowned = 0
    cdef Py_ssize_t i
    with nogil:
        for i in range(n):
            if not owner[i] and state[i] != TIME_WAIT:
                unowned += 1
            if joined[i]:
                n_joined += 1
            elif state[i] == TIME_WAIT:
                recent += 1
            elif there[i] == NOBODY:
                external += 1
            elif there[i] == AMBIGUOUS:
                ambiguous += 1
            elif state[i] == SYN_SENT:
                attempt += 1
            else:
                unmatched += 1
    return Account(n_joined, recent, external, ambiguous, attempt, unmatched, unowned)


def left_over(array.array target, bytearray in_pair):
    """The candidates that are not joined: those with a target, those with an ambiguous one."""
    cdef Py_ssize_t n = len(target)
    cdef int32_t *there = i32(target)
    cdef const uint8_t *joined = in_pair
    cdef array.array targeted = array.clone(U32, n, False)
    cdef array.array ambiguous = array.clone(U32, n, False)
    cdef uint32_t *out = u32(targeted)
    cdef uint32_t *out_ambiguous = u32(ambiguous)
    cdef Py_ssize_t i, taken = 0, doubted = 0
    if len(in_pair) != n:
        raise ValueError("there is a flag for every candidate")
    with nogil:
        for i in range(n):
            if joined[i]:
                continue
            if there[i] >= 0:
                out[taken] = <uint32_t>i
                taken += 1
            elif there[i] == AMBIGUOUS:
                out_ambiguous[doubted] = <uint32_t>i
                doubted += 1
    array.resize(targeted, taken)
    array.resize(ambiguous, doubted)
    return targeted, ambiguous

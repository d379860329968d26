# cython: language_level=3
"""What the compiled loops of the join take of the compiled parser: whole tables, without the GIL."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t


cdef struct Bad:
    Py_ssize_t count
    const uint8_t *first
    Py_ssize_t first_length


cdef struct InetRoom:
    uint64_t *local_hi
    uint64_t *local_lo
    uint64_t *remote_hi
    uint64_t *remote_lo
    uint16_t *local_port
    uint16_t *remote_port
    uint8_t *state
    uint32_t *uid
    uint64_t *inode
    Py_ssize_t size


cdef Py_ssize_t about_inet_sockets(const uint8_t *at, Py_ssize_t length, bint wide) noexcept nogil

cdef Py_ssize_t most_inet_sockets(const uint8_t *at, Py_ssize_t length, bint wide) noexcept nogil

cdef Py_ssize_t read_inet_table(
    const uint8_t *at, const uint8_t *end, bint big_endian, bint wide, const InetRoom *room, Bad *bad
) noexcept nogil

cdef str first_bad(const Bad *bad)

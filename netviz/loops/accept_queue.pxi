# Which sockets wait in an accept queue.


cdef inline bint waits(uint8_t state) noexcept nogil:
    """Whether a socket without inode in this state waits to be accepted."""
    return state == ESTABLISHED or state == SYN_RECV or state == CLOSE_WAIT

# The entries of conntrack that translate: the twin is translations.py.


def translating(entries):
    """The entries with ports whose reply does not mirror their original."""
    cdef Py_ssize_t n = len(entries)
    cdef array.array numbers = array.clone(U32, n, False)
    cdef uint32_t *out = u32(numbers)
    cdef uint8_t *has_ports = u8(entries.has_ports)
    cdef uint64_t *source_hi = u64(entries.original_source_hi)
    cdef uint64_t *source_lo = u64(entries.original_source_lo)
    cdef uint64_t *destination_hi = u64(entries.original_destination_hi)
    cdef uint64_t *destination_lo = u64(entries.original_destination_lo)
    cdef uint16_t *source_port = u16(entries.original_source_port)
    cdef uint16_t *destination_port = u16(entries.original_destination_port)
    cdef uint64_t *back_source_hi = u64(entries.reply_source_hi)
    cdef uint64_t *back_source_lo = u64(entries.reply_source_lo)
    cdef uint64_t *back_destination_hi = u64(entries.reply_destination_hi)
    cdef uint64_t *back_destination_lo = u64(entries.reply_destination_lo)
    cdef uint16_t *back_source_port = u16(entries.reply_source_port)
    cdef uint16_t *back_destination_port = u16(entries.reply_destination_port)
    cdef Py_ssize_t i
    cdef Py_ssize_t found = 0
    with nogil:
        for i in range(n):
            if has_ports[i] and (
                source_hi[i] != back_destination_hi[i]
                or source_lo[i] != back_destination_lo[i]
                or source_port[i] != back_destination_port[i]
                or destination_hi[i] != back_source_hi[i]
                or destination_lo[i] != back_source_lo[i]
                or destination_port[i] != back_source_port[i]
            ):
                out[found] = <uint32_t>i
                found += 1
    array.resize(numbers, found)
    return numbers

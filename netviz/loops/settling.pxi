# From the texts of tables to sockets: the twin is settling.py.

# The first columns of ConnectedColumns.
cdef tuple CONNECTED = (U32, U64, U64, U16, U16, U8, U32, U64, U32)


cdef inline uint64_t tuple_hash(
    uint64_t local_hi, uint64_t local_lo, uint64_t remote_hi, uint64_t remote_lo,
    uint64_t ports, uint64_t inode,
) noexcept nogil:
    return spread(
        product(local_hi, &SECRETS[0]) + product(local_lo, &SECRETS[2])
        + product(remote_hi, &SECRETS[4]) + product(remote_lo, &SECRETS[6])
        + product(ports, &SECRETS[8]) + product(inode, &SECRETS[10])
    )


cdef struct ConnectedRoom:
    uint64_t *remote_hi
    uint64_t *remote_lo
    uint64_t *inode
    uint32_t *local
    uint32_t *uid
    uint32_t *owner
    uint16_t *local_port
    uint16_t *remote_port
    uint8_t *state
    Py_ssize_t size


# A table on its way from text to sockets. What is parsed is in one piece of memory, of which only the
# bound sockets are left in the end; connected sockets go where they stay. There is room for ``most``.
cdef struct Table:
    const uint8_t *text
    Py_ssize_t length
    bint wide
    Py_ssize_t most
    bint is_full
    Bad bad
    void *parsed_memory
    InetRoom parsed
    uint32_t *owner
    ConnectedRoom connected
    Map locals_
    Map served


cdef list connected_columns(Table *table):
    """Columns of a table for as many connected sockets as there may be, and room in it for them."""
    cdef Py_ssize_t most = table.most
    cdef ConnectedRoom *room = &table.connected
    cdef list columns = [array.clone(kind, most, False) for kind in CONNECTED]
    room.local = u32(columns[0])
    room.remote_hi = u64(columns[1])
    room.remote_lo = u64(columns[2])
    room.local_port = u16(columns[3])
    room.remote_port = u16(columns[4])
    room.state = u8(columns[5])
    room.uid = u32(columns[6])
    room.inode = u64(columns[7])
    room.owner = u32(columns[8])
    room.size = 0
    return columns


cdef bint table_read(Table *table, bint big_endian) noexcept nogil:
    """Parse the text. False where there is no memory."""
    cdef Py_ssize_t most = table.most
    cdef InetRoom *room = &table.parsed
    table.parsed_memory = malloc(<size_t>most * (5 * 8 + 2 * 4 + 2 * 2 + 1))
    if table.parsed_memory == NULL:
        return False
    room.local_hi = <uint64_t *>table.parsed_memory
    room.local_lo = room.local_hi + most
    room.remote_hi = room.local_lo + most
    room.remote_lo = room.remote_hi + most
    room.inode = room.remote_lo + most
    room.uid = <uint32_t *>(room.inode + most)
    table.owner = room.uid + most
    room.local_port = <uint16_t *>(table.owner + most)
    room.remote_port = room.local_port + most
    room.state = <uint8_t *>(room.remote_port + most)
    room.size = most
    room.size = read_inet_table(
        table.text, table.text + table.length, big_endian, table.wide, room, &table.bad
    )
    table.is_full = room.size == most
    return True


cdef bint is_repeat(const InetRoom *parsed, Py_ssize_t i, uint32_t *seen, uint64_t mask) noexcept nogil:
    """Whether the tuple and inode of socket i were ``seen``, a hash set; else they are from now on."""
    cdef uint64_t at = mask & tuple_hash(
        parsed.local_hi[i], parsed.local_lo[i], parsed.remote_hi[i], parsed.remote_lo[i],
        <uint64_t>parsed.local_port[i] << 16 | parsed.remote_port[i], parsed.inode[i],
    )
    cdef Py_ssize_t j
    while seen[at]:
        j = seen[at] - 1
        if (
            parsed.inode[i] == parsed.inode[j] and parsed.local_lo[i] == parsed.local_lo[j]
            and parsed.remote_lo[i] == parsed.remote_lo[j]
            and parsed.local_port[i] == parsed.local_port[j]
            and parsed.remote_port[i] == parsed.remote_port[j]
            and parsed.local_hi[i] == parsed.local_hi[j]
            and parsed.remote_hi[i] == parsed.remote_hi[j]
        ):
            return True
        at = (at + 1) & mask
    seen[at] = <uint32_t>(i + 1)
    return False


cdef bint table_part(Table *table, uint8_t *listening, uint32_t *seen, uint64_t mask) noexcept nogil:
    """Part connected sockets from bound ones. False where there is no memory.

    ``listening`` has a flag for each port, ``seen`` is an empty hash set.
    """
    cdef InetRoom *parsed = &table.parsed
    cdef ConnectedRoom *connected = &table.connected
    cdef Py_ssize_t n = parsed.size
    cdef Py_ssize_t bounds = 0
    cdef Py_ssize_t i, k
    cdef uint32_t number
    for i in range(n):
        if parsed.state[i] == LISTEN:
            listening[parsed.local_port[i]] = 1
    for i in range(n):
        if is_repeat(parsed, i, seen, mask):
            continue
        if parsed.state[i] == LISTEN or parsed.remote_port[i] == 0:
            # From the end of a column that connected sockets fill from its start: together they
            # are never more than there is room for.
            connected.local[n - 1 - bounds] = <uint32_t>i
            bounds += 1
            continue
        number = map_number(&table.locals_, parsed.local_hi[i], parsed.local_lo[i])
        if number == NONE:
            return False
        k = connected.size
        connected.local[k] = number
        connected.remote_hi[k] = parsed.remote_hi[i]
        connected.remote_lo[k] = parsed.remote_lo[i]
        connected.local_port[k] = parsed.local_port[i]
        connected.remote_port[k] = parsed.remote_port[i]
        connected.state[k] = parsed.state[i]
        connected.uid[k] = parsed.uid[i]
        connected.inode[k] = parsed.inode[i]
        connected.owner[k] = table.owner[i]
        connected.size += 1
        if table.owner[i] and listening[parsed.local_port[i]]:
            if not count_end(&table.served, parsed.local_port[i], table.owner[i]):
                return False
    for k in range(bounds):  # now that nothing will be compared with them
        i = connected.local[n - 1 - k]
        parsed.local_hi[k] = parsed.local_hi[i]
        parsed.local_lo[k] = parsed.local_lo[i]
        parsed.remote_hi[k] = parsed.remote_hi[i]
        parsed.remote_lo[k] = parsed.remote_lo[i]
        parsed.local_port[k] = parsed.local_port[i]
        parsed.remote_port[k] = parsed.remote_port[i]
        parsed.state[k] = parsed.state[i]
        parsed.uid[k] = parsed.uid[i]
        parsed.inode[k] = parsed.inode[i]
        table.owner[k] = table.owner[i]
    parsed.size = bounds
    return True


cdef bint table_settle(Table *table, bint big_endian, InodeOwners owners) noexcept nogil:
    """From text to sockets, if there is room for all. False where there is no memory."""
    cdef uint64_t size = 16
    cdef uint8_t *listening
    cdef uint32_t *seen
    cdef bint enough
    if not table_read(table, big_endian):
        return False
    if table.is_full:
        return True
    owners.own(table.parsed.inode, table.owner, table.parsed.size)
    if not map_make(&table.locals_, 16) or not map_make(&table.served, 16):
        return False
    while size < <uint64_t>table.parsed.size * 2:
        size *= 2
    listening = <uint8_t *>calloc(65536, 1)
    seen = <uint32_t *>calloc(size, sizeof(uint32_t))
    enough = listening != NULL and seen != NULL and table_part(table, listening, seen, size - 1)
    free(listening)
    free(seen)
    return enough


cdef list table_again(Table *table, bint big_endian, InodeOwners owners):
    """The columns of a table that had more sockets than there was room for."""
    cdef bint enough
    free(table.parsed_memory)
    table.parsed_memory = NULL
    table.bad = Bad(0, NULL, 0)
    table.most = most_inet_sockets(table.text, table.length, table.wide) + 1
    cdef list columns = connected_columns(table)
    with nogil:
        enough = table_settle(table, big_endian, owners)
    if not enough:
        raise MemoryError
    return columns


cdef void table_free(Table *table) noexcept:
    free(table.parsed_memory)
    map_free(&table.locals_)
    map_free(&table.served)


cdef array.array column_of(array.array kind, const void *values, Py_ssize_t n):
    cdef array.array column = array.clone(kind, n, False)
    if n:
        memcpy(column.data.as_voidptr, values, n * column.ob_descr.itemsize)
    return column


cdef object settled_of(Table *table, list connected):
    cdef InetRoom *bound = &table.parsed
    cdef Py_ssize_t bounds = bound.size
    cdef uint64_t at
    cdef dict served = {}
    cdef array.array column
    for column in connected:
        array.resize(column, table.connected.size)
    for at in range(table.served.mask + 1):
        if table.served.slots[at].value != NONE:
            served[(table.served.slots[at].a, table.served.slots[at].b)] = (
                table.served.slots[at].value
            )
    return Settled(
        ConnectedColumns(*connected, *addresses_of(&table.locals_)),
        InetColumns(
            column_of(U64, bound.local_hi, bounds),
            column_of(U64, bound.local_lo, bounds),
            column_of(U64, bound.remote_hi, bounds),
            column_of(U64, bound.remote_lo, bounds),
            column_of(U16, bound.local_port, bounds),
            column_of(U16, bound.remote_port, bounds),
            column_of(U8, bound.state, bounds),
            column_of(U32, bound.uid, bounds),
            column_of(U64, bound.inode, bounds),
            BadLines(table.bad.count, first_bad(&table.bad)),
        ),
        column_of(U32, table.owner, bounds),
        served,
    )


def settle(list tables, bint big_endian, InodeOwners owners not None):
    """Parse tables, and part their connected sockets from bound ones; repeats are left out."""
    cdef Py_ssize_t count = len(tables)
    cdef Py_ssize_t k
    cdef bint enough = True
    cdef list columns = []
    cdef Table *work = <Table *>calloc(count + 1, sizeof(Table))
    if work == NULL:
        raise MemoryError
    try:
        for k in range(count):
            text, wide = tables[k]
            work[k].text = <const uint8_t *>PyUnicode_AsUTF8AndSize(text, &work[k].length)
            work[k].wide = wide
            work[k].most = about_inet_sockets(work[k].text, work[k].length, wide)
            columns.append(connected_columns(&work[k]))
        owners.be_asked()
        # All in one piece: to get the interpreter back from another thread may take longer than a
        # table does.
        with nogil:
            for k in range(count):
                if not table_settle(&work[k], big_endian, owners):
                    enough = False
                    break
        if not enough:
            raise MemoryError
        for k in range(count):
            if work[k].is_full:
                columns[k] = table_again(&work[k], big_endian, owners)
        return [settled_of(&work[k], columns[k]) for k in range(count)]
    finally:
        for k in range(count):
            table_free(&work[k])
        free(work)

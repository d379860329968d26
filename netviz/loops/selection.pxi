# The sockets whose other end may be in the group: the twin is selection.py.


def select(
    table, AddressTable known, bytearray listening, bint with_recent, uint8_t proto,
    Dialled dialled, uint16_t first_port, array.array of=None,
):
    """Find the sockets whose remote address the group owns; count the others."""
    cdef Py_ssize_t n = len(table)
    cdef uint64_t *remote_hi = u64(table.remote_hi)
    cdef uint64_t *remote_lo = u64(table.remote_lo)
    cdef uint16_t *local_port = u16(table.local_port)
    cdef uint16_t *remote_port = u16(table.remote_port)
    cdef uint8_t *state = u8(table.state)
    cdef uint64_t *inode = u64(table.inode)
    cdef uint32_t *owner = u32(table.owner)
    cdef const uint8_t *listens = listening
    cdef uint32_t *key = NULL if of is None else u32(of)
    cdef uint32_t keys = <uint32_t>len(listening)
    cdef array.array inner = array.clone(U32, n, False)
    cdef array.array remote = array.clone(U32, n, False)
    cdef uint32_t *inner_at = u32(inner)
    cdef uint32_t *number_at = u32(remote)
    cdef Py_ssize_t chosen = 0, external = 0, recent = 0, unowned = 0
    cdef list unaccepted = []
    cdef uint32_t number
    cdef Py_ssize_t i
    cdef bint enough = True
    if of is None and keys != 65536:
        raise ValueError("there are 65536 ports")
    if of is not None:
        if len(of) != n:
            raise IndexError("it is not known of every socket whether it is below a listener")
        for i in range(n):
            if key[i] >= keys:
                raise IndexError("it is not known of every socket whether it is below a listener")
    with nogil:
        for i in range(n):
            if state[i] == TIME_WAIT and not with_recent:
                recent += 1
                continue
            number = known.known_number(remote_hi[i], remote_lo[i])
            if number == NONE and is_loopback(remote_hi[i], remote_lo[i]):
                with gil:
                    number = known.number(remote_hi[i], remote_lo[i])
            if number != NONE:
                inner_at[chosen] = <uint32_t>i
                number_at[chosen] = number
                chosen += 1
                continue
            if state[i] == TIME_WAIT:
                recent += 1
                continue
            external += 1
            if not owner[i]:
                unowned += 1
                if not inode[i] and waits(state[i]):
                    with gil:
                        unaccepted.append(i)
            if listens[local_port[i] if key == NULL else key[i]]:
                continue
            if not is_single(remote_hi[i], remote_lo[i]):
                continue
            if (
                local_port[i] < first_port
                and remote_port[i] >= FIRST_OF_CLIENTS
                and state[i] != SYN_SENT
            ):
                continue  # a server whose listener is gone
            if not dialled.count(proto, remote_hi[i], remote_lo[i], remote_port[i]):
                enough = False
                break
    if not enough:
        raise MemoryError
    array.resize(inner, chosen)
    array.resize(remote, chosen)
    return Selection(inner, remote, external, recent, unowned, array.array("I", unaccepted))


def gather(
    into, Py_ssize_t base, table, array.array inner, array.array remote, array.array local,
    uint32_t namespace, uint8_t proto,
):
    """Put the selected sockets of a table at ``base``."""
    cdef Py_ssize_t n = len(inner)
    cdef array.array namespaces = into.namespace
    cdef array.array protos = into.proto
    cdef array.array locals_ = into.local
    cdef array.array remotes = into.remote
    cdef array.array local_ports = into.local_port
    cdef array.array remote_ports = into.remote_port
    cdef array.array states = into.state
    cdef array.array inodes = into.inode
    cdef array.array owners = into.owner
    for column in (
        namespaces, protos, locals_, remotes, local_ports, remote_ports, states, inodes, owners
    ):
        if base < 0 or base + n > len(column):
            raise IndexError(f"{n} sockets at {base} do not fit into {len(column)}")
    cdef uint32_t *inner_at = u32(inner)
    cdef uint32_t *number = u32(remote)
    cdef uint32_t *number_of = u32(local)
    cdef uint32_t *t_local = u32(table.local)
    cdef uint16_t *t_local_port = u16(table.local_port)
    cdef uint16_t *t_remote_port = u16(table.remote_port)
    cdef uint8_t *t_state = u8(table.state)
    cdef uint64_t *t_inode = u64(table.inode)
    cdef uint32_t *t_owner = u32(table.owner)
    cdef uint32_t *o_namespace = u32(namespaces) + base
    cdef uint8_t *o_proto = u8(protos) + base
    cdef uint32_t *o_local = u32(locals_) + base
    cdef uint32_t *o_remote = u32(remotes) + base
    cdef uint16_t *o_local_port = u16(local_ports) + base
    cdef uint16_t *o_remote_port = u16(remote_ports) + base
    cdef uint8_t *o_state = u8(states) + base
    cdef uint64_t *o_inode = u64(inodes) + base
    cdef uint32_t *o_owner = u32(owners) + base
    cdef Py_ssize_t i
    cdef uint32_t r
    with nogil:
        for i in range(n):
            r = inner_at[i]
            o_namespace[i] = namespace
            o_proto[i] = proto
            o_local[i] = number_of[t_local[r]]
            o_remote[i] = number[i]
            o_local_port[i] = t_local_port[r]
            o_remote_port[i] = t_remote_port[r]
            o_state[i] = t_state[r]
            o_inode[i] = t_inode[r]
            o_owner[i] = t_owner[r]

# The samples of one machine as one: the twin is samples.py.

cdef enum:
    WAITING = 0
    HELD = 1
    LEAVING = 2


cdef class Sightings:
    """Sets of samples, by number: each is an earlier one with one more sample; 0 is empty."""

    cdef Map _numbers
    cdef array.array _parents  # of set n at n - 1
    cdef array.array _samples

    def __cinit__(self):
        if not map_make(&self._numbers, 16):
            raise MemoryError
        self._parents = array.array("I")
        self._samples = array.array("I")

    def __dealloc__(self):
        map_free(&self._numbers)

    cdef inline uint32_t number(self, uint32_t sightings, uint32_t sample) noexcept nogil:
        """The set with one more sample. NONE without memory."""
        cdef uint32_t found
        if sightings and u32(self._samples)[sightings - 1] == sample:
            return sightings
        found = map_number(&self._numbers, sightings, sample)
        if found == NONE:
            return NONE
        if found == <uint32_t>Py_SIZE(self._samples):
            with gil:
                array.resize_smart(self._parents, found + 1)
                array.resize_smart(self._samples, found + 1)
            u32(self._parents)[found] = sightings
            u32(self._samples)[found] = sample
        return found + 1

    def add(self, uint32_t sightings, uint32_t sample):
        """The set ``sightings`` with ``sample``, which may be the one that was added last."""
        if sightings > <uint32_t>len(self._samples):
            raise IndexError("there is no set of that number")
        cdef uint32_t found = self.number(sightings, sample)
        if found == NONE:
            raise MemoryError
        return found

    def samples(self, uint32_t sightings):
        """The samples of a set, the one that was added last first."""
        cdef list found = []
        if sightings > <uint32_t>len(self._samples):
            raise IndexError("there is no set of that number")
        while sightings:
            found.append(u32(self._samples)[sightings - 1])
            sightings = u32(self._parents)[sightings - 1]
        return found


cdef inline uint8_t phase(uint8_t state, uint64_t inode) noexcept nogil:
    if inode:
        return HELD
    return WAITING if waits(state) else LEAVING


cdef inline uint8_t progress(uint8_t state) noexcept nogil:
    """What a connection counts as that several samples saw in different states: the greatest."""
    if state == ESTABLISHED or state == CLOSE_WAIT:
        return 4
    if state == FIN_WAIT1 or state == FIN_WAIT2 or state == LAST_ACK or state == CLOSING:
        return 3
    if state == TIME_WAIT:
        return 2
    return 1 if state == SYN_SENT or state == SYN_RECV else 0


def unite(tables, samples, ranks, Sightings sightings):
    """The sockets of all tables of a namespace, each connection once, and who saw it."""
    cdef array.array local = array.array("I"), remote_hi = array.array("Q")
    cdef array.array remote_lo = array.array("Q"), local_port = array.array("H")
    cdef array.array remote_port = array.array("H"), state = array.array("B")
    cdef array.array uid = array.array("I"), inode = array.array("Q")
    cdef array.array owner = array.array("I"), seen = array.array("i")
    cdef array.array phases = array.array("B"), owner_rank = array.array("I")
    cdef array.array state_rank = array.array("I")
    cdef array.array last = array.array("I")  # the latest connection of each tuple
    cdef array.array here, locals_hi, locals_lo
    cdef Map locals_, remotes, tuples, inodes
    cdef Slot *slot
    cdef uint32_t *t_local
    cdef uint64_t *t_remote_hi
    cdef uint64_t *t_remote_lo
    cdef uint16_t *t_local_port
    cdef uint16_t *t_remote_port
    cdef uint8_t *t_state
    cdef uint32_t *t_uid
    cdef uint64_t *t_inode
    cdef uint32_t *t_owner
    cdef uint32_t sample, rank, remote, number, known, found, tuple_
    cdef uint64_t used
    cdef uint32_t count = 0
    cdef Py_ssize_t n, i
    cdef uint8_t now, before_, after
    cdef bint leaving, closed
    cdef bint enough = True
    locals_.slots = NULL
    remotes.slots = NULL
    tuples.slots = NULL
    inodes.slots = NULL
    try:
        if (
            not map_make(&locals_, 16) or not map_make(&remotes, 1024)
            or not map_make(&tuples, 1024) or not map_make(&inodes, 1024)
        ):
            raise MemoryError
        for table, sample, rank in zip(tables, samples, ranks):
            n = len(table)
            here = array.clone(U32, len(table.locals_hi), False)
            for i in range(len(here)):
                number = map_number(&locals_, table.locals_hi[i], table.locals_lo[i])
                if number == NONE:
                    raise MemoryError
                u32(here)[i] = number
            for column in (
                local, remote_hi, remote_lo, local_port, remote_port, state, uid, inode, owner,
                seen, phases, owner_rank, state_rank, last,
            ):
                array.resize_smart(column, count + n)
            t_local = u32(table.local)
            t_remote_hi = u64(table.remote_hi)
            t_remote_lo = u64(table.remote_lo)
            t_local_port = u16(table.local_port)
            t_remote_port = u16(table.remote_port)
            t_state = u8(table.state)
            t_uid = u32(table.uid)
            t_inode = u64(table.inode)
            t_owner = u32(table.owner)
            with nogil:
                # What leaves was there before what has its tuple now.
                for leaving in (True, False):
                    for i in range(n):
                        now = phase(t_state[i], t_inode[i])
                        if (now == LEAVING) != leaving:
                            continue
                        number = u32(here)[t_local[i]]
                        remote = map_number(&remotes, t_remote_hi[i], t_remote_lo[i])
                        used = tuples.used
                        tuple_ = map_number(
                            &tuples,
                            <uint64_t>number << 32 | remote,
                            <uint64_t>t_local_port[i] << 16 | t_remote_port[i],
                        )
                        if remote == NONE or tuple_ == NONE:
                            enough = False
                            break
                        known = u32(last)[tuple_] if tuples.used == used else NONE
                        found = NONE
                        if now == LEAVING:
                            found = known
                        elif now == HELD:
                            found = map_get(&inodes, t_inode[i], tuple_)
                        if now != LEAVING and found == NONE and known != NONE:
                            if u8(phases)[known] == WAITING:
                                found = known
                        if found == NONE:
                            found = count
                            count += 1
                            u32(local)[found] = number
                            u64(remote_hi)[found] = t_remote_hi[i]
                            u64(remote_lo)[found] = t_remote_lo[i]
                            u16(local_port)[found] = t_local_port[i]
                            u16(remote_port)[found] = t_remote_port[i]
                            u8(state)[found] = t_state[i]
                            u32(uid)[found] = t_uid[i]
                            u64(inode)[found] = t_inode[i]
                            u32(owner)[found] = t_owner[i]
                            u32(owner_rank)[found] = rank
                            u32(state_rank)[found] = rank
                            number = sightings.number(0, sample)
                        else:
                            closed = (
                                t_state[i] == TIME_WAIT and u8(state)[found] != TIME_WAIT
                            )
                            if t_owner[i] and (
                                not u32(owner)[found] or rank < u32(owner_rank)[found]
                            ):
                                u32(owner)[found] = t_owner[i]
                                u32(owner_rank)[found] = rank
                            before_ = progress(u8(state)[found])
                            after = progress(t_state[i])
                            if after > before_ or (
                                after == before_ and rank < u32(state_rank)[found]
                            ):
                                u8(state)[found] = t_state[i]
                                u32(uid)[found] = t_uid[i]
                                u32(state_rank)[found] = rank
                            if not u64(inode)[found]:
                                u64(inode)[found] = t_inode[i]
                            number = u32(seen)[found]
                            if not closed:
                                number = sightings.number(number, sample)
                        if number == NONE:
                            enough = False
                            break
                        u32(seen)[found] = number
                        u8(phases)[found] = now
                        u32(last)[tuple_] = found
                        if t_inode[i]:
                            slot = map_slot(&inodes, t_inode[i], tuple_)
                            if slot.value == NONE and not map_put(
                                &inodes, slot, t_inode[i], tuple_, found
                            ):
                                enough = False
                                break
                    if not enough:
                        break
            if not enough:
                raise MemoryError
        locals_hi, locals_lo = addresses_of(&locals_)
    finally:
        map_free(&locals_)
        map_free(&remotes)
        map_free(&tuples)
        map_free(&inodes)
    for column in (
        local, remote_hi, remote_lo, local_port, remote_port, state, uid, inode, owner, seen
    ):
        array.resize(column, count)
    return ConnectedColumns(
        local, remote_hi, remote_lo, local_port, remote_port, state, uid, inode, owner, locals_hi,
        locals_lo, seen,
    )

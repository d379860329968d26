# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: cdivision=True, freethreading_compatible=True
"""The compiled loops over single sockets: the exact twin of ``_pyjoin.py``, which documents them.

Columns are read and written through their buffers, without the GIL. Every number that indexes a
column comes from this module or from the Fleet, never from a snapshot.
"""

from cpython cimport array
from cpython.unicode cimport PyUnicode_AsUTF8AndSize
from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset

from netviz._fastparse cimport (
    Bad,
    InetRoom,
    about_inet_sockets,
    first_bad,
    most_inet_sockets,
    read_inet_table,
)

import array
import os
import struct

from netviz.loop_results import Account, End, Folded, Selection, Settled
from netviz.tables import BadLines, ConnectedColumns, InetColumns

IMPLEMENTATION = "compiled"

# The numbers of netviz/tables.py, netviz/join/kinds.py and netviz/addresses.py.
cdef enum:
    ESTABLISHED = 0x01
    SYN_SENT = 0x02
    SYN_RECV = 0x03
    FIN_WAIT1 = 0x04
    FIN_WAIT2 = 0x05
    TIME_WAIT = 0x06
    CLOSE_WAIT = 0x08
    LAST_ACK = 0x09
    LISTEN = 0x0A
    CLOSING = 0x0B
    RECIPROCAL = 0
    QUEUED = 2
    RECENT = 5
    NOBODY = -1
    AMBIGUOUS = -2
    SHOWN_SAMPLES = 5
    SHOWN_MISSING = 100
    WAITING = 0
    HELD = 1
    LEAVING = 2

cdef uint32_t NONE = 0xFFFFFFFF
cdef uint64_t MAPPED = <uint64_t>0xFFFF << 32

cdef array.array U8 = array.array("B")
cdef array.array U16 = array.array("H")
cdef array.array I32 = array.array("i")
cdef array.array U32 = array.array("I")
cdef array.array U64 = array.array("Q")

# The first columns of ConnectedColumns.
cdef tuple CONNECTED = (U32, U64, U64, U16, U16, U8, U32, U64, U32)


cdef inline uint8_t *u8(array.array column) noexcept nogil:
    return <uint8_t *>column.data.as_uchars


cdef inline uint16_t *u16(array.array column) noexcept nogil:
    return <uint16_t *>column.data.as_ushorts


cdef inline int32_t *i32(array.array column) noexcept nogil:
    return <int32_t *>column.data.as_ints


cdef inline uint32_t *u32(array.array column) noexcept nogil:
    return <uint32_t *>column.data.as_uints


cdef inline uint64_t *u64(array.array column) noexcept nogil:
    return <uint64_t *>column.data.as_ulonglongs


# Other numbers in each process: whoever wrote a snapshot cannot know which of its keys would fall
# into one slot, and so cannot make every look-up walk past all of them.
cdef uint32_t[12] SECRETS
SECRETS = struct.unpack("=12I", os.urandom(48))


cdef inline uint64_t product(uint64_t word, const uint32_t *secrets) noexcept nogil:
    """A term of NH, a universal hash (Black and others, UMAC, 1999): of two different keys the sums
    of such products, with two secrets for each word, are equal for one in four billion secrets
    at most."""
    return <uint64_t>(<uint32_t>word + secrets[0]) * <uint32_t>(<uint32_t>(word >> 32) + secrets[1])


cdef inline uint64_t spread(uint64_t h) noexcept nogil:
    """The finalizer of splitmix64."""
    h = (h ^ h >> 30) * <uint64_t>0xBF58476D1CE4E5B9
    h = (h ^ h >> 27) * <uint64_t>0x94D049BB133111EB
    return h ^ h >> 31


cdef inline uint64_t mix(uint64_t a, uint64_t b) noexcept nogil:
    """Spread a key of 128 bits over 64."""
    return spread(product(a, &SECRETS[0]) + product(b, &SECRETS[2]))


def slot_hash(uint64_t a, uint64_t b):
    """Where in a hash map a key would go, before it is cut to the size of the map."""
    return mix(a, b)


# A hash map of 128-bit keys to 32-bit values, by open addressing; a value of NONE is a free slot.

cdef struct Slot:
    uint64_t a
    uint64_t b
    uint32_t value


cdef struct Map:
    Slot *slots
    uint64_t mask
    uint64_t used


cdef bint map_make(Map *map, uint64_t expected) noexcept nogil:
    """An empty map with room for ``expected`` keys. False where there is no memory."""
    cdef uint64_t size = 16
    cdef uint64_t i
    while size < expected * 2:
        size *= 2
    map.slots = <Slot *>calloc(size, sizeof(Slot))
    map.mask = size - 1
    map.used = 0
    if map.slots == NULL:
        return False
    for i in range(size):
        map.slots[i].value = NONE
    return True


cdef void map_free(Map *map) noexcept nogil:
    free(map.slots)
    map.slots = NULL


cdef inline Slot *map_slot(const Map *map, uint64_t a, uint64_t b) noexcept nogil:
    """The slot of a key, or the free one where it would go."""
    cdef uint64_t at = mix(a, b) & map.mask
    while map.slots[at].value != NONE and (map.slots[at].a != a or map.slots[at].b != b):
        at = (at + 1) & map.mask
    return &map.slots[at]


cdef inline uint32_t map_get(const Map *map, uint64_t a, uint64_t b) noexcept nogil:
    return map_slot(map, a, b).value


cdef bint map_put(Map *map, Slot *slot, uint64_t a, uint64_t b, uint32_t value) noexcept nogil:
    """Fill the free ``slot`` that ``map_slot`` gave for this key. False without memory."""
    cdef Map larger
    cdef uint64_t i
    cdef Slot *old
    slot.a = a
    slot.b = b
    slot.value = value
    map.used += 1
    if map.used * 2 <= map.mask + 1:
        return True
    if not map_make(&larger, map.mask + 1):
        return False
    for i in range(map.mask + 1):
        old = &map.slots[i]
        if old.value != NONE:
            map_slot(&larger, old.a, old.b)[0] = old[0]
    larger.used = map.used
    free(map.slots)
    map[0] = larger
    return True


cdef uint32_t map_number(Map *map, uint64_t a, uint64_t b) noexcept nogil:
    """The number of a key: its place among the different keys so far. NONE without memory."""
    cdef Slot *slot = map_slot(map, a, b)
    cdef uint32_t number
    if slot.value != NONE:
        return slot.value
    number = <uint32_t>map.used
    return number if map_put(map, slot, a, b, number) else NONE


cdef tuple addresses_of(const Map *numbers):
    """The keys of a map of addresses in the order of their numbers: the two halves of each."""
    cdef array.array hi = array.clone(U64, numbers.used, False)
    cdef array.array lo = array.clone(U64, numbers.used, False)
    cdef uint64_t at
    cdef uint32_t number
    for at in range(numbers.mask + 1):
        number = numbers.slots[at].value
        if number != NONE:
            u64(hi)[number] = numbers.slots[at].a
            u64(lo)[number] = numbers.slots[at].b
    return hi, lo


cdef class InodeOwners:
    """Which owner holds each inode, in one sample."""

    cdef Map _owners
    cdef bytearray _listed  # one flag per slot of the map
    cdef uint8_t *_flags  # of them
    cdef uint64_t _asked_for  # how many of them are set

    def __cinit__(self, uint64_t expected=64):
        if not map_make(&self._owners, expected):
            raise MemoryError
        self._listed = bytearray()
        self._asked_for = 0

    def __dealloc__(self):
        map_free(&self._owners)

    def add(self, owners, inodes):
        """Each of ``owners`` holds the inodes at its place in ``inodes``; gives
        (inode, owner, other owner) for those that another one held already."""
        cdef list held = []
        cdef uint32_t owner
        for owner, its in zip(owners, inodes, strict=True):
            if not isinstance(its, array.array) or its.typecode != "Q":
                its = array.array("Q", its)
            self.hold(owner, its, held)
        return held

    cdef int hold(self, uint32_t owner, array.array inodes, list held) except -1:
        cdef uint64_t *inode_at = u64(inodes)
        cdef uint64_t inode
        cdef Slot *slot
        cdef Py_ssize_t i
        for i in range(len(inodes)):
            inode = inode_at[i]
            if not inode:
                continue
            slot = map_slot(&self._owners, inode, 0)
            if slot.value == NONE:
                if not map_put(&self._owners, slot, inode, 0, owner):
                    raise MemoryError
            elif slot.value != owner:
                held.append((inode, owner, slot.value))
        return 0

    def replace(self, uint64_t inode, uint32_t owner):
        cdef Slot *slot = map_slot(&self._owners, inode, 0)
        if slot.value == NONE:
            if not map_put(&self._owners, slot, inode, 0, owner):
                raise MemoryError
        else:
            slot.value = owner

    def find(self, array.array inodes):
        """The owner of each inode, 0 for none; inode 0 is never held. They count as listed."""
        cdef Py_ssize_t n = len(inodes)
        cdef array.array found = array.clone(U32, n, False)
        self.be_asked()
        self.own(u64(inodes), u32(found), n)
        return found

    cdef int be_asked(self) except -1:
        """Has to be called before ``own``, whenever others were added."""
        if <uint64_t>len(self._listed) != self._owners.mask + 1:
            self._listed = bytearray(self._owners.mask + 1)
            self._asked_for = 0
        self._flags = self._listed
        return 0

    cdef void own(self, const uint64_t *inode, uint32_t *owner, Py_ssize_t n) noexcept nogil:
        """Find the owner of each inode. They count as listed."""
        cdef Py_ssize_t i
        cdef uint8_t *flag
        cdef Slot *slot
        for i in range(n):
            owner[i] = 0
            if inode[i]:
                slot = map_slot(&self._owners, inode[i], 0)
                if slot.value != NONE:
                    owner[i] = slot.value
                    flag = self._flags + (slot - self._owners.slots)
                    self._asked_for += not flag[0]
                    flag[0] = 1

    def unlisted(self):
        """How many held inodes were never asked for."""
        return self._owners.used - self._asked_for


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


cdef inline bint is_loopback(uint64_t hi, uint64_t lo) noexcept nogil:
    return hi == 0 and (lo == 1 or lo >> 24 == (MAPPED >> 24 | 127))


# A set of 16-bit numbers that keys are cut to: of most keys it tells that a map has them not, for a
# fraction of what looking them up takes.

cdef struct Cuts:
    uint64_t bits[1024]


cdef inline void note(Cuts *cuts, uint16_t cut) noexcept nogil:
    cuts.bits[cut >> 6] |= <uint64_t>1 << (cut & 63)


cdef inline bint has(const Cuts *cuts, uint16_t cut) noexcept nogil:
    return cuts.bits[cut >> 6] >> (cut & 63) & 1


cdef inline uint16_t cut_address(uint64_t hi, uint64_t lo) noexcept nogil:
    cdef uint64_t folded = hi ^ lo
    return <uint16_t>(folded ^ folded >> 16 ^ folded >> 32 ^ folded >> 48)


cdef class AddressTable:
    """Numbers for the addresses that matter: those of the group, loopback as it is met."""

    cdef Map _numbers
    cdef Cuts _cuts
    cdef readonly list addresses

    def __cinit__(self):
        memset(&self._cuts, 0, sizeof(Cuts))
        if not map_make(&self._numbers, 1024):
            raise MemoryError
        self.addresses = []

    def __dealloc__(self):
        map_free(&self._numbers)

    def __len__(self):
        return len(self.addresses)

    cdef uint32_t number(self, uint64_t hi, uint64_t lo) except? 0xFFFFFFFF:
        cdef uint32_t number = map_number(&self._numbers, hi, lo)
        if number == NONE:
            raise MemoryError
        if number == <uint32_t>len(self.addresses):
            self.addresses.append((<object>hi) << 64 | lo)
            note(&self._cuts, cut_address(hi, lo))
        return number

    cdef inline uint32_t known_number(self, uint64_t hi, uint64_t lo) noexcept nogil:
        """The number of an address, or NONE."""
        if not has(&self._cuts, cut_address(hi, lo)):
            return NONE
        return map_get(&self._numbers, hi, lo)

    def add(self, address):
        """The number of ``address``, a new one if it has none."""
        return self.number(address >> 64, address & 0xFFFFFFFFFFFFFFFF)

    def find(self, address):
        """The number of ``address``, or -1."""
        cdef uint64_t hi = address >> 64
        cdef uint64_t lo = address & 0xFFFFFFFFFFFFFFFF
        cdef uint32_t number = self.known_number(hi, lo)
        return -1 if number == NONE else number


cdef inline bint waits(uint8_t state) noexcept nogil:
    """Whether a socket without inode in this state waits to be accepted."""
    return state == ESTABLISHED or state == SYN_RECV or state == CLOSE_WAIT


cdef struct Asked:
    uint64_t hi
    uint64_t lo
    uint32_t proto
    uint32_t port
    uint32_t sockets


cdef inline bint asked_more(const Asked *one, const Asked *other) noexcept nogil:
    """Whether an end comes before another: more sockets, then the smaller end."""
    if one.sockets != other.sockets:
        return one.sockets > other.sockets
    if one.proto != other.proto:
        return one.proto < other.proto
    if one.hi != other.hi:
        return one.hi < other.hi
    if one.lo != other.lo:
        return one.lo < other.lo
    return one.port < other.port


cdef class Dialled:
    """How many sockets dial which end that nobody owns; a protocol is a number here."""

    cdef Map _addresses
    cdef Map _ends

    def __cinit__(self):
        self._addresses.slots = NULL
        self._ends.slots = NULL
        if not map_make(&self._addresses, 64) or not map_make(&self._ends, 64):
            raise MemoryError

    def __dealloc__(self):
        map_free(&self._addresses)
        map_free(&self._ends)

    cdef bint count(self, uint64_t proto, uint64_t hi, uint64_t lo, uint16_t port) noexcept nogil:
        """Count one more socket. False without memory."""
        cdef uint32_t number = map_number(&self._addresses, hi, lo)
        return number != NONE and count_end(&self._ends, number, proto << 16 | port)

    def add(self, uint8_t proto, address, uint16_t port):
        if not self.count(proto, address >> 64, address & 0xFFFFFFFFFFFFFFFF, port):
            raise MemoryError

    def most(self):
        """The (protocol, address, port, sockets) with most sockets, 100 at most."""
        cdef Asked most[SHOWN_MISSING]
        cdef Asked one
        cdef Py_ssize_t taken = 0, spot
        cdef uint64_t at
        cdef Slot *slot
        cdef Slot **address_of = <Slot **>malloc((self._addresses.used + 1) * sizeof(Slot *))
        if address_of == NULL:
            raise MemoryError
        with nogil:
            for at in range(self._addresses.mask + 1):
                slot = &self._addresses.slots[at]
                if slot.value != NONE:
                    address_of[slot.value] = slot
            for at in range(self._ends.mask + 1):
                slot = &self._ends.slots[at]
                if slot.value == NONE:
                    continue
                one.hi = address_of[slot.a].a
                one.lo = address_of[slot.a].b
                one.proto = <uint32_t>(slot.b >> 16)
                one.port = <uint32_t>(slot.b & 0xFFFF)
                one.sockets = slot.value
                if taken == SHOWN_MISSING:
                    if not asked_more(&one, &most[taken - 1]):
                        continue
                    taken -= 1
                spot = taken
                while spot > 0 and asked_more(&one, &most[spot - 1]):
                    most[spot] = most[spot - 1]
                    spot -= 1
                most[spot] = one
                taken += 1
        free(address_of)
        return [
            (
                most[spot].proto,
                (<object>most[spot].hi) << 64 | most[spot].lo,
                most[spot].port,
                most[spot].sockets,
            )
            for spot in range(taken)
        ]


def select(
    table, AddressTable known, bytearray listening, bint with_recent, uint8_t proto, Dialled dialled
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
    cdef array.array rows = array.clone(U32, n, False)
    cdef array.array remote = array.clone(U32, n, False)
    cdef uint32_t *row = u32(rows)
    cdef uint32_t *number_at = u32(remote)
    cdef Py_ssize_t chosen = 0, external = 0, recent = 0, unowned = 0
    cdef list unaccepted = []
    cdef uint32_t number
    cdef Py_ssize_t i
    cdef bint enough = True
    if len(listening) != 65536:
        raise ValueError("there are 65536 ports")
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
                row[chosen] = <uint32_t>i
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
            if not listens[local_port[i]] and not dialled.count(
                proto, remote_hi[i], remote_lo[i], remote_port[i]
            ):
                enough = False
                break
    if not enough:
        raise MemoryError
    array.resize(rows, chosen)
    array.resize(remote, chosen)
    return Selection(rows, remote, external, recent, unowned, array.array("I", unaccepted))


cdef inline bint count_end(Map *counts, uint64_t a, uint64_t b) noexcept nogil:
    """Count one more of a key. False without memory."""
    cdef Slot *slot = map_slot(counts, a, b)
    if slot.value != NONE:
        slot.value += 1
        return True
    return map_put(counts, slot, a, b, 1)


def gather(
    into, Py_ssize_t base, table, array.array rows, array.array remote, array.array local,
    uint32_t namespace, uint8_t proto,
):
    """Put the selected sockets of a table at ``base``."""
    cdef Py_ssize_t n = len(rows)
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
    cdef uint32_t *row = u32(rows)
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
            r = row[i]
            o_namespace[i] = namespace
            o_proto[i] = proto
            o_local[i] = number_of[t_local[r]]
            o_remote[i] = number[i]
            o_local_port[i] = t_local_port[r]
            o_remote_port[i] = t_remote_port[r]
            o_state[i] = t_state[r]
            o_inode[i] = t_inode[r]
            o_owner[i] = t_owner[r]


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


cdef class ListenerTable:
    """Which listener covers an address and port of a namespace, by numbers."""

    cdef Map _listeners
    cdef Cuts _ports
    cdef uint32_t _any4
    cdef uint32_t _any6

    def __cinit__(self, uint32_t any4, uint32_t any6):
        memset(&self._ports, 0, sizeof(Cuts))
        self._any4 = any4
        self._any6 = any6
        if not map_make(&self._listeners, 256):
            raise MemoryError

    def __dealloc__(self):
        map_free(&self._listeners)

    def add(
        self, uint32_t namespace, uint8_t proto, uint16_t port, uint32_t address, uint32_t listener
    ):
        cdef uint64_t a = <uint64_t>namespace << 32 | <uint64_t>proto << 16 | port
        cdef Slot *slot = map_slot(&self._listeners, a, address)
        note(&self._ports, port)
        if slot.value != NONE:
            slot.value = listener
        elif not map_put(&self._listeners, slot, a, address, listener):
            raise MemoryError

    cdef inline int32_t covering(
        self, uint32_t namespace, uint8_t proto, uint16_t port, uint32_t address, bint ipv4
    ) noexcept nogil:
        cdef uint64_t a = <uint64_t>namespace << 32 | <uint64_t>proto << 16 | port
        cdef uint32_t found
        if not has(&self._ports, port):
            return -1
        found = map_get(&self._listeners, a, address)
        if found == NONE and ipv4:
            found = map_get(&self._listeners, a, self._any4)
        if found == NONE:
            found = map_get(&self._listeners, a, self._any6)
        return -1 if found == NONE else <int32_t>found

    def find(
        self, uint32_t namespace, uint8_t proto, uint16_t port, uint32_t address, bint ipv4
    ):
        """The listener on that address, else on the wildcard (``::`` takes IPv4 too), else -1."""
        return self.covering(namespace, proto, port, address, ipv4)


def cover(candidates, ListenerTable listeners, AddressTable known):
    """For each candidate the listener that covers its local end, or -1."""
    cdef Py_ssize_t n = len(candidates)
    cdef array.array covering = array.clone(I32, n, False)
    cdef array.array families = array.array("B", [a >> 32 == 0xFFFF for a in known.addresses])
    cdef uint8_t *ipv4 = u8(families)
    cdef uint32_t *namespace = u32(candidates.namespace)
    cdef uint8_t *proto = u8(candidates.proto)
    cdef uint16_t *port = u16(candidates.local_port)
    cdef uint32_t *local = u32(candidates.local)
    cdef int32_t *out = i32(covering)
    cdef Py_ssize_t i
    with nogil:
        for i in range(n):
            out[i] = listeners.covering(
                namespace[i], proto[i], port[i], local[i], ipv4[local[i]]
            )
    return covering


def adopt(candidates, array.array listener, array.array listener_owner):
    """Give sockets that wait in an accept queue the owner of their listener; 1 marks them."""
    cdef Py_ssize_t n = len(candidates)
    # Not of nothing: memset of a null pointer is undefined even for no bytes.
    cdef array.array queued = array.clone(U8, n, n > 0)
    cdef uint8_t *mark = u8(queued)
    cdef uint64_t *inode = u64(candidates.inode)
    cdef uint8_t *state = u8(candidates.state)
    cdef uint32_t *owner = u32(candidates.owner)
    cdef int32_t *covering = i32(listener)
    cdef uint32_t *owner_of = u32(listener_owner)
    cdef Py_ssize_t i
    with nogil:
        for i in range(n):
            if not inode[i] and waits(state[i]) and covering[i] >= 0:
                mark[i] = 1
                owner[i] = owner_of[covering[i]]
    return queued


cdef struct Tuples:
    uint32_t *namespace
    uint8_t *proto
    uint32_t *local
    uint32_t *remote
    uint16_t *local_port
    uint16_t *remote_port


cdef Tuples tuples_of(candidates):
    cdef Tuples t
    t.namespace = u32(candidates.namespace)
    t.proto = u8(candidates.proto)
    t.local = u32(candidates.local)
    t.remote = u32(candidates.remote)
    t.local_port = u16(candidates.local_port)
    t.remote_port = u16(candidates.remote_port)
    return t


cdef inline uint64_t end_hash(
    uint32_t namespace, uint8_t proto, uint32_t local, uint16_t local_port,
    uint32_t remote, uint16_t remote_port,
) noexcept nogil:
    return mix(
        <uint64_t>local << 32 | remote,
        <uint64_t>namespace << 40
        ^ (<uint64_t>proto << 32 | <uint64_t>local_port << 16 | remote_port),
    )


def match(candidates, array.array target, pairing=None):
    """Pair sockets whose tuples mirror each other, each in the namespace the other means."""
    cdef Py_ssize_t n = len(candidates)
    cdef Tuples t = tuples_of(candidates)
    cdef int32_t *there = i32(target)
    cdef uint64_t size = 16
    cdef uint64_t mask, at
    cdef uint32_t *heads = NULL
    cdef uint32_t *next_same = NULL
    cdef array.array left = array.clone(U32, n, False)
    cdef array.array right = array.clone(U32, n, False)
    cdef uint32_t *a = u32(left)
    cdef uint32_t *b = u32(right)
    cdef uint8_t *follows = NULL
    cdef Py_ssize_t pairs = 0
    cdef Py_ssize_t i, j, first
    cdef list crowded = []
    while size < <uint64_t>n * 2:
        size *= 2
    mask = size - 1
    try:
        # heads: first candidate of each tuple, plus 1; next_same: the next one with that tuple;
        # follows: whether there is a first one before it.
        heads = <uint32_t *>calloc(size, sizeof(uint32_t))
        next_same = <uint32_t *>calloc(n + 1, sizeof(uint32_t))
        follows = <uint8_t *>calloc(n + 1, 1)
        if heads == NULL or next_same == NULL or follows == NULL:
            raise MemoryError
        with nogil:
            for i in range(n):
                if there[i] < 0:
                    continue
                at = end_hash(
                    t.namespace[i], t.proto[i], t.local[i], t.local_port[i],
                    t.remote[i], t.remote_port[i],
                ) & mask
                while heads[at]:
                    j = heads[at] - 1
                    if (
                        t.local[i] == t.local[j] and t.remote[i] == t.remote[j]
                        and t.local_port[i] == t.local_port[j]
                        and t.remote_port[i] == t.remote_port[j]
                        and t.namespace[i] == t.namespace[j] and t.proto[i] == t.proto[j]
                    ):
                        next_same[i] = next_same[j]
                        next_same[j] = <uint32_t>(i + 1)
                        follows[i] = 1
                        break
                    at = (at + 1) & mask
                else:
                    heads[at] = <uint32_t>(i + 1)
            for first in range(n):
                if there[first] < 0 or follows[first]:
                    continue
                i = first
                j = find_mirrored(&t, heads, mask, i, <uint32_t>there[i])
                if j < 0 or <uint32_t>there[j] != t.namespace[i]:
                    continue
                if i == j:
                    while True:
                        a[pairs] = <uint32_t>i
                        b[pairs] = <uint32_t>i
                        pairs += 1
                        if not next_same[i]:
                            break
                        i = next_same[i] - 1
                elif i < j:
                    if next_same[i] or next_same[j]:
                        with gil:
                            crowded.append((i, j))
                    else:
                        a[pairs] = <uint32_t>i
                        b[pairs] = <uint32_t>j
                        pairs += 1
        for i, j in crowded:
            ends_of, others_of = chain(next_same, i), chain(next_same, j)
            if pairing is None:
                in_pairs = zip(
                    in_preference(candidates, ends_of), in_preference(candidates, others_of)
                )
            else:
                in_pairs = pairing(candidates, ends_of, others_of)
            for one, other in in_pairs:
                a[pairs] = one
                b[pairs] = other
                pairs += 1
    finally:
        free(heads)
        free(next_same)
        free(follows)
    array.resize(left, pairs)
    array.resize(right, pairs)
    return left, right


def find_tuples(candidates, tuples):
    """(number of the tuple, candidate) for every candidate with one of ``tuples``."""
    cdef Py_ssize_t n = len(candidates)
    cdef Tuples t = tuples_of(candidates)
    cdef Map wanted
    cdef Slot *slot
    cdef Py_ssize_t i
    cdef uint64_t local, local_port, remote, remote_port, proto
    cdef uint32_t number = 0
    cdef list found = []
    if not tuples:
        return found
    wanted.slots = NULL
    try:
        if not map_make(&wanted, len(tuples)):
            raise MemoryError
        for proto, local, local_port, remote, remote_port in tuples:
            slot = map_slot(
                &wanted, local << 32 | remote, proto << 32 | local_port << 16 | remote_port
            )
            if slot.value == NONE and not map_put(
                &wanted, slot, local << 32 | remote,
                proto << 32 | local_port << 16 | remote_port, number,
            ):
                raise MemoryError
            number += 1
        with nogil:
            for i in range(n):
                number = map_get(
                    &wanted,
                    <uint64_t>t.local[i] << 32 | t.remote[i],
                    <uint64_t>t.proto[i] << 32
                    | <uint64_t>t.local_port[i] << 16 | t.remote_port[i],
                )
                if number != NONE:
                    with gil:
                        found.append((number, i))
    finally:
        map_free(&wanted)
    return found


cdef inline Py_ssize_t find_mirrored(
    const Tuples *t, const uint32_t *heads, uint64_t mask, Py_ssize_t i, uint32_t there
) noexcept nogil:
    """The first candidate of the tuple that mirrors that of i, in namespace ``there``; or -1."""
    cdef Py_ssize_t j
    cdef uint64_t at = end_hash(
        there, t.proto[i], t.remote[i], t.remote_port[i], t.local[i], t.local_port[i]
    ) & mask
    while heads[at]:
        j = heads[at] - 1
        if (
            t.local[j] == t.remote[i] and t.remote[j] == t.local[i]
            and t.local_port[j] == t.remote_port[i] and t.remote_port[j] == t.local_port[i]
            and t.namespace[j] == there and t.proto[j] == t.proto[i]
        ):
            return j
        at = (at + 1) & mask
    return -1


cdef list chain(const uint32_t *next_same, Py_ssize_t i):
    cdef list found = [i]
    while next_same[i]:
        i = next_same[i] - 1
        found.append(i)
    return found


cdef list in_preference(candidates, list numbers):
    state, inode = candidates.state, candidates.inode
    return sorted(numbers, key=lambda i: (state[i] != ESTABLISHED, inode[i], state[i]))


def ends(candidates, array.array listener):
    """The different ends among the candidates, and the number of each candidate's."""
    cdef Py_ssize_t n = len(candidates)
    cdef array.array of = array.clone(U32, n, False)
    cdef uint32_t *namespace = u32(candidates.namespace)
    cdef uint32_t *owner = u32(candidates.owner)
    cdef uint64_t *inode = u64(candidates.inode)
    cdef int32_t *covering = i32(listener)
    cdef uint32_t *number = u32(of)
    cdef Map map
    cdef Py_ssize_t i
    cdef uint64_t at, b
    cdef bint enough = True
    cdef list found = []
    map.slots = NULL
    try:
        if not map_make(&map, 1024):
            raise MemoryError
        with nogil:
            for i in range(n):
                number[i] = map_number(
                    &map,
                    <uint64_t>namespace[i] << 32 | owner[i],
                    <uint64_t>(covering[i] + 1) << 1 | (inode[i] == 0),
                )
                if number[i] == NONE:
                    enough = False
                    break
        if not enough:
            raise MemoryError
        found = [None] * map.used
        for at in range(map.mask + 1):
            if map.slots[at].value != NONE:
                b = map.slots[at].b
                found[map.slots[at].value] = End(
                    map.slots[at].a >> 32,
                    map.slots[at].a & 0xFFFFFFFF,
                    <int32_t>(b >> 1) - 1,
                    bool(b & 1),
                )
    finally:
        map_free(&map)
    return found, of


cdef inline int ephemeral(
    uint32_t namespace, uint16_t port, const uint32_t *first, const uint32_t *last
) noexcept nogil:
    """1 where the port is in the local port range of its namespace, 0 if not, -1 if unknown."""
    if not last[namespace]:
        return -1
    return first[namespace] <= port <= last[namespace]


def orient(
    candidates, array.array left, array.array right, array.array listener,
    array.array first_port, array.array last_port,
):
    """Client, server and whether that is known (1), for each pair."""
    cdef Py_ssize_t n = len(left)
    cdef array.array client = array.clone(U32, n, False)
    cdef array.array server = array.clone(U32, n, False)
    cdef array.array directed = array.clone(U8, n, False)
    cdef uint32_t *a = u32(left)
    cdef uint32_t *b = u32(right)
    cdef int32_t *covering = i32(listener)
    cdef uint32_t *first = u32(first_port)
    cdef uint32_t *last = u32(last_port)
    cdef uint32_t *namespace = u32(candidates.namespace)
    cdef uint16_t *port = u16(candidates.local_port)
    cdef uint32_t *o_client = u32(client)
    cdef uint32_t *o_server = u32(server)
    cdef uint8_t *o_directed = u8(directed)
    cdef Py_ssize_t pair
    cdef bint listens_a, listens_b, a_serves, known
    cdef int ephemeral_a, ephemeral_b
    with nogil:
        for pair in range(n):
            listens_a = covering[a[pair]] >= 0
            listens_b = covering[b[pair]] >= 0
            a_serves = False
            known = False
            if listens_a != listens_b:
                a_serves = listens_a
                known = True
            else:
                ephemeral_a = ephemeral(namespace[a[pair]], port[a[pair]], first, last)
                ephemeral_b = ephemeral(namespace[b[pair]], port[b[pair]], first, last)
                if ephemeral_a >= 0 and ephemeral_b >= 0 and ephemeral_a != ephemeral_b:
                    a_serves = ephemeral_b == 1
                    known = True
            o_client[pair] = b[pair] if a_serves else a[pair]
            o_server[pair] = a[pair] if a_serves else b[pair]
            o_directed[pair] = known
    return client, server, directed


def kinds(candidates, array.array client, array.array server, array.array queued):
    """What kind of match each pair is: RECENT, QUEUED or RECIPROCAL."""
    cdef Py_ssize_t n = len(client)
    cdef array.array found = array.clone(U8, n, False)
    cdef uint8_t *out = u8(found)
    cdef uint32_t *c = u32(client)
    cdef uint32_t *s = u32(server)
    cdef uint8_t *state = u8(candidates.state)
    cdef uint8_t *waiting = u8(queued)
    cdef Py_ssize_t pair
    with nogil:
        for pair in range(n):
            if state[c[pair]] == TIME_WAIT or state[s[pair]] == TIME_WAIT:
                out[pair] = RECENT
            elif waiting[c[pair]] or waiting[s[pair]]:
                out[pair] = QUEUED
            else:
                out[pair] = RECIPROCAL
    return found


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


cdef struct Places:
    uint32_t *client
    uint32_t *server
    uint32_t *local
    uint16_t *port
    uint32_t *rank


cdef inline bint before(const Places *p, uint32_t one, uint32_t other) noexcept nogil:
    """Whether pair ``one`` comes before ``other`` among the samples of a flow: one server port."""
    cdef uint32_t x, y
    x = p.rank[p.local[p.client[one]]]
    y = p.rank[p.local[p.client[other]]]
    if x != y:
        return x < y
    x = p.port[p.client[one]]
    y = p.port[p.client[other]]
    if x != y:
        return x < y
    x = p.rank[p.local[p.server[one]]]
    y = p.rank[p.local[p.server[other]]]
    if x != y:
        return x < y
    return one < other


cdef array.array ranks(list texts):
    """The place of each text when they are sorted; equal texts have equal ones."""
    cdef array.array rank = array.clone(U32, len(texts), False)
    cdef dict place = {text: number for number, text in enumerate(sorted(texts))}
    cdef Py_ssize_t i
    for i in range(len(texts)):
        u32(rank)[i] = place[texts[i]]
    return rank


cdef tuple sample_of(const Places *p, list texts, uint32_t pair):
    cdef uint32_t c = p.client[pair]
    cdef uint32_t s = p.server[pair]
    return (texts[p.local[c]], p.port[c], texts[p.local[s]], p.port[s])


def fold(
    candidates, array.array client, array.array server, array.array directed, array.array kind,
    array.array place, array.array process, bint with_self, list texts,
):
    """Fold the directed pairs by (client's place, server's place, protocol, server port, kind)."""
    cdef Py_ssize_t n = len(client)
    cdef Places p
    p.client = u32(client)
    p.server = u32(server)
    p.local = u32(candidates.local)
    p.port = u16(candidates.local_port)
    cdef array.array rank = ranks(texts)
    p.rank = u32(rank)
    cdef uint8_t *known = u8(directed)
    cdef uint8_t *kind_of = u8(kind)
    cdef uint8_t *proto = u8(candidates.proto)
    cdef int32_t *where = i32(place)
    cdef int32_t *who = i32(process)
    cdef Py_ssize_t within = 0
    cdef array.array counts = array.array("I")
    cdef array.array samples = array.array("I")
    cdef Map map
    cdef Py_ssize_t pair
    cdef uint64_t a, b, at, used
    cdef uint32_t number, taken, spot
    cdef uint32_t *sample
    cdef uint32_t *count
    cdef bint enough = True
    cdef list folded = []
    map.slots = NULL
    try:
        if not map_make(&map, 1024):
            raise MemoryError
        array.resize_smart(counts, map.mask + 1)
        array.resize_smart(samples, (map.mask + 1) * SHOWN_SAMPLES)
        memset(counts.data.as_voidptr, 0, len(counts) * sizeof(uint32_t))
        with nogil:
            for pair in range(n):
                if not known[pair]:
                    continue
                if who[p.client[pair]] >= 0 and who[p.client[pair]] == who[p.server[pair]]:
                    within += 1
                    if not with_self:
                        continue
                a = (
                    <uint64_t><uint32_t>where[p.client[pair]] << 32
                    | <uint32_t>where[p.server[pair]]
                )
                b = (
                    <uint64_t>proto[p.server[pair]] << 32
                    | <uint64_t>p.port[p.server[pair]] << 8
                    | kind_of[pair]
                )
                used = map.used
                number = map_number(&map, a, b)
                if number == NONE:
                    enough = False
                    break
                if map.used != used and map.used > <uint64_t>Py_SIZE(counts):
                    with gil:
                        array.resize_smart(counts, map.used * 2)
                        array.resize_smart(samples, map.used * 2 * SHOWN_SAMPLES)
                count = u32(counts) + number
                sample = u32(samples) + number * SHOWN_SAMPLES
                if map.used != used:
                    count[0] = 0
                taken = count[0] if count[0] < SHOWN_SAMPLES else SHOWN_SAMPLES
                count[0] += 1
                if taken == SHOWN_SAMPLES:
                    if not before(&p, <uint32_t>pair, sample[taken - 1]):
                        continue
                    taken -= 1
                spot = taken
                while spot > 0 and before(&p, <uint32_t>pair, sample[spot - 1]):
                    sample[spot] = sample[spot - 1]
                    spot -= 1
                sample[spot] = <uint32_t>pair
        if not enough:
            raise MemoryError
        for at in range(map.mask + 1):
            number = map.slots[at].value
            if number == NONE:
                continue
            a = map.slots[at].a
            b = map.slots[at].b
            taken = min(u32(counts)[number], <uint32_t>SHOWN_SAMPLES)
            sample = u32(samples) + number * SHOWN_SAMPLES
            folded.append(
                Folded(
                    a >> 32, a & 0xFFFFFFFF, b >> 32, b >> 8 & 0xFFFF, b & 0xFF,
                    u32(counts)[number],
                    tuple([sample_of(&p, texts, sample[spot]) for spot in range(taken)]),
                )
            )
    finally:
        map_free(&map)
    return folded, within


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


cdef extern from "Python.h":
    Py_ssize_t Py_SIZE(object) nogil

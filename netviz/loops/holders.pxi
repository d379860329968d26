# Who holds which socket of a sample: the twin is holders.py.


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

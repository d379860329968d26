# Columns are arrays: how their values are reached without the GIL.

cdef array.array U8 = array.array("B")
cdef array.array U16 = array.array("H")
cdef array.array I32 = array.array("i")
cdef array.array U32 = array.array("I")
cdef array.array U64 = array.array("Q")

cdef extern from "Python.h":
    Py_ssize_t Py_SIZE(object) nogil


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

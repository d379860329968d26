# The lines of a table, and those that are no sockets: the twin is lines.py.

cdef enum:
    MAX_SHOWN = 200

# Below these lengths a table of internet or unix sockets is read, or the lines of any are counted,
# without letting another thread run: to get the interpreter back from it takes longer.
cdef Py_ssize_t SMALL = 1 << 16
cdef Py_ssize_t LARGE = 1 << 22


cdef struct Line:
    const uint8_t *start
    const uint8_t *end


cdef inline bint is_blank(uint8_t byte) noexcept nogil:
    return byte == b' ' or byte == b'\t'


cdef inline const uint8_t *skip_blanks(const uint8_t *at, const uint8_t *end) noexcept nogil:
    """Past any blanks."""
    while at < end and is_blank(at[0]):
        at += 1
    return at


cdef inline const uint8_t *need_blanks(const uint8_t *at, const uint8_t *end) noexcept nogil:
    """Past at least one blank, else NULL."""
    if at == NULL or at >= end or not is_blank(at[0]):
        return NULL
    return skip_blanks(at + 1, end)


cdef inline const uint8_t *skip_token(const uint8_t *at, const uint8_t *end) noexcept nogil:
    """Past at least one byte that is no blank, and the blanks behind; else NULL."""
    if at == NULL or at >= end or is_blank(at[0]):
        return NULL
    while at < end and not is_blank(at[0]):
        at += 1
    return need_blanks(at, end)


cdef inline bint next_line(const uint8_t **at, const uint8_t *end, Line *line) noexcept nogil:
    """The line at ``at``, which moves past its newline. False at the end of the text."""
    cdef const uint8_t *newline
    if at[0] == NULL:
        return False
    line.start = at[0]
    newline = <const uint8_t *>memchr(at[0], b'\n', end - at[0]) if at[0] < end else NULL
    if newline == NULL:
        line.end = end
        at[0] = NULL
    else:
        line.end = newline
        at[0] = newline + 1
    return True


cdef bint holds(Line line, const char *word, Py_ssize_t length) noexcept nogil:
    """Whether ``word`` stands anywhere in the line."""
    cdef const uint8_t *at = line.start
    while line.end - at >= length:
        at = <const uint8_t *>memchr(at, word[0], line.end - at - length + 1)
        if at == NULL:
            return False
        if memcmp(at, word, length) == 0:
            return True
        at += 1
    return False


cdef void count_bad(
    Bad *bad, Line line, bint first_line, const char *header_word, Py_ssize_t length
) noexcept nogil:
    """Count a line that is no socket, unless it is blank or the header."""
    if skip_blanks(line.start, line.end) == line.end:
        return
    if first_line and holds(line, header_word, length):
        return
    bad.count += 1
    if bad.count == 1:
        bad.first = line.start
        bad.first_length = min(line.end - line.start, <Py_ssize_t>MAX_SHOWN)


cdef str first_bad(const Bad *bad):
    """The first bad line; empty where there is none."""
    if not bad.count:
        return ""
    return (<const char *>bad.first)[: bad.first_length].decode("utf-8", "replace")


cdef object report_bad(object columns, Bad *bad):
    """Put the count, and the first bad line, where the columns have them."""
    columns.bad.count = bad.count
    columns.bad.first = first_bad(bad)


cdef Py_ssize_t most_sockets(const uint8_t *at, Py_ssize_t length, Py_ssize_t shortest) noexcept:
    """An upper bound of the number of lines that can be sockets."""
    cdef Py_ssize_t most
    if length < LARGE:
        return count_lines(at, at + length, length // shortest + 1)
    with nogil:
        most = count_lines(at, at + length, length // shortest + 1)
    return most


cdef Py_ssize_t count_lines(
    const uint8_t *at, const uint8_t *end, Py_ssize_t most
) noexcept nogil:
    cdef Py_ssize_t lines = 1
    while at < end and lines < most:
        at = <const uint8_t *>memchr(at, b'\n', end - at)
        if at == NULL:
            break
        lines += 1
        at += 1
    return lines

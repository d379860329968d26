"""The tables of SCTP: /proc/net/sctp/assocs and /proc/net/sctp/eps (net/sctp/proc.c).

Ports are decimal here and addresses are text; a ``*`` marks the primary one. Which columns there
are depends on the kernel, so they are taken by the names in the header, and what stands after the
addresses is not read. Not compiled: machines have thousands of associations, not millions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from netviz.addresses import parse_address
from netviz.parsers.lines import MAX_SHOWN
from netviz.tables import UNKNOWN_UID, BadLines

# enum sctp_state, include/linux/sctp.h and include/net/sctp/constants.h
CLOSED = 0
COOKIE_WAIT = 1
COOKIE_ECHOED = 2
ESTABLISHED = 3

LISTENING = 10
"""The state of a socket (SST) that listens: TCP_LISTEN."""

ONE_TO_ONE = "2"
"""The style of a socket (STY): SCTP_SOCKET_TCP."""

ASSOCIATION_COLUMNS = "ASSOC SOCK STY SST ST HBKT ASSOC-ID TX_QUEUE RX_QUEUE UID INODE LPORT RPORT"
ENDPOINT_COLUMNS = "ENDPT SOCK STY SST HBKT LPORT UID INODE"
"""The columns before the addresses, where a table has no header."""

MOST_ADDRESSES = 0xFFFF // 8
"""How many addresses one chunk of SCTP can tell of (RFC 9260: IPv4 parameters of 8 bytes)."""

LONGEST_LINE = 2 * 48 * MOST_ADDRESSES
"""As many addresses on both sides, of 48 characters each: longer ones are not taken apart."""

MAX_PORT = 0xFFFF
MAX_INODE = 2**64 - 1


class Association(NamedTuple):
    """One association; the primary address of each side comes first.

    ``state`` is that of the association (ST). ``waits`` says that it is not accepted yet: until
    then an association of the one-to-one style belongs to the socket that listens.
    """

    identity: str
    local: tuple[int, ...]
    remote: tuple[int, ...]
    local_port: int
    remote_port: int
    state: int
    waits: bool
    uid: int
    inode: int


class Endpoint(NamedTuple):
    """One endpoint: a bound socket with all its addresses."""

    addresses: tuple[int, ...]
    port: int
    state: int
    uid: int
    inode: int


def parse_associations(text: str) -> tuple[list[Association], BadLines]:
    """The associations of a table, and its lines that are none."""
    found = []
    bad = BadLines()
    for line, columns, addresses in _lines(text, ASSOCIATION_COLUMNS, "ASSOC", bad):
        try:
            arrow = addresses.index("<->")
            association = Association(
                columns.get("ASSOC-ID", ""),
                _addresses(addresses[:arrow]),
                _addresses(_leading_addresses(addresses[arrow + 1 :])),
                _number(columns["LPORT"], MAX_PORT),
                _number(columns["RPORT"], MAX_PORT),
                _number(columns["ST"], 255),
                columns.get("STY") == ONE_TO_ONE and columns.get("SST") == str(LISTENING),
                _uid(columns),
                _number(columns.get("INODE", "0"), MAX_INODE),
            )
        except (KeyError, ValueError):
            _count(bad, line)
        else:
            found.append(association)
    return found, bad


def parse_endpoints(text: str) -> tuple[list[Endpoint], BadLines]:
    """The endpoints of a table, and its lines that are none.

    An endpoint may stand on several lines, each with some of its addresses.
    """
    found: dict[tuple[str | None, Endpoint], dict[int, None]] = {}
    bad = BadLines()
    for line, columns, words in _lines(text, ENDPOINT_COLUMNS, "ENDPT", bad):
        try:
            addresses = _addresses(words)
            endpoint = Endpoint(
                (),
                _number(columns["LPORT"], MAX_PORT),
                _number(columns["SST"], 255),
                _uid(columns),
                _number(columns.get("INODE", "0"), MAX_INODE),
            )
        except (KeyError, ValueError):
            _count(bad, line)
            continue
        found.setdefault((columns.get("ENDPT"), endpoint), {}).update(dict.fromkeys(addresses))
    return [
        endpoint._replace(addresses=tuple(addresses)) for (_, endpoint), addresses in found.items()
    ], bad


def _lines(
    text: str, usual: str, first: str, bad: BadLines
) -> Iterator[tuple[str, dict[str, str], list[str]]]:
    """Each line, its columns by name, and the words from the addresses on."""
    names = usual.split()
    for number, line in enumerate(text.split("\n")):
        if len(line) > LONGEST_LINE:
            _count(bad, line)
            continue
        words = [word for word in line.replace("\t", " ").split(" ") if word]
        if not words:
            continue
        if number == 0 and words[0] == first:
            names = words[: words.index("LADDRS")] if "LADDRS" in words else names
            continue
        if len(words) < len(names):
            _count(bad, line)
            continue
        columns = dict(zip(names, words, strict=False))
        yield line, columns, words[len(names) :]


def _addresses(words: Sequence[str]) -> tuple[int, ...]:
    """The addresses, each once, the primary one first. ValueError for a word that is none."""
    if not 0 < len(words) <= MOST_ADDRESSES:
        raise ValueError(f"{len(words)} addresses")
    ordered = sorted(words, key=lambda word: not word.startswith("*"))
    return tuple(dict.fromkeys(_address(word) for word in ordered))


def _leading_addresses(words: Sequence[str]) -> list[str]:
    """The words up to the first one that is no address: numbers follow the addresses."""
    leading = []
    for word in words:
        if "." not in word and ":" not in word:
            break
        leading.append(word)
    return leading


def _address(word: str) -> int:
    bare = word.removeprefix("*")
    if "/" in bare or "%" in bare or not bare.isascii():
        raise ValueError(f"{word!r} is no address")
    return parse_address(bare)


def _uid(columns: Mapping[str, str]) -> int:
    """The uid; old kernels print large ones as negative numbers."""
    word = columns.get("UID", str(UNKNOWN_UID))
    if word.startswith("-"):
        return 2**32 - _number(word[1:], 2**31)
    return _number(word, UNKNOWN_UID)


def _number(word: str, most: int) -> int:
    if not (word.isascii() and word.isdecimal()) or len(word) > 20 or int(word) > most:
        raise ValueError(f"{word!r} is no number up to {most}")
    return int(word)


def _count(bad: BadLines, line: str) -> None:
    if not bad.count:
        bad.first = line[:MAX_SHOWN]
    bad.count += 1

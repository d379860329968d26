"""Inputs made of others, from a seed: for machines without a fuzzer that is guided by coverage."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

_WORDS = (
    *(
        b"\n",
        b"\0",
        b" ",
        b"\t",
        b'"',
        b"\\",
        b"<",
        b">",
        b"&",
        b"=",
        b"]",
        b"\xff",
        b"\xed\xa0\x80",
    ),
    *(b"\xe2\x80\xae", b"\xf0\x9f\x98\x80", b"18446744073709551616", b"-1", b"1e400", b"\\u0000"),
    *(b"00000000", b"null", b"{}", b"[]", b"%", b"/", b"..", b"::"),
)


def mutated(seeds: Sequence[bytes], chance: random.Random) -> Iterator[bytes]:
    """Inputs without an end, the same for the same ``chance``."""
    while True:
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.choice((1, 1, 2, 4, 9))):
            _change(data, seeds, chance)
        yield bytes(data)


def _change(data: bytearray, seeds: Sequence[bytes], chance: random.Random) -> None:
    at = chance.randint(0, len(data))
    end = at + chance.choice((0, 1, 1, 4, 30))
    action = chance.randrange(6)
    if action == 0:
        data[at:end] = bytes([chance.randrange(256)])
    elif action == 1:
        data[at:end] = b""
    elif action == 2:
        data[at:end] = chance.choice(_WORDS)
    elif action == 3:
        data[at:at] = data[at:end] * chance.choice((1, 2, 50))
    elif action == 4 and at < len(data):
        data[at] ^= 1 << chance.randrange(8)
    else:
        other = chance.choice(seeds)
        start = chance.randint(0, len(other))
        data[at:end] = other[start : start + chance.choice((4, 40, 400))]

"""Answers of a kernel over netlink, made by the tests, and a socket that gives them."""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterable


def attribute(kind: int, value: bytes) -> bytes:
    """One attribute, padded as the kernel does."""
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def message(kind: int, payload: bytes) -> bytes:
    """One message of a dump, padded as the kernel does."""
    header = struct.pack("=IHHII", 16 + len(payload), kind, 2, 1, 0)
    return header + payload + bytes(-len(payload) % 4)


class AnsweringSocket:
    """Stands in for a netlink socket: gives one of ``answers`` after the other, then none in time.

    ``flags`` are those that recvmsg(2) gives with each.
    """

    def __init__(self, answers: Iterable[bytes], flags: int = 0) -> None:
        self._answers, self._flags = iter(answers), flags

    def __enter__(self) -> AnsweringSocket:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def settimeout(self, _: float) -> None:
        pass

    def send(self, _: bytes) -> None:
        pass

    def recvmsg(self, _: int) -> tuple[bytes, list[object], int, None]:
        answer = next(self._answers, None)
        if answer is None:
            raise TimeoutError(errno.ETIMEDOUT, "timed out")
        return answer, [], self._flags, None

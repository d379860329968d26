"""What answers over netlink come to: those of a kernel, and such as no kernel gives."""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Callable

import pytest
from netlink_answers import AnsweringSocket, attribute, message

from netviz.capture import interfaces
from netviz.capture.netlink import NETLINK_ROUTE, dump
from netviz.capture.rtnetlink import interface_addresses
from netviz.capture.unix_diag import UnixSockets

ERROR, DONE, DATA = 2, 3, 16


END = message(DONE, struct.pack("=i", 0))


Answering = Callable[..., None]


@pytest.fixture
def kernel_answers(monkeypatch: pytest.MonkeyPatch) -> Answering:
    """Lets the kernel answer with these, whatever it is asked."""

    def answering(*answers: bytes, flags: int = 0) -> None:
        given = iter(answers)
        monkeypatch.setattr(socket, "socket", lambda *_: AnsweringSocket(given, flags))

    return answering


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        (message(ERROR, struct.pack("=i", -errno.EPERM)), errno.EPERM),
        (message(DONE, struct.pack("=i", -errno.ENOBUFS)), errno.ENOBUFS),
        (message(ERROR, struct.pack("=i", 5)), errno.EBADMSG),
        (message(ERROR, struct.pack("=i", -100_000)), errno.EBADMSG),
        (b"", errno.EBADMSG),
    ],
)
def test_a_refusal_is_an_error(kernel_answers: Answering, answer: bytes, number: int) -> None:
    kernel_answers(answer)
    with pytest.raises(OSError) as refused:
        list(dump(NETLINK_ROUTE, DATA, b""))
    assert refused.value.errno == number


def test_an_answer_that_is_cut_is_an_error(kernel_answers: Answering) -> None:
    kernel_answers(message(DATA, b"abcd") + END, flags=socket.MSG_TRUNC)
    with pytest.raises(OSError) as refused:
        list(dump(NETLINK_ROUTE, DATA, b""))
    assert refused.value.errno == errno.EBADMSG


def test_what_follows_a_message_without_a_length_is_in_the_next_answer(
    kernel_answers: Answering,
) -> None:
    broken = struct.pack("=IHHII", 3, DATA, 2, 1, 0)
    kernel_answers(message(DATA, b"1234") + broken + message(DATA, b"lost"), END)
    assert list(dump(NETLINK_ROUTE, DATA, b"")) == [b"1234"]


def test_what_is_no_address_is_passed_over(kernel_answers: Answering) -> None:
    def told(family: int, prefix: int, address: bytes) -> bytes:
        header = struct.pack("=BBBBI", family, prefix, 0, 0, 1)
        return message(DATA, header + attribute(1, address))

    kernel_answers(
        message(DATA, b"short")
        + told(socket.AF_INET, 33, bytes([10, 0, 0, 9]))
        + told(socket.AF_INET6, 24, bytes([10, 0, 0, 9]))
        + told(99, 24, bytes([10, 0, 0, 9]))
        + told(socket.AF_INET, 24, bytes([10, 0, 0, 1])),
        END,
    )
    assert list(interface_addresses()) == ["10.0.0.1/24"]


def test_what_is_no_interface_is_passed_over(kernel_answers: Answering) -> None:
    def told(index: int, *attributes: bytes) -> bytes:
        return message(DATA, struct.pack("=BxHiII", 0, 1, index, 0, 0) + b"".join(attributes))

    kernel_answers(message(DATA, b"short") + told(1) + told(2, attribute(3, b"eth0\0")), END)
    assert interfaces._asked() == {2: b"eth0"}


def test_what_is_no_unix_socket_is_passed_over(kernel_answers: Answering) -> None:
    def told(inode: int, kind: int, value: bytes) -> bytes:
        header = struct.pack("=BBBBIII", 1, 1, 1, 0, inode, 0, 0)
        return message(DATA, header + attribute(kind, value))

    peers = message(DATA, b"short") + told(7, 2, struct.pack("=I", 8)) + told(9, 2, b"cut")
    queue = told(5, 3, struct.pack("=III", 0, 21, 22) + b"cut")
    kernel_answers(peers, END, queue, END)
    found = UnixSockets()
    found.ask()
    assert list(found.peers) == [7, 8, 21, 5, 22, 5]

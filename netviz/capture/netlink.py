"""Asking the kernel for a dump over netlink: requests, replies and their attributes.

The socket belongs to the network namespace of the thread that makes it. Messages are in the byte
order of the machine (netlink(7)). Each message and each attribute is a length, a type and a
payload, padded to four bytes.
"""

import errno
import os
import socket
import struct
from typing import Iterator, Tuple

NETLINK_ROUTE = 0
NETLINK_SOCK_DIAG = 4
NETLINK_NETFILTER = 12

_AF_NETLINK = 16
_REQUEST_DUMP = 0x301  # NLM_F_REQUEST | NLM_F_ROOT | NLM_F_MATCH
_ERROR = 2
_DONE = 3
_HEADER = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")
_NUMBER = struct.Struct("=i")
_MOST_ERRORS = 4096  # MAX_ERRNO, include/linux/err.h
_TYPE_MASK = 0x3FFF  # without NLA_F_NESTED and NLA_F_NET_BYTEORDER

_BUFFER = 1 << 17
_SECONDS = 10


def dump(protocol: int, message_type: int, request: bytes) -> Iterator[bytes]:
    """The payload of every message that answers a dump request; OSError as the kernel says."""
    with socket.socket(_AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, protocol) as link:
        link.settimeout(_SECONDS)
        length = _HEADER.size + len(request)
        link.send(_HEADER.pack(length, message_type, _REQUEST_DUMP, 1, 0) + request)
        while True:
            received, _, flags, _ = link.recvmsg(_BUFFER)
            if not received or flags & socket.MSG_TRUNC:
                raise OSError(errno.EBADMSG, os.strerror(errno.EBADMSG))
            for kind, payload in _messages(received):
                if kind in (_ERROR, _DONE):
                    _raise_failure(payload)
                    return
                yield payload


def _messages(received: bytes) -> Iterator[Tuple[int, bytes]]:
    start = 0
    while start + _HEADER.size <= len(received):
        length, kind, _, _, _ = _HEADER.unpack_from(received, start)
        if length < _HEADER.size:
            return
        yield kind, received[start + _HEADER.size : start + length]
        start += (length + 3) & ~3


def _raise_failure(payload: bytes) -> None:
    """An error message, or the end of a dump, begins with a negative errno or zero."""
    code = _NUMBER.unpack_from(payload)[0] if len(payload) >= _NUMBER.size else 0
    if code:
        number = -code if -_MOST_ERRORS < code < 0 else errno.EBADMSG
        raise OSError(number, os.strerror(number))


def attributes(payload: bytes, start: int = 0) -> Iterator[Tuple[int, bytes]]:
    """(type, value) of each attribute from offset ``start`` on; a cut one ends it."""
    while start + _ATTRIBUTE.size <= len(payload):
        length, kind = _ATTRIBUTE.unpack_from(payload, start)
        if length < _ATTRIBUTE.size or start + length > len(payload):
            return
        yield kind & _TYPE_MASK, payload[start + _ATTRIBUTE.size : start + length]
        start += (length + 3) & ~3

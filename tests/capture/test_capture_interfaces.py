"""The names of interfaces: asked of the kernel, else read from text."""

from __future__ import annotations

import socket

import pytest

from netviz.capture.interfaces import _asked, parse_igmp

IGMP = b"""Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter
1\tlo        :     1      V3
\t\t\t\t010000E0     1 0:00000000\t\t0
2\teth0      :     2      V3
\t\t\t\tFB0000E0     1 0:00000000\t\t0
14\tbr-0a1b2c3:     1      V3
"""


def test_the_kernel_tells_what_the_library_tells() -> None:
    assert {i: name.decode() for i, name in _asked().items()} == dict(socket.if_nameindex())


def test_igmp_lists_interfaces_and_groups() -> None:
    assert parse_igmp(IGMP.split(b"\n")) == {1: b"lo", 2: b"eth0", 14: b"br-0a1b2c3"}


@pytest.mark.parametrize("text", [b"", b"\n\n", b"Idx\tDevice\n", b"x\ty\n", b"7\n", b"-1\tlo\n"])
def test_whatever_else_is_no_interface(text: bytes) -> None:
    assert parse_igmp(text.split(b"\n")) == {}

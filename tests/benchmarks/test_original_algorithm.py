"""The rendition of the original's algorithm finds the connections that netviz finds."""

from __future__ import annotations

from collections import Counter

from fleet import Fleet, Shape
from original_join import decoded_end, join


def test_kernel_digits_become_addresses() -> None:
    assert decoded_end("0100007F:1F90") == "127.0.0.1:8080"
    assert decoded_end("B80D0120000000000000000001000000:0050") == "2001:db8::1:80"
    assert decoded_end("0000000000000000FFFF00000100007F:0050") == "127.0.0.1:80"


def test_it_finds_what_is_planted() -> None:
    shape = Shape(hosts=3, sockets=100, edges=6, services=3, workers=1, idle=1)
    fleet = Fleet(shape)
    planted: Counter[tuple[str, str]] = Counter()
    for (client, called, server, serving, _), count in fleet.flows().items():
        ends = sorted((f"{client}/{called}", f"{server}/{serving}"))
        planted[ends[0], ends[1]] += count
    assert join(fleet.documents()) == planted

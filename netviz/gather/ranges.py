"""Ranges in the host names of an Ansible inventory: ``web[01:50]``, ``db-[a:f]``, ``[1:9:2]``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netviz.errors import NetvizError
from netviz.gather.host import MOST_HOSTS

_RANGE = re.compile(r"\[(\d+|[A-Za-z]):(\d+|[A-Za-z])(?::(\d+))?\]")


def expanded(pattern: str) -> list[str]:
    """Every name that ``pattern`` stands for, itself where it has no range. Raises NetvizError."""
    found = _RANGE.search(pattern)
    if found is None:
        return [pattern]
    before, after = pattern[: found.start()], pattern[found.end() :]
    rests = expanded(after)
    names = [
        before + value + rest
        for value in _values(pattern, found.group(1), found.group(2), int(found.group(3) or 1))
        for rest in rests
    ]
    if not names:
        raise NetvizError(f"the range in {pattern} is empty")
    return names


def _values(pattern: str, first: str, last: str, step: int) -> Iterator[str]:
    """The values of one range; its end belongs to it. Leading zeros are kept."""
    numeric = first.isdecimal()
    if numeric != last.isdecimal() or not step or len(first) > 9 or len(last) > 9:
        raise NetvizError(f"the range in {pattern} is none")
    if not numeric:
        yield from map(chr, range(ord(first), ord(last) + 1, step))
        return
    if int(last) - int(first) > MOST_HOSTS:
        raise NetvizError(f"the range in {pattern} has more than {MOST_HOSTS} hosts")
    width = len(first) if first.startswith("0") else 0
    for number in range(int(first), int(last) + 1, step):
        yield str(number).zfill(width)

"""Ranges in the host names of an Ansible inventory: ``web[01:50]``, ``db-[a:f]``, ``[1:9:2]``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from netviz.gather.host import MOST_HOSTS
from netviz.gather.inventory import InventoryError

_RANGE = re.compile(r"\[(\d{1,9}|[A-Za-z]):(\d{1,9}|[A-Za-z])(?::(\d{1,9}))?\]")


def expanded(pattern: str) -> list[str]:
    """Every name that ``pattern`` stands for, itself where it has no range. InventoryError."""
    names = [""]
    end = 0
    for found in _RANGE.finditer(pattern):
        values = _values(pattern, found.group(1), found.group(2), int(found.group(3) or 1))
        if len(values) * len(names) > MOST_HOSTS:
            raise InventoryError(f"{pattern} stands for more than {MOST_HOSTS} hosts")
        before = pattern[end : found.start()]
        names = [f"{name}{before}{value}" for name in names for value in values]
        end = found.end()
    return [name + pattern[end:] for name in names]


def _values(pattern: str, first: str, last: str, step: int) -> Sequence[str]:
    """The values of one range; its end belongs to it. Leading zeros are kept."""
    numeric = first.isdecimal()
    if numeric != last.isdecimal() or not step:
        raise InventoryError(f"{pattern} has no range that can be counted")
    begin, end = (int(first), int(last)) if numeric else (ord(first), ord(last))
    numbers = range(begin, end + 1, step)
    if not numbers:
        raise InventoryError(f"the range in {pattern} is empty")
    if len(numbers) > MOST_HOSTS:
        raise InventoryError(f"{pattern} stands for more than {MOST_HOSTS} hosts")
    width = len(first) if first.startswith("0") else 0
    return [str(number).zfill(width) if numeric else chr(number) for number in numbers]

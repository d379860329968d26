"""Lengths of time as people write them: ``0.2``, ``30s``, ``10m``, ``2h``, ``1d``."""

import argparse
import re

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}

_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)([smhd]?)\Z")


LONGEST = 366 * 86400
"""Seconds. Nobody waits longer, and select(2) could not."""


def seconds(text: str) -> float:
    """The seconds that ``text`` stands for, more than 0. An argument type for argparse."""
    found = _DURATION.match(text)
    length = float(found.group(1)) * _UNITS[found.group(2)] if found else 0.0
    if not 0 < length <= LONGEST:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no length of time such as 0.2, 30s, 10m or 2h, up to 366d"
        )
    return length

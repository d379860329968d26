"""Garbage: a command that stitches makes none that has to be looked for."""

from __future__ import annotations

import atexit
import gc


def collect_no_garbage() -> None:
    """Nothing that is made goes round in circles, and there is a lot of it to look through."""
    gc.disable()
    atexit.register(gc.freeze)  # what ends is looked through even so

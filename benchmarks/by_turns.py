"""Time of calls within this process, by turns, so that a slow moment strikes all alike."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping


def best_seconds(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The quickest of ``rounds`` of every call; the cyclic garbage collector rests meanwhile.

    Whatever else the machine did can only have made a round slower. What a call gives is let go
    before the next one.
    """
    best = dict.fromkeys(calls, float("inf"))
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, call in calls.items():
                started = time.perf_counter()
                result = call()
                best[name] = min(best[name], time.perf_counter() - started)
                del result
    finally:
        if collecting:
            gc.enable()
    return best

"""What became of the sockets, counted. The compiled twin is ``accounts.pxi``."""

from __future__ import annotations

from array import array

from netviz.addresses import AMBIGUOUS, NOBODY
from netviz.loops.results import Account
from netviz.tables import SYN_SENT, TIME_WAIT, Candidates


def account(candidates: Candidates, target: array[int], joined: bytearray) -> Account:
    """Count every candidate: ``joined[i]`` is 1 where it has its other end, else why not."""
    counts = dict.fromkeys(Account._fields, 0)
    for i in range(len(candidates)):
        state = candidates.state[i]
        if not candidates.owner[i] and state != TIME_WAIT:
            counts["unowned"] += 1
        if joined[i]:
            counts["joined"] += 1
        elif state == TIME_WAIT:
            counts["recent"] += 1
        elif target[i] == NOBODY:
            counts["external"] += 1
        elif target[i] == AMBIGUOUS:
            counts["ambiguous"] += 1
        else:
            counts["attempt" if state == SYN_SENT else "unmatched"] += 1
    return Account(**counts)


def left_over(target: array[int], joined: bytearray) -> tuple[array[int], array[int]]:
    """The candidates that are not joined: those with a target, those with an ambiguous one."""
    targeted = [i for i, n in enumerate(target) if n >= 0 and not joined[i]]
    ambiguous = [i for i, n in enumerate(target) if n == AMBIGUOUS and not joined[i]]
    return array("I", targeted), array("I", ambiguous)

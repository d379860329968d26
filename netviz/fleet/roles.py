"""Which service a process belongs to, where its own name tells only what it is executed by.

Nine processes called ``python3`` say nothing to whoever looks at a picture; the snap application or
the unit that they are part of does.
"""

from __future__ import annotations

import re
from functools import lru_cache

from netviz.fleet.interpreters import LONGEST, interpreter

_SNAP = re.compile(r"snap\.[^.\s]+\.([^\s/]+)(?: \([a-z]+\))?")
"""The AppArmor profile of an application of a snap, as snapd names it: ``snap.SNAP.APP``."""

RUN_ANYTHING = frozenset({"uwsgi", "gunicorn", "beam.smp", "dotnet", "mono"})
"""What executes others' programs: its name says no more than that of an interpreter."""

_SERVICE = ".service"


@lru_cache(1 << 16)  # the processes of a service are alike
def role_of(comm: str | None, unit: str | None, security: str | None) -> str | None:
    """The application of a snap, or of what runs other programs the unit; None for all others.

    ``comm`` is the name of the process, ``unit`` its systemd unit, ``security`` its context. None,
    too, where the name is that of the application or unit already.
    """
    if comm is None:
        return None
    snap = _SNAP.fullmatch(security or "")
    if snap:
        return _beside(comm, snap[1])
    if unit is None or not unit.endswith(_SERVICE):
        return None
    if comm not in RUN_ANYTHING and interpreter(comm) is None:
        return None
    return _beside(comm, unit.rpartition("/")[2].removesuffix(_SERVICE))


def _beside(comm: str, name: str) -> str | None:
    return name[:LONGEST] if name != comm else None

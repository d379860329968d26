"""Clients that change their connections when told to: ``actors.py`` with a step for that."""

from __future__ import annotations

import signal
from pathlib import Path
from types import FrameType
from typing import Any

import actors
from actors import Actor, perform


def when_told(actor: Actor, announcement: str, *steps: Any) -> None:
    """On SIGUSR1 close every connection, take ``steps``, and make the file ``announcement``."""

    def take_steps(number: int, frame: FrameType | None) -> None:
        for connection in actor.kept:
            connection.close()
        actor.kept.clear()
        perform(actor, steps)
        Path(announcement).touch()

    signal.signal(signal.SIGUSR1, take_steps)


actors.STEPS["when_told"] = when_told

if __name__ == "__main__":
    actors.main()

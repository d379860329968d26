"""What can be asked of a renderer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """``time_limit``: how long, in seconds, the ``dot`` program may take to lay out a picture."""

    time_limit: float = 300.0


DEFAULTS = RenderOptions()

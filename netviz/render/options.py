"""What can be asked of a renderer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """``time_limit``: how long, in seconds, the ``dot`` program may take to lay out a picture.

    ``with_ids``: name the elements of a drawing, node 1 ``n1`` and flow 1 ``f1``, for a script.
    """

    time_limit: float = 300.0
    with_ids: bool = False


DEFAULTS = RenderOptions()

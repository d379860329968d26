"""How it went with one host."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Taken:
    """A snapshot came: its size in bytes, the seconds it took, what the capture could not see."""

    host: str
    size: int
    seconds: float
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole snapshot was there, and the host was not asked."""

    host: str


@dataclass(frozen=True, slots=True)
class Failed:
    """No snapshot came, and why; ``said`` is all that ssh and the host said."""

    host: str
    reason: str
    said: str = ""


Outcome = Taken | Kept | Failed

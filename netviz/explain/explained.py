"""Explanations of sockets: ``explainer.py`` gives them, ``render/explanation.py`` shows them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Explanation:
    """One socket: what and where it is, who holds it, what it was counted as, and why.

    ``fate`` is a count of the coverage (docs/join-rules.md), or ``other`` for what is no tcp, udp,
    udplite or sctp socket. Texts hold names as the machines gave them: escape what is shown.
    """

    socket: str
    place: str
    holder: str
    fate: str
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Explained:
    """The explanations, in a stable order; ``notes`` tell what belongs to no single socket.

    ``found`` is whether anything matched; ``advice`` says what would, where nothing did.
    """

    sockets: list[Explanation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    advice: str = ""

    @property
    def found(self) -> bool:
        return bool(self.sockets or self.notes)

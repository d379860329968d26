"""What the stages of one run of the join share: each reads it, and adds to it what it found."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from netviz.addresses import AddressBook
from netviz.fleet.fleet import Fleet
from netviz.fleet.ownership import Connected
from netviz.fleet.translations import Translation
from netviz.graph import Coverage
from netviz.join.ages import Ages
from netviz.join.called_listeners import CalledListeners
from netviz.join.flows import FlowMaker
from netviz.join.joined import JoinOptions
from netviz.join.listeners import Listeners
from netviz.join.outcome import Joined
from netviz.join.selection import Selected
from netviz.loops import AddressTable
from netviz.tables import Candidates


@dataclass(slots=True)
class JoinState:
    """``connected`` and ``book`` are of namespaces, ``listener``, ``queued`` and ``paired`` of
    candidates: the listener that covers each (-1: none), whether it waits in an accept queue, and
    whether it has its other end. ``translations`` are those of all namespaces."""

    fleet: Fleet
    options: JoinOptions
    connected: Sequence[Connected]
    translations: list[Translation]
    book: AddressBook
    known: AddressTable
    listeners: Listeners
    selected: Selected
    listener: array[int]
    queued: array[int]
    paired: bytearray
    ages: Ages
    called: CalledListeners
    maker: FlowMaker
    joined: Joined

    @property
    def candidates(self) -> Candidates:
        return self.selected.candidates

    @property
    def coverage(self) -> Coverage:
        return self.joined.coverage

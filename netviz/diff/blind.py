"""What one side could not have seen, whether or not it was there: it must not be called gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from netviz.diff.differences import ENDS_NOT_FOUND, HOLDERS_UNSEEN, NOT_CAPTURED, PARTLY_READ, Gap
from netviz.diff.keys import FlowKey, ListenerKey, ServiceKey
from netviz.diff.likeness import Flows, Listeners
from netviz.diff.open_ends import OpenEnds
from netviz.diff.side import Connections, Side
from netviz.fleet.problems import ANY_TABLE

_CONNTRACK = ("nf_conntrack",)
_TABLES = {"sctp": ("sctp/assocs", "sctp/eps"), "unix": ("unix",)}
"""The kernel's tables of protocols that have others than ``tcp`` and ``tcp6``."""

Blindness = tuple[str, str]
"""The name of a machine, and the reason why not all of it was seen."""


class BlindSpots:
    """What ``side`` could not have seen of what ``other`` has."""

    def __init__(self, side: Side, other: Side) -> None:
        self._missing = other.machines.keys() - side.machines.keys()
        both = side.machines.keys() & other.machines.keys()
        self._refused = {
            name: side.machines[name].refused - other.machines[name].refused for name in both
        }
        # What one of two readings missed is not what the other did: no taking away here.
        self._incomplete = {name: side.machines[name].incomplete for name in both}
        self._less_visible = {
            name for name in both if side.machines[name].unseen and not other.machines[name].unseen
        }
        self._unseen_listeners = Listeners(k for k in side.listeners if k.service.is_unseen)
        self._open_ends = OpenEnds(side.open_ends)
        self._unseen_flows = Flows(k for k in side.flows if _unseen_end(k) is not None)

    def of_service(self, key: ServiceKey) -> Blindness | None:
        """Why a service that is not on this side may be there all the same, None if it cannot."""
        if key.machine in self._missing:
            return key.machine, NOT_CAPTURED
        elsewhere = key.namespace or key.container
        if elsewhere and (self._refused.get(key.machine) or key.machine in self._less_visible):
            return key.machine, PARTLY_READ
        return None

    def of_listener(self, key: ListenerKey) -> Blindness | None:
        """The same of a listener. One that nobody is seen to hold may be that of any service."""
        found = self.of_service(key.service) or self.of_addresses(key)
        if found is None and any(self._unseen_listeners.like(key)):
            return key.service.machine, HOLDERS_UNSEEN
        return found

    def of_addresses(self, key: ListenerKey) -> Blindness | None:
        """Why a listener may be bound to more addresses than this side has."""
        return self._of_tables(key.service.machine, _tables(key.proto))

    def of_flow(self, key: FlowKey, connections: Connections) -> Blindness | None:
        """The same of a flow, for which its ends and all who translate it have to be seen."""
        found = self.of_service(key.client) or self.of_service(key.server)
        if found:
            return found
        for machine in sorted(connections.via & self._missing):
            return machine, NOT_CAPTURED
        found = self.of_count(key, connections)
        if found:
            return found
        unseen = next(map(_unseen_end, self._unseen_flows.like(key)), None)
        if unseen is not None:
            return unseen.machine, HOLDERS_UNSEEN
        unjoined = self._open_ends.of_flow(key, connections)
        return None if unjoined is None else (unjoined.machine, ENDS_NOT_FOUND)

    def of_count(self, key: FlowKey, connections: Connections) -> Blindness | None:
        """Why a flow may have more connections than this side has."""
        tables = _tables(key.proto)
        found = (self._of_tables(end.machine, tables) for end in (key.client, key.server))
        translated = (self._of_tables(one, _CONNTRACK) for one in sorted(connections.via))
        return next(filter(None, (*found, *translated)), None)

    def standing(self) -> Iterator[Blindness]:
        """What this side could not see and the other could, whatever was there."""
        for name in self._less_visible:
            yield name, HOLDERS_UNSEEN

    def _of_tables(self, machine: str, tables: tuple[str, ...]) -> Blindness | None:
        """Whether one of the tables was refused, or lines of it could not be read."""
        incomplete = not self._incomplete.get(machine, frozenset()).isdisjoint((*tables, ANY_TABLE))
        begins = tuple(f"{table}: " for table in tables)
        refused = any(one.startswith(begins) for one in self._refused.get(machine, ()))
        return (machine, PARTLY_READ) if incomplete or refused else None


def _tables(proto: str) -> tuple[str, ...]:
    return _TABLES.get(proto, (proto, f"{proto}6"))


def _unseen_end(key: FlowKey) -> ServiceKey | None:
    return next((end for end in (key.client, key.server) if end.is_unseen), None)


class Gaps:
    """Counts what could not be compared, by machine and reason."""

    def __init__(self, side: str) -> None:
        self._side = side
        self._counts: dict[Blindness, Counter[str]] = {}

    def add(self, blindness: Blindness, what: str = "") -> None:
        """Count ``what`` (services, listeners, flows), or only that there is such a gap."""
        counts = self._counts.setdefault(blindness, Counter())
        if what:
            counts[what] += 1

    def all(self) -> list[Gap]:
        """The gaps so far, in no order."""
        return [
            Gap(machine, self._side, reason, **counts)
            for (machine, reason), counts in self._counts.items()
        ]

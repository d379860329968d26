"""Sockets that one side has, but whose other end was not found there: they may be what the other
side has as a flow."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from netviz.diff.keys import UNHELD, FlowKey, OpenEnd, ServiceKey
from netviz.diff.side import Connections, is_ephemeral
from netviz.graph import OUTSIDE

_ANY = "*"


class OpenEnds:
    """Such sockets, to be asked for those of a flow."""

    def __init__(self, ends: Iterable[OpenEnd]) -> None:
        self._known: set[Hashable] = {
            (holder, end.proto, end.is_client, port, machine)
            for end in ends
            for holder in _listed_under(end.service)
            for port in (_lasting(end.port), _ANY)
            for machine in (end.machine, _ANY)
        }

    def of_flow(self, key: FlowKey, connections: Connections) -> ServiceKey | None:
        """The end of a flow that one of the sockets may be; None for none."""
        if OUTSIDE in (key.client.owner, key.server.owner):
            return None
        for service, other, is_client in (
            (key.client, key.server, True),
            (key.server, key.client, False),
        ):
            if not self._known.isdisjoint(_ways(key, connections, service, other, is_client)):
                return service
        return None


def _ways(
    key: FlowKey, connections: Connections, service: ServiceKey, other: ServiceKey, is_client: bool
) -> Iterator[Hashable]:
    """What a socket at one end of a flow may be known as.

    What is translated on the way may have dialled another machine and port.
    """
    is_direct = not connections.via
    port = _lasting(key.port) if is_direct and key.directed else _ANY
    roles = (is_client,) if key.directed else (True, False)
    machines = (other.machine, None) if is_direct else (_ANY,)
    for holder in _looked_up_under(service):
        for role in roles:
            for machine in machines:
                yield holder, key.proto, role, port, machine


def _listed_under(service: ServiceKey) -> tuple[Hashable, ...]:
    """Who holds a socket, for those who ask for that, for whoever, or for nobody."""
    place = service.machine, service.namespace
    return (place, (*place, UNHELD)) if service.is_unheld else (place, service)


def _looked_up_under(service: ServiceKey) -> tuple[Hashable, ...]:
    """A socket that nobody is seen to hold may be of any service of its place."""
    place = service.machine, service.namespace
    return (place,) if service.is_unheld else (service, (*place, UNHELD))


def _lasting(port: int | None) -> int | None:
    """The port; None for all that the kernel may have chosen."""
    return None if is_ephemeral(port) else port

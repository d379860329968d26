"""Which listeners and flows may be one, though one of the two was seen less well.

A holder that is not known may be any service of its machine and network namespace; a port that the
kernel chose may be any other such port; a direction that is not known may be either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from netviz.diff.keys import FlowKey, ListenerKey, ServiceKey
from netviz.diff.side import is_ephemeral


class Listeners:
    """Listeners, to be asked for those that may be another one."""

    def __init__(self, keys: Iterable[ListenerKey]) -> None:
        self._at: dict[tuple[str, ...], list[ListenerKey]] = {}
        for key in keys:
            self._at.setdefault(_place(key), []).append(key)

    def like(self, key: ListenerKey) -> Iterator[ListenerKey]:
        """Those that may be the listener ``key``."""
        for other in self._at.get(_place(key), ()):
            if _same_port(key.port, other.port) and _same_service(key.service, other.service):
                yield other


class Flows:
    """Flows, to be asked for those that may be another one."""

    def __init__(self, keys: Iterable[FlowKey]) -> None:
        self._between: dict[tuple[str, str, frozenset[str]], list[FlowKey]] = {}
        for key in keys:
            self._between.setdefault(_way(key), []).append(key)

    def like(self, key: FlowKey) -> Iterator[FlowKey]:
        """Those that may be the flow ``key``."""
        for other in self._between.get(_way(key), ()):
            if key.directed and other.directed:
                if _same_port(key.port, other.port) and _same_ends(key, other):
                    yield other
            elif _same_ends(key, other) or _same_ends(
                key, other._replace(client=other.server, server=other.client)
            ):
                yield other


def _place(key: ListenerKey) -> tuple[str, ...]:
    return key.service.machine, key.service.namespace, key.proto, key.path


def _way(key: FlowKey) -> tuple[str, str, frozenset[str]]:
    return key.proto, key.path, frozenset((key.client.machine, key.server.machine))


def _same_port(port: int | None, other: int | None) -> bool:
    return port == other or (is_ephemeral(port) and is_ephemeral(other))


def _same_ends(key: FlowKey, other: FlowKey) -> bool:
    return _same_service(key.client, other.client) and _same_service(key.server, other.server)


def _same_service(key: ServiceKey, other: ServiceKey) -> bool:
    if key == other:
        return True
    return (key.is_unheld or other.is_unheld) and key[:2] == other[:2]

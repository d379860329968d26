"""Who is the same service in two captures: what a restart does not change.

Not in a key are pids, inodes, boot ids, ids of containers and pods, numbers of network namespaces
and of login sessions, users and security contexts (which may change, and are told where they do).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from netviz.diff.lasting import lasting_container, lasting_namespace, lasting_unit_name
from netviz.graph import OUTSIDE, Graph, Node
from netviz.node_levels import lasting_unit

UNHELD = "?"
"""The process of a key for sockets that nobody is seen to hold."""


class ServiceKey(NamedTuple):
    """A service of a machine, by name. What does not apply or is not known is empty.

    ``namespace`` is empty for the machine's own. ``program`` is what an interpreter runs.
    ``owner`` is that of a node: not empty for sockets that nobody holds (``none``), or nobody is
    seen to hold (``unseen``), and for what is outside of the group.
    """

    machine: str
    namespace: str
    container: str
    unit: str
    process: str
    program: str
    owner: str

    @property
    def is_unseen(self) -> bool:
        """Whether it stands for sockets whose holder was not visible to the capture."""
        return self.owner == "unseen"

    @property
    def is_unheld(self) -> bool:
        """Whether it stands for sockets without a known holder."""
        return self.owner in ("none", "unseen")


class ListenerKey(NamedTuple):
    """What a service takes traffic on. ``port`` is None where the kernel chose it; a unix socket
    has a ``path`` and no port."""

    service: ServiceKey
    proto: str
    port: int | None
    path: str


class FlowKey(NamedTuple):
    """What one service asks of another. ``port`` is None where the kernel chose it, for unix and
    pipe, and where not ``directed``: then the smaller key is the client."""

    client: ServiceKey
    server: ServiceKey
    proto: str
    port: int | None
    path: str
    directed: bool


class OpenEnd(NamedTuple):
    """Sockets of a service whose other end was not found.

    ``port`` is the server's, ``machine`` the name of the one at the other end, None where several
    may be.
    """

    service: ServiceKey
    proto: str
    port: int
    is_client: bool
    machine: str | None


Keys = Mapping[str, ServiceKey]
"""The key of every node of a graph, by the node's id."""


def service_keys(graph: Graph) -> Keys:
    """The keys of a graph's nodes, and of services with unjoined sockets. Several may have one."""
    names = {machine.id: machine.name for machine in graph.machines}
    nodes = (*(one.node for one in graph.coverage.unjoined), *graph.nodes)
    return {node.id: _key(node, names.get(node.machine, node.machine)) for node in nodes}


def aligned(old: Keys, new: Keys) -> tuple[Keys, Keys]:
    """The keys without programs that one of the two captures alone knows.

    Command lines are in a snapshot only where they were asked for: ``java`` of a capture without
    them is compared with all of ``java billing.jar`` and ``java search.jar`` of one that has them.
    """
    known_old, known_new = _programs(old.values()), _programs(new.values())
    unknown = {
        base
        for base in known_old.keys() & known_new.keys()
        if (known_old[base] == {""} and "" not in known_new[base])
        or (known_new[base] == {""} and "" not in known_old[base])
    }

    def without(keys: Keys) -> Keys:
        return {
            node: base if (base := key._replace(program="")) in unknown else key
            for node, key in keys.items()
        }

    return without(old), without(new)


def _programs(keys: Iterable[ServiceKey]) -> dict[ServiceKey, set[str]]:
    known: dict[ServiceKey, set[str]] = {}
    for key in keys:
        known.setdefault(key._replace(program=""), set()).add(key.program)
    return known


def _key(node: Node, machine: str) -> ServiceKey:
    if node.owner == OUTSIDE:
        return ServiceKey("", "", "", "", node.label, "", OUTSIDE)
    return ServiceKey(
        machine=machine,
        namespace=lasting_namespace(node.netns),
        container=lasting_container(node.container),
        unit=lasting_unit_name(lasting_unit(node)),
        process=UNHELD if node.owner else node.name or node.label,
        program=_program(node),
        owner=node.owner or "",
    )


def _program(node: Node) -> str:
    if node.owner or not node.name:
        return ""
    return node.label.removeprefix(node.name).strip() if node.label != "?" else ""

"""The nodes of coarser levels: processes become services, containers or hosts."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from operator import attrgetter
from typing import TypeVar

from netviz.graph import OUTSIDE, Machine, Node
from netviz.ids import grouped_id

Key = tuple[Hashable, ...]
T = TypeVar("T")

_SESSION = re.compile(r"(?:.*/)?session-[^/]+\.scope")
_USER_SLICE = re.compile(r"(?:.*/)?(user-[0-9]+\.slice)/.*")


def coarser_nodes(
    nodes: Iterable[Node], machines: Iterable[Machine], level: str
) -> tuple[tuple[Node, ...], dict[str, str]]:
    """The nodes of ``level``, sorted, and the id of the one that each finer node is in."""
    names = {machine.id: machine.name for machine in machines}
    members: dict[str, list[Node]] = {}
    node_of: dict[str, str] = {}
    for node in nodes:
        settled = _settled(node)
        identity = _identity(settled, level)
        node_of[node.id] = identity
        members.setdefault(identity, []).append(settled)
    made = (_labelled(identity, members[identity], level, names) for identity in sorted(members))
    return tuple(made), node_of


def node_count(nodes: Iterable[Node], level: str) -> int:
    """How many nodes of ``level`` finer nodes would become."""
    key = _KEYS[level]
    return len({_place(_settled(node), key) for node in nodes})


def has_more_nodes(nodes: Iterable[Node], level: str, most: int) -> bool:
    """Whether finer nodes would become more than ``most`` of ``level``; stops where it knows."""
    key = _KEYS[level]
    found: set[Hashable] = set()
    for node in nodes:
        found.add(_place(_settled(node), key))
        if len(found) > most:
            return True
    return False


def _settled(node: Node) -> Node:
    unit = lasting_unit(node)
    return node if unit == node.unit else replace(node, unit=unit)


def _identity(settled: Node, level: str) -> str:
    if settled.owner == OUTSIDE:
        return settled.id
    return grouped_id(settled.machine, *_KEYS[level](settled))


def _place(settled: Node, key: Callable[[Node], Key]) -> Hashable:
    """What two nodes that become one have in common, and others do not."""
    return settled.id if settled.owner == OUTSIDE else (settled.machine, *key(settled))


def lasting_unit(node: Node) -> str | None:
    """The unit of a node; for a login session, which has a new number each time, its user's slice.

    See systemd's ``pam_systemd``: ``session-N.scope`` lies in ``user-UID.slice``. Where the unit
    is not given as a path, the user that the processes run as stands in.
    """
    unit = node.unit
    if unit is None or not _SESSION.fullmatch(unit):
        return unit
    slice_ = _USER_SLICE.fullmatch(unit)
    if slice_:
        return slice_.group(1)
    return "user.slice" if node.uid is None else f"user-{node.uid}.slice"


def _service(node: Node) -> Key:
    return (
        node.netns,
        node.unit,
        node.container,
        node.name,
        node.exe,
        node.uid,
        node.security,
        node.owner,
        *_program(node),
    )


def _program(node: Node) -> Key:
    """What an interpreter runs, which is in its label; nothing for all others."""
    return () if node.name is None or node.label in (node.name, "?") else (node.label,)


def _container(node: Node) -> Key:
    """Sockets without a process (``?``) stay apart from the container they are in."""
    if node.container is not None:
        return ("container", node.container, node.owner)
    if node.netns is not None:
        return ("netns", node.netns, node.owner)
    if node.unit is not None:
        return ("unit", node.unit, node.owner)
    return ("machine", None, node.owner)


def _host(_: Node) -> Key:
    return ()


_KEYS: dict[str, Callable[[Node], Key]] = {
    "service": _service,
    "container": _container,
    "host": _host,
}


_COMPARED = attrgetter(
    "name", "netns", "uid", "security", "unit", "container", "exe", "caps", "owner"
)


def merged(identity: str, nodes: list[Node]) -> Node:
    """One node for all of ``nodes``, of the machine of the first, with no label yet."""
    name, netns, uid, security, unit, container, exe, caps, owner = (
        _common(values) for values in zip(*map(_COMPARED, nodes), strict=True)
    )
    return Node(
        id=identity,
        machine=nodes[0].machine,
        name=name,
        label="",
        netns=netns,
        pids=tuple(sorted({pid for node in nodes for pid in node.pids})),
        uid=uid,
        security=security,
        unit=unit,
        container=container,
        exe=exe,
        caps=caps,
        owner=owner,
        listeners=tuple(sorted({port for node in nodes for port in node.listeners})),
    )


def _labelled(identity: str, nodes: list[Node], level: str, machines: dict[str, str]) -> Node:
    whole = merged(identity, nodes)
    machine = machines.get(whole.machine, whole.machine)
    whole.label = _label(whole, nodes, level, machine)
    return whole


def _label(whole: Node, nodes: list[Node], level: str, machine: str) -> str:
    if level == "host" and whole.owner != OUTSIDE:
        return machine
    if level == "service" or whole.owner is not None:
        return _common(node.label for node in nodes) or whole.name or "?"
    return whole.container or whole.netns or whole.unit or machine


def _common(values: Iterable[T]) -> T | None:
    """The one value that all have, None where they differ."""
    found = set(values)
    return found.pop() if len(found) == 1 else None

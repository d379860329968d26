"""One side of a comparison: a graph, folded by what a restart does not change."""

from __future__ import annotations

from dataclasses import dataclass, field

from netviz.diff.keys import FlowKey, Keys, ListenerKey, OpenEnd, ServiceKey
from netviz.diff.lasting import lasting_context, lasting_interface
from netviz.fleet.problems import incomplete_table, not_seen
from netviz.graph import Flow, Graph, Listener, Node
from netviz.join.unjoined import REFUTED

EPHEMERAL = range(32768, 61000)
"""Ports that the kernel chooses where nobody has set another range (``ip_local_port_range`` in the
kernel's networking/ip-sysctl)."""

Role = tuple[object, ...]
"""What a service was seen doing: listening somewhere, or being one end of a flow."""


@dataclass(slots=True)
class Holders:
    """The users and security contexts of the processes that were seen in one role."""

    users: set[int | None] = field(default_factory=set)
    contexts: set[str | None] = field(default_factory=set)


@dataclass(slots=True)
class Connections:
    """How many connections a flow has, and the names of the machines that translate them."""

    count: int = 0
    via: set[str] = field(default_factory=set)


@dataclass(slots=True)
class MachineSeen:
    """What the captures of the machines of one name could see.

    ``refused`` are the kinds of things that could not be read, ``incomplete`` the tables of which
    some sockets could not (ANY_TABLE for whichever), ``unseen`` is whether there are sockets whose
    holder was not visible.
    """

    machines: int = 0
    refused: frozenset[str] = frozenset()
    incomplete: frozenset[str] = frozenset()
    unseen: bool = False


@dataclass(slots=True)
class Side:
    """Machines by name; services with what they were seen doing; the addresses of listeners;
    flows.

    ``unjoined`` are services that have sockets which were joined with none, ``open_ends`` those of
    the sockets that may have another end all the same.
    """

    machines: dict[str, MachineSeen] = field(default_factory=dict)
    services: dict[ServiceKey, dict[Role, Holders]] = field(default_factory=dict)
    listeners: dict[ListenerKey, set[str]] = field(default_factory=dict)
    flows: dict[FlowKey, Connections] = field(default_factory=dict)
    open_ends: set[OpenEnd] = field(default_factory=set)
    unjoined: set[ServiceKey] = field(default_factory=set)
    captured: tuple[float, float] | None = None


def folded(graph: Graph, keys: Keys) -> Side:
    """The side that a graph is; ``keys`` has the key of each of its nodes."""
    side = Side(captured=_captured(graph))
    for machine in graph.machines:
        seen = side.machines.setdefault(machine.name, MachineSeen())
        seen.machines += 1
        for problem in machine.problems:
            _add_problem(seen, problem)
    for node in graph.nodes:
        _add_node(side, node, keys[node.id])
    names = {machine.id: machine.name for machine in graph.machines}
    nodes = {node.id: node for node in graph.nodes}
    for flow in graph.flows:
        key, client, server = _flow_key(flow, keys)
        connections = side.flows.setdefault(key, Connections())
        connections.count += flow.connections
        connections.via.update(names.get(machine, machine) for machine in flow.via)
        if flow.match != "queued":  # there the listener stands in for whoever will accept it
            _note(side.services[key.client], ("client", key), nodes[client])
            _note(side.services[key.server], ("server", key), nodes[server])
    for one in graph.coverage.unjoined:
        service = keys[one.node.id]
        side.unjoined.add(service)
        if one.reason not in REFUTED:
            there = None if one.machine is None else names.get(one.machine, one.machine)
            side.open_ends.add(OpenEnd(service, one.proto, one.port, one.is_client, there))
    return side


def _add_problem(seen: MachineSeen, problem: str) -> None:
    table = incomplete_table(problem)
    if table is not None:
        seen.incomplete |= {table}
        return
    refused = not_seen(problem)
    if refused is not None:
        seen.refused |= {refused}


def _add_node(side: Side, node: Node, key: ServiceKey) -> None:
    roles = side.services.setdefault(key, {})
    if key.is_unseen and key.machine in side.machines:
        side.machines[key.machine].unseen = True
    for listener in node.listeners:
        place = _listener_key(key, listener)
        side.listeners.setdefault(place, set()).add(_address(listener))
        _note(roles, ("listener", place), node)


def is_ephemeral(port: int | None) -> bool:
    """Whether a port may be one that the kernel chose."""
    return port is None or port in EPHEMERAL


def _note(roles: dict[Role, Holders], role: Role, node: Node) -> None:
    holders = roles.setdefault(role, Holders())
    holders.users.add(node.uid)
    holders.contexts.add(lasting_context(node.security))


def _listener_key(service: ServiceKey, listener: Listener) -> ListenerKey:
    if listener.proto == "unix":
        return ListenerKey(service, listener.proto, None, listener.address)
    # The id of an ICMP socket is a port that the kernel chose.
    port = None if listener.proto == "icmp" else listener.port
    return ListenerKey(service, listener.proto, port, "")


def _address(listener: Listener) -> str:
    if listener.proto == "unix":
        return ""
    if listener.proto == "packet":
        return lasting_interface(listener.address)
    return listener.address


def _flow_key(flow: Flow, keys: Keys) -> tuple[FlowKey, str, str]:
    """The key, and the ids of the nodes that are client and server in it."""
    client, server = flow.source, flow.target
    path = flow.path or ""
    if flow.directed:
        key = FlowKey(keys[client], keys[server], flow.proto, flow.port, path, True)
        return key, client, server
    if keys[server] < keys[client]:
        client, server = server, client
    return FlowKey(keys[client], keys[server], flow.proto, None, path, False), client, server


def _captured(graph: Graph) -> tuple[float, float] | None:
    times = [machine.captured for machine in graph.machines if machine.captured]
    return (min(t[0] for t in times), max(t[1] for t in times)) if times else None

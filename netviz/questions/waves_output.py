"""The waves of a migration as a table, CSV or JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from netviz.across import SEVERAL
from netviz.graph import Flow, Node
from netviz.questions.waves import Waves
from netviz.render.columns import as_csv, as_table, cell
from netviz.render.json_flows import encode
from netviz.render.options import RenderOptions
from netviz.render.summary import unreadable
from netviz.render.text import counted, shortened, whole
from netviz.render.wording import LONGEST, label, service

VERSION = 1

COLUMNS = ("wave", "name", "machine", "connections_inside", "connections_cut", "id")


def table(found: Waves, options: RenderOptions) -> bytes:
    """What is in each wave, then the flows that are cut; waves are counted from 1."""
    machines = {machine.id: machine.name for machine in found.graph.machines}
    nodes = {node.id: node for node in found.graph.nodes}
    lines = [
        (str(number), label(node), _machine(node, machines), *_sums(wave.inside, wave.cut))
        for number, wave in enumerate(found.waves, 1)
        for node in wave.nodes
    ]
    # What is true of a wave as a whole stands in its first line.
    shown = [
        line if number == 0 or lines[number - 1][0] != line[0] else ("", *line[1:3], "", "")
        for number, line in enumerate(lines)
    ]
    shown += [("alone", label(node), _machine(node, machines), "", "") for node in found.alone]
    headings = ("wave", "what", "on", "connections inside", "connections cut")
    text = as_table(headings, shown, set(headings[3:]), options.width)
    if found.cut:
        text += "\nCut between waves:\n\n" + _cut_table(found, nodes, machines, options)
    return text.encode()


def _cut_table(
    found: Waves, nodes: Mapping[str, Node], machines: Mapping[str, str], options: RenderOptions
) -> str:
    def end(identity: str) -> tuple[str, str, str]:
        node = nodes[identity]
        return str(found.number_of[identity] + 1), label(node), _machine(node, machines)

    lines = [
        (*end(flow.source), *end(flow.target), _what(flow), f"{flow.connections:,}")
        for flow in sorted(found.cut, key=lambda flow: -flow.connections)
    ]
    headings = ("wave", "from", "on", "wave", "to", "on", "what", "connections")
    return as_table(headings, lines, {"connections"}, options.width)


def csv(found: Waves, options: RenderOptions) -> bytes:
    """A line for each node, with its wave and the connections of that; ``alone`` for no wave."""
    machines = {machine.id: machine.name for machine in found.graph.machines}
    lines = [
        _cells(str(number), node, machines, _counts(wave.inside), _counts(wave.cut))
        for number, wave in enumerate(found.waves, 1)
        for node in wave.nodes
    ]
    none = _counts(())
    lines += [_cells("alone", node, machines, none, none) for node in found.alone]
    return as_csv(COLUMNS, lines)


def _cells(
    wave: str,
    node: Node,
    machines: Mapping[str, str],
    inside: Mapping[str, int],
    cut: Mapping[str, int],
) -> tuple[str | int, ...]:
    machine = machines.get(node.machine, node.machine)
    connections = inside["connections"], cut["connections"]
    return wave, cell(node.label), cell(machine), *connections, cell(node.id)


def json(found: Waves, options: RenderOptions) -> bytes:
    machines = {machine.id: machine.name for machine in found.graph.machines}
    document = {
        "netviz_waves": VERSION,
        "by": found.graph.level,
        "waves": [
            {
                "nodes": [_node(node, machines) for node in wave.nodes],
                "inside": _counts(wave.inside),
                "cut": _counts(wave.cut),
            }
            for wave in found.waves
        ],
        "alone": [_node(node, machines) for node in found.alone],
        "cut": [
            {
                "source": whole(flow.source),
                "target": whole(flow.target),
                "source_wave": found.number_of[flow.source] + 1,
                "target_wave": found.number_of[flow.target] + 1,
                "proto": flow.proto,
                "port": flow.port,
                "directed": flow.directed,
                "connections": flow.connections,
            }
            for flow in found.cut
        ],
    }
    return encode(document) + b"\n"


FORMATS: Mapping[str, Callable[[Waves, RenderOptions], bytes]] = {
    "csv": csv,
    "json": json,
    "table": table,
}


def summary(found: Waves) -> str:
    """One line for standard error."""
    cut = sum(flow.connections for flow in found.cut)
    waves, flows = counted(len(found.waves), "wave"), counted(len(found.cut), "flow")
    left = f"{flows} cut ({counted(cut, 'connection')})"
    return f"{waves}, {len(found.alone):,} alone; {left}; {unreadable(found.graph.machines)}"


def _node(node: Node, machines: Mapping[str, str]) -> dict[str, Any]:
    machine = None if node.machine == SEVERAL else whole(machines.get(node.machine, node.machine))
    return {"id": whole(node.id), "name": whole(node.label), "machine": machine}


def _machine(node: Node, machines: Mapping[str, str]) -> str:
    if node.machine == SEVERAL:
        return "several machines"
    return shortened(machines.get(node.machine, node.machine), LONGEST)


def _counts(flows: Iterable[Flow]) -> dict[str, int]:
    connections = [flow.connections for flow in flows]
    return {"flows": len(connections), "connections": sum(connections)}


def _sums(*groups: Iterable[Flow]) -> tuple[str, ...]:
    return tuple(f"{sum(flow.connections for flow in flows):,}" for flows in groups)


def _what(flow: Flow) -> str:
    what = service(flow, numeric=False)
    return what if flow.directed else f"{what} (either may be the client)"

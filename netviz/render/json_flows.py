"""The stable machine interface: one JSON document, described in docs/json-output.md."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from netviz.graph import MATCHES, Coverage, Flow, Graph, Machine, Node, Seen, Unjoined
from netviz.render.moments import unix_time
from netviz.render.options import RenderOptions
from netviz.render.text import whole

VERSION = 1


def render(graph: Graph, format: str, options: RenderOptions) -> bytes:
    """The document as UTF-8, on one line."""
    return encode(document(graph, options.graph_options)) + b"\n"


def encode(value: Any) -> bytes:
    """The JSON of ``value``: by orjson where it is there and able, else by json, bytes alike."""
    try:
        import orjson
    except ImportError:
        return encode_slowly(value)
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:  # an integer that is longer than 64 bits
        return encode_slowly(value)


def encode_slowly(value: Any) -> bytes:
    """What ``encode`` gives, by the standard library alone."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def document(graph: Graph, graph_options: Sequence[str] = ()) -> dict[str, Any]:
    """The graph as plain JSON values, every key in its fixed place.

    ``graph_options`` are there only where there are any: without, what is written is what was
    written before there was such a key.
    """
    given = {"options": [whole(option) for option in graph_options]} if graph_options else {}
    return {
        "netviz_flows": VERSION,
        "level": graph.level,
        **given,
        "machines": [_machine(machine) for machine in graph.machines],
        "nodes": [_node(node) for node in graph.nodes],
        "flows": [_flow(flow) for flow in graph.flows],
        "coverage": _coverage(graph.coverage),
    }


def _machine(machine: Machine) -> dict[str, Any]:
    return {
        "id": whole(machine.id),
        "name": whole(machine.name),
        "addresses": [whole(address) for address in machine.addresses],
        "captured": times(machine.captured),
        "problems": [whole(problem) for problem in machine.problems],
        "snapshots": machine.snapshots,
    }


def times(captured: tuple[float, float] | None) -> list[float] | None:
    """Both in unix seconds; None where either is none."""
    known = [time for time in map(unix_time, captured or ()) if time is not None]
    return known if len(known) == 2 else None


def _node(node: Node) -> dict[str, Any]:
    return {
        "id": whole(node.id),
        "machine": whole(node.machine),
        "netns": _text(node.netns),
        "name": _text(node.name),
        "label": whole(node.label),
        "pids": list(node.pids),
        "uid": node.uid,
        "security": _text(node.security),
        "unit": _text(node.unit),
        "container": _text(node.container),
        "owner": node.owner,
        "listeners": [
            {"proto": ingress.proto, "address": whole(ingress.address), "port": ingress.port}
            for ingress in node.listeners
        ],
    }


def _flow(flow: Flow) -> dict[str, Any]:
    return {
        "source": whole(flow.source),
        "target": whole(flow.target),
        "proto": flow.proto,
        "port": flow.port,
        "path": _text(flow.path),
        "connections": flow.connections,
        "directed": flow.directed,
        "match": flow.match,
        "matches": {kind: flow.matches[kind] for kind in MATCHES if kind in flow.matches},
        "via": [whole(machine) for machine in flow.via],
        "dialled": None if flow.dialled is None else [whole(flow.dialled[0]), flow.dialled[1]],
        "samples": [
            [whole(address), port, whole(other), other_port]
            for address, port, other, other_port in flow.samples
        ],
        "seen": None if flow.seen is None else _seen(flow.seen),
    }


def _seen(seen: Seen) -> dict[str, Any]:
    return {
        "first": unix_time(seen.first),
        "last": unix_time(seen.last),
        "snapshots": seen.snapshots,
        "of": seen.of,
    }


def _coverage(coverage: Coverage) -> dict[str, Any]:
    return {
        "sockets": coverage.sockets,
        "joined": coverage.joined,
        "listening": coverage.listening,
        "unconnected": coverage.unconnected,
        "recent": coverage.recent,
        "attempt": coverage.attempt,
        "external": coverage.external,
        "ambiguous": coverage.ambiguous,
        "unmatched": coverage.unmatched,
        "pairs": coverage.pairs,
        "reciprocal": coverage.reciprocal,
        "nat": coverage.nat,
        "queued": coverage.queued,
        "one_sided": coverage.one_sided,
        "self": coverage.self,
        "unowned": coverage.unowned,
        "other": _sorted_counts(coverage.other),
        "missing": [
            {
                "proto": missing.proto,
                "address": whole(missing.address),
                "port": missing.port,
                "sockets": missing.sockets,
            }
            for missing in coverage.missing
        ],
        "reasons": _sorted_counts(coverage.reasons),
        "unjoined": [_unjoined(one) for one in coverage.unjoined],
    }


def _unjoined(one: Unjoined) -> dict[str, Any]:
    return {
        "node": {**_node(one.node), "pids": [], "listeners": []},
        "proto": one.proto,
        "port": one.port,
        "client": one.is_client,
        "machine": _text(one.machine),
        "reason": one.reason,
        "sockets": one.sockets,
    }


def _sorted_counts(counts: Mapping[str, int]) -> dict[str, int]:
    return {whole(kind): counts[kind] for kind in sorted(counts)}


def _text(text: str | None) -> str | None:
    return None if text is None else whole(text)

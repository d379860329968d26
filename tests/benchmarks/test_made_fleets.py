"""The generator of the benchmarks makes what it says, and the same each time."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pytest
from fleet import Fleet, Flow, Shape, write

from netviz.graph import Graph
from netviz.snapshot import load
from netviz.stitch import StitchOptions, stitch

SMALL = Shape(hosts=5, sockets=400, edges=12, services=4, workers=2, idle=3)

SHAPES = {
    "plain": SMALL,
    "IPv6 alone": Shape(**{**vars(SMALL), "ipv6": 1.0}),
    "half of it translated": Shape(**{**vars(SMALL), "nat": 0.5}),
    "skewed": Shape(**{**vars(SMALL), "skew": 1.0}),
    "public clients alone": Shape(**{**vars(SMALL), "inner": 0.02, "public": 1.0}),
    "one machine": Shape(**{**vars(SMALL), "hosts": 1}),
    "another seed": Shape(**{**vars(SMALL), "seed": 2}),
}


def stitched(shape: Shape, folder: Path) -> Graph:
    snapshots = [snapshot for path in write(shape, folder) for snapshot in load(path)]
    return stitch(snapshots, StitchOptions(self_flows=True), "service")


def drawn(graph: Graph) -> Counter[Flow]:
    """The flows of a graph in the words of the generator."""
    nodes = {node.id: (node.machine, node.name or "?") for node in graph.nodes}
    flows: Counter[Flow] = Counter()
    for flow in graph.flows:
        assert flow.port is not None
        ends = (*nodes[flow.source], *nodes[flow.target], flow.port)
        flows[ends] += flow.connections
    return flows


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_the_planted_flows_are_found_and_no_others(shape: Shape, tmp_path: Path) -> None:
    graph = stitched(shape, tmp_path)
    planted = Fleet(shape).flows()
    assert drawn(graph) == planted
    assert sum(planted.values()) == shape.hosts * round(shape.sockets * shape.inner)
    assert graph.coverage.sockets == shape.hosts * shape.sockets
    assert graph.coverage.pairs == sum(planted.values())


def test_translated_flows_are_told_apart(tmp_path: Path) -> None:
    shape = SHAPES["half of it translated"]
    translated = sum(edge.connections for edge in Fleet(shape).edges if edge.translated)
    assert translated
    assert stitched(shape, tmp_path).coverage.nat == shape.hosts * translated


def digest(shape: Shape, folder: Path) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in write(shape, folder))).hexdigest()


def test_a_seed_gives_the_same_bytes_each_time(tmp_path: Path) -> None:
    first, again, other = (
        digest(SHAPES[name], tmp_path / str(number))
        for number, name in enumerate(("plain", "plain", "another seed"))
    )
    assert first == again
    assert first != other

"""What is true of every comparison: nothing differs from itself, restarted or not, and each way
round tells the mirror image of the other."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from diff_strategies import graphs
from hypothesis import given, settings
from hypothesis import strategies as st
from machine_documents import stitched
from restarted_group import Start, machines
from small_diffs import mirrored, told, without_notes

from netviz.diff.compare import compare
from netviz.diff.differences import Difference
from netviz.diff.flows_document import to_graph
from netviz.graph import Graph
from netviz.group import group
from netviz.render.json_flows import document

EVERY = Fraction(1)

FEW = settings(max_examples=60, deadline=None)


def life(number: int, level: str = "service") -> Graph:
    with TemporaryDirectory() as folder:
        return stitched(Path(folder), *machines(Start(number)), level=level)


def test_the_group_has_what_it_should() -> None:
    graph = life(1)
    assert (len(graph.nodes), len(graph.flows)) == (6, 3)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 2**32), st.sampled_from(["service", "process"]))
def test_a_restart_is_no_difference(one: int, other: int, level: str) -> None:
    """Other pids, inodes, chosen ports, boots, containers, sessions, namespaces, and orders."""
    found = compare(life(one), life(other, level), EVERY)
    assert told(found) == []
    assert found.alike


@FEW
@given(graphs(), st.randoms(use_true_random=False))
def test_nothing_differs_from_itself_renumbered(graph: Graph, chance: Random) -> None:
    assert compare(graph, renumbered(graph, chance), EVERY).alike


@FEW
@given(graphs(), graphs(), st.integers(1, 4))
def test_the_other_way_round_is_the_mirror_image(old: Graph, new: Graph, factor: int) -> None:
    forth = compare(old, new, Fraction(factor))
    assert mirrored(forth) == without_notes(compare(new, old, Fraction(factor)))
    differences: list[Difference[Any, Any]] = [*forth.services, *forth.listeners, *forth.flows]
    assert not [one for one in differences if one.old == one.new]


@FEW
@given(graphs(), graphs())
def test_processes_and_services_give_the_same(old: Graph, new: Graph) -> None:
    services = compare(group(old, "service"), group(new, "service"), EVERY)
    assert without_notes(compare(old, new, EVERY)) == without_notes(services)


@FEW
@given(graphs(), graphs())
def test_what_is_written_and_read_back_gives_the_same(old: Graph, new: Graph) -> None:
    kept = to_graph(document(group(old, "service")))
    assert without_notes(compare(kept, new, EVERY)) == without_notes(compare(old, new, EVERY))


def renumbered(graph: Graph, chance: Random) -> Graph:
    """The same graph after a restart: other ids and pids, another order."""
    numbers = list(range(len(graph.nodes)))
    chance.shuffle(numbers)
    ids = {node.id: f"{number}" for node, number in zip(graph.nodes, numbers, strict=True)}
    nodes = [replace(n, id=ids[n.id], pids=tuple(pid + 7 for pid in n.pids)) for n in graph.nodes]
    flows = [replace(f, source=ids[f.source], target=ids[f.target]) for f in graph.flows]
    for order in (nodes, flows):
        chance.shuffle(order)
    return replace(graph, nodes=tuple(nodes), flows=tuple(flows))

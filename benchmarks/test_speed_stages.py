"""The stages between the files and the picture, on a fleet of 100,000 sockets."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from fleets import Fleets, fleet_of
from made_candidates import fold_arguments, made_candidates
from pytest_benchmark.fixture import BenchmarkFixture

from netviz.fleet.fleet import Fleet
from netviz.fleet.parsed import parse_sample
from netviz.graph import Graph
from netviz.join.join import join
from netviz.join.joined import JoinOptions
from netviz.render import render
from netviz.snapshot import load
from netviz.snapshot.model import Snapshot
from netviz.stitch import stitch

PAIRS = 20_000
SOCKETS = 100_000


@pytest.fixture
def loops(implementation: str) -> Any:
    """The module of the join's loops."""
    return importlib.import_module(
        {"compiled": "netviz.loops._fastjoin", "twin": "netviz.loops._pyjoin"}[implementation]
    )


@pytest.fixture(scope="module")
def snapshots(fleets: Fleets) -> list[Snapshot]:
    return [snapshot for path in fleets.files(fleet_of(SOCKETS)) for snapshot in load(path)]


@pytest.fixture(scope="module")
def graph(snapshots: list[Snapshot]) -> Graph:
    return stitch(snapshots, level="service")


def absorbed(snapshots: list[Snapshot]) -> Fleet:
    fleet = Fleet()
    for snapshot in snapshots:
        fleet.absorb(parse_sample(snapshot))
    return fleet


def test_load_one_snapshot(benchmark: BenchmarkFixture, fleets: Fleets) -> None:
    path = fleets.files(fleet_of(SOCKETS))[0]
    (snapshot,) = benchmark(lambda: list(load(path)))
    assert len(snapshot.processes) > 100


def test_parse_and_own(benchmark: BenchmarkFixture, snapshots: list[Snapshot]) -> None:
    fleet = benchmark(absorbed, snapshots)
    assert len(fleet.machines) == SOCKETS // 10_000


def test_join_a_fleet(benchmark: BenchmarkFixture, snapshots: list[Snapshot]) -> None:
    def fresh() -> tuple[tuple[Fleet, JoinOptions], dict[str, object]]:
        return (absorbed(snapshots), JoinOptions()), {}

    joined = benchmark.pedantic(join, setup=fresh, rounds=10)  # type: ignore[no-untyped-call]
    assert joined.coverage.sockets == SOCKETS


def test_match_mirrored_tuples(benchmark: BenchmarkFixture, loops: Any) -> None:
    left, right = benchmark(loops.match, *made_candidates(PAIRS))
    assert len(left) == len(right) == PAIRS


def test_fold_pairs(benchmark: BenchmarkFixture, loops: Any) -> None:
    folded, within = benchmark(loops.fold, *fold_arguments(PAIRS))
    assert (sum(found.connections for found in folded), within) == (PAIRS, 0)


@pytest.mark.parametrize("format", ["dot", "json"])
def test_render(benchmark: BenchmarkFixture, graph: Graph, format: str) -> None:
    text = benchmark(render, graph, format)
    assert len(text) > 100 * len(graph.flows)

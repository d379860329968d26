"""The union of samples: both implementations give the same, and lose or invent nothing."""

from __future__ import annotations

import os
from array import array
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_twin_loops import OURS, PORTS, STATES, THEIRS, content, settled

from netviz.loops import _pyjoin
from netviz.tables import ESTABLISHED, LISTEN, TIME_WAIT, Candidates, ConnectedColumns

try:
    from netviz.loops import _fastjoin  # type: ignore[attr-defined,unused-ignore]
except ImportError:
    if os.environ.get("NETVIZ_REQUIRE_EXTENSIONS") == "1":
        raise
    pytest.skip("the compiled loops are not built", allow_module_level=True)

socket = st.tuples(
    st.sampled_from((OURS, THEIRS)),
    st.just(THEIRS),
    st.sampled_from((5432, 40000)),
    st.sampled_from(PORTS),
    st.sampled_from([state for state in STATES if state != LISTEN]),
    st.integers(0, 2),
    st.integers(0, 3),
)
tables = st.lists(
    st.tuples(st.integers(0, 4), st.lists(socket, max_size=12)), min_size=1, max_size=6
).map(lambda found: sorted(found, key=lambda one: one[0]))
Tables = Sequence[tuple[int, Sequence[tuple[int, ...]]]]


def united(loops: ModuleType, found: Tables) -> tuple[ConnectedColumns, list[list[int]]]:
    """The union, and the samples that list each connection."""
    owners = loops.InodeOwners()
    owners.add([5, 6], [[1, 2], [3]])
    parted = []
    for _, sockets in found:
        parted.append(settled(loops, sockets, owners).connected)
    sightings = loops.Sightings()
    samples = [sample for sample, _ in found]
    ranks = [(7 * number) % len(found) for number in range(len(found))]
    whole = loops.unite(parted, samples, ranks, sightings)
    return whole, [sightings.samples(number) for number in whole.seen]


def listed(table: ConnectedColumns) -> list[tuple[int, ...]]:
    """Each socket's tuple and inode."""
    return [
        (table.locals_lo[here], *rest)
        for here, *rest in zip(
            *(table.local, table.local_port, table.remote_lo, table.remote_port, table.inode),
            strict=True,
        )
    ]


@given(tables)
@settings(max_examples=300, deadline=None)
def test_same_results(found: Tables) -> None:
    compiled, compiled_samples = united(_fastjoin, found)
    pure, pure_samples = united(_pyjoin, found)
    assert content(compiled) == content(pure)
    assert compiled_samples == pure_samples


# Of repeats in a table the first counts, also where a forged one says that it is closed.
@example([(0, [(THEIRS, THEIRS, 5432, 80, TIME_WAIT, 0, 1), (THEIRS, THEIRS, 5432, 80, 1, 0, 1)])])
@example(
    [
        (0, [(THEIRS, THEIRS, 5432, 80, 1, 0, 0)]),
        (
            1,
            [(THEIRS, THEIRS, 5432, 80, TIME_WAIT, 0, 1), (THEIRS, THEIRS, 5432, 80, 1, 0, 1)],
        ),
    ]
)
@given(tables)
@settings(max_examples=300, deadline=None)
def test_every_socket_that_has_an_inode_is_there_once_with_its_samples(found: Tables) -> None:
    whole, samples = united(_fastjoin, found)
    expected: dict[tuple[int, ...], set[int]] = {}
    alike: dict[tuple[int, ...], set[int]] = {}
    still: dict[tuple[int, ...], set[int]] = {}
    for sample, sockets in found:
        repeats = set()
        for local, remote, port, other, state, _, inode in sockets:
            name = (local & (1 << 64) - 1, port, remote & (1 << 64) - 1, other)
            if other and (*name, inode) not in repeats:
                repeats.add((*name, inode))
                alike.setdefault(name, set()).add(sample)
                if state != TIME_WAIT:
                    still.setdefault(name, set()).add(sample)
                if inode and state != TIME_WAIT:
                    expected.setdefault((*name, inode), set()).add(sample)
    held: dict[tuple[int, ...], set[int]] = {}
    by_tuple: dict[tuple[int, ...], set[int]] = {}
    for socket_, seen in zip(listed(whole), samples, strict=True):
        by_tuple.setdefault(socket_[:4], set()).update(seen)
        if socket_[-1]:
            assert socket_ not in held
            held[socket_] = set(seen)
    # More samples than list the inode: before it was accepted, and after it was closed.
    assert all(held[name] >= expected[name] for name in expected)
    assert by_tuple.keys() == alike.keys()
    assert all(by_tuple[name] <= alike[name] for name in alike)
    assert all(by_tuple[name] >= still[name] for name in still)


@pytest.mark.parametrize("loops", [_fastjoin, _pyjoin], ids=["compiled", "pure"])
def test_many_connections_outgrow_every_hash_map(loops: Any) -> None:
    ours = [(OURS, THEIRS + i // 50000, 1024 + i % 50000, 80, 1, 0, 10 + i) for i in range(60000)]
    closed = [(*one[:4], TIME_WAIT, 0, 0) for one in ours[::2]]
    whole, samples = united(loops, [(0, ours), (1, ours[1::2]), (1, closed)])
    assert len(whole) == 60000
    assert {tuple(seen) for seen in samples} == {(0,), (1, 0)}
    assert set(whole.state) == {ESTABLISHED}


@pytest.mark.parametrize("loops", [_fastjoin, _pyjoin], ids=["compiled", "pure"])
def test_whoever_pairs_sockets_of_one_tuple_is_asked(loops: Any) -> None:
    candidates = Candidates()
    for number, (local, remote, port, other) in enumerate(
        [(0, 1, 40000, 80)] * 2 + [(1, 0, 80, 40000)] * 3 + [(0, 1, 40001, 80), (1, 0, 80, 40001)]
    ):
        candidates.namespace.append(local)
        candidates.proto.append(0)
        candidates.local.append(local)
        candidates.remote.append(remote)
        candidates.local_port.append(port)
        candidates.remote_port.append(other)
        candidates.state.append(ESTABLISHED)
        candidates.inode.append(number + 1)
        candidates.owner.append(0)
    asked = []

    def pairing(_: Candidates, ends: Sequence[int], others: Sequence[int]) -> list[tuple[int, int]]:
        asked.append({tuple(sorted(ends)), tuple(sorted(others))})
        return [(max(ends), min(others))]

    target = array("i", [1, 1, 0, 0, 0, 1, 0])
    left, right = loops.match(candidates, target, pairing)
    assert asked == [{(0, 1), (2, 3, 4)}]
    assert sorted(zip(left, right, strict=True)) in ([(1, 2), (5, 6)], [(4, 0), (5, 6)])

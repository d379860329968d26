"""The compiled loops of the join and their pure-Python twin give the same on whatever columns."""

from __future__ import annotations

import os
from array import array
from collections.abc import Sequence
from dataclasses import fields
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.addresses import ANY4, ANY6, MAPPED_PREFIX
from netviz.loops import _pyjoin
from netviz.tables import Candidates

try:
    from netviz.loops import _fastjoin  # type: ignore[attr-defined,unused-ignore]
except ImportError:
    if os.environ.get("NETVIZ_REQUIRE_EXTENSIONS") == "1":
        raise
    pytest.skip("the compiled loops are not built", allow_module_level=True)

LOOPBACK = MAPPED_PREFIX | 0x7F000001
OURS = MAPPED_PREFIX | 0x0A000001
THEIRS = MAPPED_PREFIX | 0x0A000002
OURS6 = 0xFD00 << 112 | 1
OUTSIDE = MAPPED_PREFIX | 0xC0000201
ADDRESSES = (ANY4, ANY6, LOOPBACK, 1, OURS, THEIRS, OURS6, OUTSIDE)
PORTS = (0, 80, 5432, 40000, 50000)
STATES = (0x01, 0x02, 0x03, 0x04, 0x06, 0x07, 0x08, 0x0A, 0xFF)

socket = st.tuples(
    st.sampled_from(ADDRESSES),
    st.sampled_from(ADDRESSES),
    st.sampled_from(PORTS),
    st.sampled_from(PORTS),
    st.sampled_from(STATES),
    st.integers(0, 3),
    st.integers(0, 5),
)
table = st.lists(socket, max_size=30)
Tables = Sequence[Sequence[tuple[int, ...]]]


def text_of(sockets: Sequence[tuple[int, ...]]) -> str:
    """A table of IPv6 of a big-endian machine: the words of an address are in reading order."""
    return "".join(
        f"0: {local:032X}:{local_port:04X} {remote:032X}:{remote_port:04X} {state:02X} "
        f"00000000:00000000 00:00000000 00000000 {uid} 0 {inode} 1 0\n"
        for local, remote, local_port, remote_port, state, uid, inode in sockets
    )


def settled(loops: ModuleType, sockets: Sequence[tuple[int, ...]], owners: Any) -> Any:
    (found,) = loops.settle([(text_of(sockets), True)], True, owners)
    return found


def content(columns: Any) -> dict[str, Any]:
    return {f.name: getattr(columns, f.name) for f in fields(columns)}


def run(loops: ModuleType, tables: Tables, last_port: int = 0) -> dict[str, Any]:
    """All loops one after the other, as ``join.py`` runs them, two namespaces by turns.

    ``last_port`` ends the local port range of the second namespace, 0 for unknown.
    """
    results: dict[str, Any] = {}
    known, dialled, dialled_in_time = loops.AddressTable(), loops.Dialled(), loops.Dialled()
    for address in (OURS, THEIRS, OURS6):
        known.add(address)
    listeners = loops.ListenerTable(known.add(ANY4), known.add(ANY6))
    listeners.add(0, 0, 80, known.add(ANY4), 0)
    listeners.add(1, 0, 5432, known.add(ANY6), 1)
    listeners.add(1, 0, 80, known.add(THEIRS), 2)
    gathered = []
    for number, sockets in enumerate(tables):
        owners = loops.InodeOwners()
        results[f"held{number}"] = [owners.add([5, 6], [[1, 2, 2], [2, 3]]), owners.add([6], [[1]])]
        owners.replace(2, 7)
        results[f"owners{number}"] = owners.find(array("Q", [3, 0, 9])), owners.unlisted()
        parted = settled(loops, sockets, owners)
        results[f"settled{number}"] = (
            content(parted.connected),
            content(parted.bound),
            parted.bound_owner,
            parted.served,
            owners.unlisted(),
        )
        listening = bytearray(65536)
        listening[80] = 1
        chosen = loops.select(
            *(parted.connected, known, listening, number % 2 == 1, number % 4, dialled),
            32768 * (number % 2),
        )
        results[f"selected{number}"] = chosen._asdict()
        below = array("I", [port % 3 for port in parted.connected.local_port])
        loops.select(
            *(parted.connected, known, bytearray(b"\0\1\0"), False, 3, dialled_in_time),
            *(0, below),
        )
        locals_ = zip(parted.connected.locals_hi, parted.connected.locals_lo, strict=True)
        local = array("I", [known.add(hi << 64 | lo) for hi, lo in locals_])
        gathered.append((parted.connected, chosen.inner, chosen.remote, local, number % 2, 0))
    candidates = Candidates.blank(sum(len(inner) for _, inner, *_ in gathered))
    base = 0
    for table, inner, *rest in gathered:
        loops.gather(candidates, base, table, inner, *rest)
        base += len(inner)
    results["addresses"] = list(known.addresses)
    listener = loops.cover(candidates, listeners, known)
    results["queued"] = queued = loops.adopt(candidates, listener, array("I", [5, 0, 9]))
    results["candidates"] = content(candidates)
    results["listener"] = listener
    namespaces, remotes, of = loops.distinct(candidates.namespace, candidates.remote)
    owner = {OURS: 0, THEIRS: 1, OURS6: -2}
    resolved = array(
        "i",
        [
            n if known.addresses[r] in (LOOPBACK, 1) else owner.get(known.addresses[r], -1)
            for n, r in zip(namespaces, remotes, strict=True)
        ],
    )
    target = loops.take(resolved, of)
    results["target"] = target
    left, right = loops.match(candidates, target)
    results["pairs"] = sorted(tuple(sorted(pair)) for pair in zip(left, right, strict=True))
    order = sorted(range(len(left)), key=lambda p: tuple(sorted((left[p], right[p]))))
    first = array("I", [min(left[p], right[p]) for p in order])
    second = array("I", [max(left[p], right[p]) for p in order])
    client, server, directed = loops.orient(
        candidates,
        first,
        second,
        listener,
        array("I", [32768, 32768]),
        array("I", [60999, last_port]),
    )
    results["oriented"] = (client, server, directed)
    results["kinds"] = kind = loops.kinds(candidates, client, server, queued)
    paired = bytearray(len(candidates))
    for number in (*left, *right):
        paired[number] = 1
    results["left over"] = loops.left_over(target, paired)
    results["dialled"] = dialled.most(), dialled_in_time.most()
    results["without the first"] = dialled.most([end[1] for end in dialled.most()[:1]])
    results["account"] = loops.account(candidates, target, paired)._asdict()
    wanted = dict.fromkeys(
        (0, a, p, b, q)
        for a in range(len(known))
        for b in range(len(known))
        for p in PORTS
        for q in PORTS
    )
    results["found"] = loops.find_tuples(candidates, list(wanted))
    distinct_ends, end_of = loops.ends(candidates, listener)
    results["ends"] = [distinct_ends[number] for number in end_of]
    texts = [f"{len(known) - number // 2:03d}" for number in range(len(known))]
    flags = bytearray(len(distinct_ends))
    loops.mark(client, flags, end_of)
    results["marked"] = sorted(end for end, flag in zip(distinct_ends, flags, strict=True) if flag)
    numbers = sorted(distinct_ends)
    place = array("i", [numbers.index(distinct_ends[number]) for number in end_of])
    process = array("i", [distinct_ends[number].owner - 1 for number in end_of])
    for with_self in (False, True):
        folded, within = loops.fold(
            candidates, client, server, directed, kind, place, process, with_self, texts
        )
        results[f"folded {with_self}"] = sorted(folded), within
    return results


@given(st.lists(table, min_size=1, max_size=3))
@settings(max_examples=300, deadline=None)
def test_same_results(tables: Tables) -> None:
    assert run(_fastjoin, tables) == run(_pyjoin, tables)


@given(st.lists(table, min_size=2, max_size=2))
@settings(max_examples=150, deadline=None)
def test_mirrored_tables_have_pairs_in_both(tables: Tables) -> None:
    mirrored = [
        [(r, lo, rp, lp, s, u, i) for lo, r, lp, rp, s, u, i in sockets] for sockets in tables
    ]
    both = [[*a, *b] for a, b in zip(tables, reversed(mirrored), strict=True)]
    assert run(_fastjoin, both) == run(_pyjoin, both)


def test_many_keys_outgrow_every_hash_map() -> None:
    """More keys than any map begins with, so that all of them grow."""
    ours = [(OURS, THEIRS, 1024 + i % 60000, 5432, 0x01, 0, 10 + i) for i in range(6000)]
    theirs = [(r, lo, rp, lp, s, u, i + 10000) for lo, r, lp, rp, s, u, i in ours]
    outside = [(OURS, OUTSIDE + i, 1024, 443, 0x01, 0, 50000 + i) for i in range(3000)]
    tables = [ours + outside, theirs]
    compiled = run(_fastjoin, tables)
    assert compiled == run(_pyjoin, tables)
    assert len(compiled["pairs"]) == 6000


def test_more_folds_than_a_map_begins_with() -> None:
    ours = [(OURS, THEIRS, 40000, port, 0x01, 0, port) for port in range(1, 4000)]
    theirs = [(r, lo, rp, lp, s, u, i + 10000) for lo, r, lp, rp, s, u, i in ours]
    compiled = run(_fastjoin, [ours, theirs], last_port=60999)
    assert compiled == run(_pyjoin, [ours, theirs], last_port=60999)
    assert len(compiled["folded True"][0]) > 2000


@pytest.mark.parametrize("loops", [_fastjoin, _pyjoin])
class TestOfEachTwin:
    """What random tables hardly ever hold."""

    def test_an_inode_of_zero_is_held_by_nobody(self, loops: ModuleType) -> None:
        owners = loops.InodeOwners()
        assert owners.add([3], [[0, 7]]) == []
        assert owners.add([4], [[0, 7]]) == [(7, 4, 3)]
        assert list(owners.find(array("Q", [0, 7]))) == [0, 3]

    @pytest.mark.parametrize("wide", [True, False])
    @pytest.mark.parametrize("lines", ["", "long\n", "{long}\n", "{long}\n{long}\n"])
    def test_lines_may_be_much_shorter_than_the_first(
        self, loops: ModuleType, lines: str, wide: bool
    ) -> None:
        """By that of the first ones it is guessed how many there are."""
        address = "0" * 31 + "1" if wide else "0100007F"
        short = f"0: {address}:0050 {address}:1389 01 0:0 0:0 0 0 0 "
        long = f"{short}1 {'0' * 1000}"
        text = lines.format(long=long) + "".join(f"{short}{inode}\n" for inode in range(2, 900))
        owners = loops.InodeOwners()
        owners.add([4], [[899, 900]])
        given = [(text, wide), (text_of([]), True), (text, wide)]
        tables = loops.settle(given, False, owners)
        inodes = list(range(1 if "{long}" in lines else 2, 900))
        for found in (tables[0], tables[2]):
            assert list(found.connected.inode) == inodes
            assert list(found.connected.owner) == [0] * (len(inodes) - 1) + [4]
            assert (len(found.bound), found.bound.bad.count) == (0, lines == "long\n")
        assert len(tables[1].connected) == len(tables[1].bound) == 0
        assert owners.unlisted() == 1

    def test_no_number_is_told_from_another(self, loops: ModuleType) -> None:
        lefts, rights, of = loops.distinct(array("i", [-1, 5, -1]), array("i", [7, 7, 7]))
        assert (list(lefts), list(rights), list(of)) == ([0xFFFFFFFF, 5], [7, 7], [0, 1, 0])

    def test_of_two_listeners_at_one_place_the_later_counts(self, loops: ModuleType) -> None:
        listeners = loops.ListenerTable(8, 9)
        for number in (5, 6):
            listeners.add(0, 0, 80, 1, number)
        assert listeners.find(0, 0, 80, 1, True) == 6

    def test_samples_of_one_client_socket_are_in_the_order_of_servers(
        self, loops: ModuleType
    ) -> None:
        """As of one that a load balancer sent to three servers, one after the other."""
        candidates = Candidates.blank(4)
        for number, (address, port) in enumerate([(3, 40000), (1, 80), (2, 80), (0, 80)]):
            candidates.local[number], candidates.local_port[number] = address, port
        folded, _ = loops.fold(
            candidates,
            array("I", [0, 0, 0]),
            array("I", [1, 2, 3]),
            array("B", [1, 1, 1]),
            array("B", [0, 0, 0]),
            array("i", [0, 1, 1, 1]),
            array("i", [0, 1, 1, 1]),
            True,
            ["10.0.0.4", "10.0.0.3", "10.0.0.2", "10.0.0.1"],
        )
        (fold,) = folded
        assert [sample[2] for sample in fold.samples] == ["10.0.0.2", "10.0.0.3", "10.0.0.4"]

    def test_the_smallest_samples_are_kept_though_they_come_last(self, loops: ModuleType) -> None:
        calls = 7
        candidates = Candidates.blank(calls + 1)
        for number in range(calls):
            candidates.local_port[number] = 40000 + calls - number
        candidates.local_port[calls] = 80
        (fold,), _ = loops.fold(
            candidates,
            array("I", range(calls)),
            array("I", [calls] * calls),
            array("B", [1] * calls),
            array("B", [0] * calls),
            array("i", [0] * calls + [1]),
            array("i", [0] * calls + [1]),
            True,
            ["10.0.0.1"],
        )
        assert fold.connections == calls
        assert [sample[1] for sample in fold.samples] == [40001, 40002, 40003, 40004, 40005]

"""Harnesses for files: JSON, compression, both formats, and all the way to a graph."""

from __future__ import annotations

import copy
import gzip
import json
import math
from collections.abc import Iterator
from typing import Any

from fuzz_group import documents

from netviz.errors import TableError
from netviz.graph import FLOW_KINDS, LEVELS, Graph
from netviz.group import group
from netviz.render.json_flows import render
from netviz.render.options import DEFAULTS
from netviz.snapshot.documents import decode, decode_with_json, decode_with_orjson
from netviz.snapshot.faults import Fault
from netviz.snapshot.files import gunzip
from netviz.snapshot.load import _snapshot
from netviz.stitch import StitchOptions, stitch

SNAPSHOTS = documents()
LIMIT = 1 << 20
ALL = StitchOptions(
    recent=True,
    attempts=True,
    doubtful=True,
    self_flows=True,
    kinds=frozenset(FLOW_KINDS),
    strangers=True,
    external="service",
)


def json_decoders(data: bytes) -> None:
    """Both decoders give one value or one fault."""
    with_orjson, with_json = _outcome(decode_with_orjson, data), _outcome(decode_with_json, data)
    assert _same(with_orjson, with_json), (with_orjson, with_json)


def _outcome(decoder: Any, data: bytes) -> object:
    try:
        return decoder(data)
    except Fault as fault:
        assert fault.what.isprintable()
        return type(fault), fault.what, fault.where, fault.advice


def _same(one: object, other: object) -> bool:
    """Equal, and of equal types at each place: 1, 1.0 and true are not the same."""
    return repr(one) == repr(other)


def gzip_files(data: bytes) -> None:
    """Any bytes are text within the limit, or a fault."""
    try:
        assert len(gunzip(data, LIMIT)) <= LIMIT
    except Fault as fault:
        assert fault.what.isprintable()


def snapshots(data: bytes) -> None:
    """Any document is a fault or a snapshot, and any snapshot has a graph that adds up."""
    try:
        document = decode(data)
        snapshot = _snapshot(document, "fuzzed.json", "fuzzed.json")
        graph = stitch([snapshot], ALL)
    except (Fault, TableError) as fault:
        assert str(fault).replace("\n", " ").isprintable()
        return
    check(graph)


def changed_snapshots(data: bytes) -> None:
    """Documents of a group with values put where the bytes say; the group is stitched together."""
    steps = iter(data)
    documents = [copy.deepcopy(SNAPSHOTS[next(steps, 0) % len(SNAPSHOTS)]) for _ in range(2)]
    for _ in range(1 + next(steps, 0) % 6):
        _change(documents[next(steps, 0) % 2], steps, data)
    found = []
    for number, document in enumerate(documents):
        name = f"fuzzed{number}.json"
        try:
            encoded = json.dumps(document).encode("utf-8", "surrogatepass")
            found.append(_snapshot(decode(encoded), name, name))
        except Fault as fault:
            assert fault.what.isprintable()
    try:
        graph = stitch(found, ALL)
        assert stitch(reversed(found), ALL) == graph
    except TableError:
        return
    check(graph)


ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2**31, 2**32 - 1, 2**53 + 1, 2**63, 2**64 - 1, 2**64, 10**400),
    *(
        0.5,
        -0.0,
        1e308,
        "",
        "\0",
        "/",
        "a/b@c%d",
        "?none",
        "\ud800",
        "\x1b[31m",
        "::1",
        "10.0.0.1/24",
    ),
    *("10.0.0.2/33", "fe80::1%eth0/64", [], {}, [[]], [1], [1, 2], ["1", "r"], {"id": 1}),
)


def _change(document: Any, steps: Iterator[int], data: bytes) -> None:
    """Walk down from the top as the bytes say, and put something odd there."""
    place: Any = document
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return
        key = keys[next(steps, 0) % len(keys)]
        inner = place[key]
        if not isinstance(inner, (dict, list)) or not inner or next(steps, 1) % 8 == 0:
            break
        place = inner
    how = next(steps, 0)
    if isinstance(inner, str) and how % 3 == 0:
        at = next(steps, 0) * (len(inner) + 1) // 256
        piece = bytes(data[: next(steps, 0) % 40]).decode("utf-8", "backslashreplace")
        place[key] = inner[:at] + piece + inner[at + next(steps, 0) % 4 :]
    elif isinstance(inner, int) and how % 3 == 0:
        place[key] = inner + next(steps, 0) - 128
    elif isinstance(place, list) and how % 3 == 1:
        place.append(copy.deepcopy(inner))
    else:
        place[key] = copy.deepcopy(ODD[how % len(ODD)])


def check(graph: Graph) -> None:
    """A graph adds up: ids are unique, ends are there, each socket is in one count."""
    ids = [node.id for node in graph.nodes]
    assert len(set(ids)) == len(ids)
    assert {end for flow in graph.flows for end in (flow.source, flow.target)} <= set(ids)
    one = graph.coverage
    counted = one.joined + one.listening + one.unconnected + one.recent + one.attempt
    counted += one.external + one.ambiguous + one.unmatched
    assert one.sockets == counted
    for level in LEVELS[LEVELS.index("process") :]:
        coarser = group(graph, level)
        assert sum(f.connections for f in coarser.flows) >= 0
        written = json.loads(render(coarser, "json", DEFAULTS))
        assert len(written["nodes"]) == len(coarser.nodes)
        assert _finite(written)


def _finite(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(map(_finite, value.values()))
    return not isinstance(value, list) or all(map(_finite, value))


DOCUMENT_SEEDS = [json.dumps(document).encode() for document in SNAPSHOTS]
JSON_SEEDS = [
    b'{"a":[1,-2.5e+3,true,false,null,"\\u00e9\\ud83d\\ude00\\n"],"b":{"a":18446744073709551615}}',
    b"[" * 40 + b"]" * 40,
    b'"\xc3\xa9\\u0000\\ud800"',
    b"[1e400, 1E-400, 0.1e1, -0, 123456789012345678901234567890]",
    *(seed[:700] for seed in DOCUMENT_SEEDS),
]
GZIP_SEEDS = [gzip.compress(b"{}" * 50, mtime=0), gzip.compress(bytes(3000), mtime=0) + bytes(9)]
CHANGE_SEEDS = [bytes(range(start, start + 60)) for start in range(0, 180, 30)]

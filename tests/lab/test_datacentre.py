"""Real daemons in a small datacentre, captured and stitched: the flows of the table, no others."""

from __future__ import annotations

from collections import Counter

import pytest
from captured import Captured
from datacentre import (
    DATABASE,
    DOCKER1,
    DOCKER2,
    FLOWS,
    HOSTS,
    RESOLVER,
    SITE1,
    SITE2,
    Row,
)
from stitching import Stitched

KINDS = ("--flows", "net,unix", "--group-by", "process")


def rows(result: Stitched, containers: dict[str, str]) -> Counter[Row]:
    """The flows as rows of the table, each kind of match with its connections."""

    def named(key: str) -> str:
        node = result.nodes[key]
        inside = "/" + containers[node["netns"]] if node["netns"] else ""
        return f"{node['name'] or node['label']}@{result.machine_of[key]}{inside}"

    found: Counter[Row] = Counter()
    for flow in result.flows:
        assert sum(flow["matches"].values()) == flow["connections"]
        for match, connections in flow["matches"].items():
            row = Row(
                named(flow["source"]),
                named(flow["target"]),
                flow["proto"],
                flow["port"],
                flow["path"],
                match,
                tuple(flow["via"]),
                tuple(flow["dialled"]) if flow["dialled"] else None,
                flow["directed"],
            )
            found[row] += connections
    return found


def expected(without: frozenset[str] = frozenset()) -> Counter[Row]:
    """The table, less what needs one of the machines ``without``; ``via`` is sorted there."""
    kept: Counter[Row] = Counter()
    for row, connections in FLOWS.items():
        hosts = {end.partition("@")[2].partition("/")[0] for end in (row.client, row.server)}
        if not without & {*hosts, *row.via}:
            kept[row._replace(via=tuple(sorted(row.via)))] += connections
    return kept


def test_the_flows_are_those_of_the_table(captured: Captured, implementation: str) -> None:
    result = Stitched(implementation, captured.own.values(), *KINDS)
    assert result.machine_names == sorted(HOSTS)
    assert rows(result, captured.containers) == expected()


def test_they_are_the_same_with_one_boot_id(captured: Captured, implementation: str) -> None:
    result = Stitched(implementation, captured.shared.values(), *KINDS)
    assert result.machine_names == sorted(HOSTS)
    assert rows(result, captured.containers) == expected()


def test_every_socket_is_accounted_for(captured: Captured, implementation: str) -> None:
    coverage = Stitched(implementation, captured.own.values(), *KINDS).coverage
    kinds: Counter[str] = Counter()
    for row, connections in FLOWS.items():
        kinds[row.match] += connections
    assert coverage["reciprocal"] == kinds["reciprocal"]
    assert coverage["nat"] == kinds["nat"]
    assert coverage["one_sided"] == kinds["one-sided"]
    # The resolver's socket has no peer: a flow to it joins one socket.
    asking = sum(n for row, n in FLOWS.items() if row.proto == "udp")
    talking = sum(n for row, n in FLOWS.items() if row.proto == "tcp")
    assert coverage["joined"] == 2 * talking + asking
    assert (coverage["external"], coverage["ambiguous"], coverage["unmatched"]) == (0, 0, 0)
    # postgres, sshd (twice: IPv6 too), dnsmasq, socat, and on each docker host nginx and Redis.
    assert (coverage["listening"], coverage["unconnected"]) == (9, 1)
    assert coverage["missing"] == []
    assert coverage["unowned"] == 0
    # dnsmasq listens to the kernel's routes; sshd keeps a socket whose other end is closed.
    assert coverage["other"]["unknown"] == 1
    assert coverage["other"]["unix_unjoined"] == 1


EDGE, PUBLISHED = "10.30.0.1", 8080

MISSING: dict[str, set[tuple[str, str, int | None, int]]] = {
    "edge": {("tcp", EDGE, None, 3)},
    "lb": {("tcp", SITE1, 80, 2), ("tcp", SITE2, 80, 1), ("udp", RESOLVER, 53, 6)},
    "edge lb": {("tcp", SITE1, 80, 2), ("tcp", SITE2, 80, 1), ("udp", RESOLVER, 53, 6)},
    "docker1": {("tcp", DOCKER1, PUBLISHED, 2), ("tcp", DOCKER1, 6379, 1)},
    "docker2": {("tcp", DOCKER2, PUBLISHED, 1)},
    "db": {("tcp", DATABASE, 5432, 6), ("tcp", DATABASE, 22, 1)},
    "laptop": set(),
}
"""What to capture next where machines are missing: protocol, address, port, sockets. The port that
a masquerading router happened to take is None."""


@pytest.mark.parametrize("without", MISSING)
def test_without_a_machine_nothing_is_made_up(
    captured: Captured, implementation: str, without: str
) -> None:
    gone = frozenset(without.split())
    snapshots = [path for name, path in captured.own.items() if name not in gone]
    result = Stitched(implementation, snapshots, *KINDS)
    left = expected(gone)
    if "edge" in gone:  # nothing but the router stands between the two
        left[Row("ssh@laptop", "sshd@db", "tcp", 22, None, "one-sided")] = 1
    assert rows(result, captured.containers) == left
    named: Counter[tuple[str, str, int | None]] = Counter()
    for end in result.coverage["missing"]:
        port = None if end["address"] == EDGE else end["port"]
        named[end["proto"], end["address"], port] += end["sockets"]
    assert {(*end, sockets) for end, sockets in named.items()} == MISSING[without]


def test_nodes_are_in_their_containers(captured: Captured) -> None:
    if not captured.cgroups:
        pytest.skip("no control group hierarchy can be written here")
    result = Stitched("pure", captured.own.values(), *KINDS)
    inside = {node["name"] for node in result.nodes.values() if node["container"]}
    outside = {node["name"] for node in result.nodes.values() if not node["container"]}
    assert inside >= {"nginx", "gunicorn", "redis-server", "probe"}
    assert outside >= {"postgres", "sshd", "socat", "dnsmasq", "psql", "ssh"}
    assert not inside & outside
    assert len({node["container"] for node in result.nodes.values()} - {None}) == 4

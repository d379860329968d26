"""Snapshot documents of format 2, written by hand in tests, and the public way to a graph.

server = Machine("alder", "10.9.0.1/24")
server.process(700, "nginx", 31)
server.tcp(("0.0.0.0", 80), ANY4, LISTEN, 31)
graph = stitched(tmp_path, server, client)
assert flows(graph) == ...
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from kernel_text import Endpoint, Row, inet_table, packet_table, unix_table

from netviz.graph import Graph, Node
from netviz.snapshot import load
from netviz.stitch import StitchOptions, stitch

ANY4: Endpoint = ("0.0.0.0", 0)
ANY6: Endpoint = ("::", 0)
FIRST_NETNS = 4026531840


class Namespace:
    """One network namespace of a machine: rows and lines of tables, or verbatim texts of them."""

    def __init__(self, machine: Machine, id: int, addresses: tuple[str, ...]) -> None:
        self.machine = machine
        self.id = id
        self.addresses: list[str] | None = list(addresses)
        self.port_range: list[int] | None = [32768, 60999]
        self.name: str | None = None
        self.rows: dict[str, list[Row]] = {}
        self.lines: dict[str, list[str]] = {}
        self.texts: dict[str, str] = {}

    def inet(
        self,
        table: str,
        local: Endpoint,
        remote: Endpoint,
        state: int,
        inode: int,
        uid: int = 0,
    ) -> Row:
        row = Row(local, remote, state, inode, uid)
        self.rows.setdefault(table, []).append(row)
        return row

    def tcp(self, local: Endpoint, remote: Endpoint, state: int, inode: int, uid: int = 0) -> Row:
        return self.inet("tcp", local, remote, state, inode, uid)

    def tcp6(self, local: Endpoint, remote: Endpoint, state: int, inode: int, uid: int = 0) -> Row:
        return self.inet("tcp6", local, remote, state, inode, uid)

    def udp(self, local: Endpoint, remote: Endpoint, state: int, inode: int, uid: int = 0) -> Row:
        return self.inet("udp", local, remote, state, inode, uid)

    def line(self, table: str, line: str) -> None:
        """A line of ``unix`` or ``packet`` as ``unix_line`` and ``packet_line`` make them."""
        self.lines.setdefault(table, []).append(line)

    def text(self, table: str, text: str) -> None:
        """A whole table, as it is."""
        self.texts[table] = text

    def document(self) -> dict[str, Any]:
        tables = {
            table: inet_table(table, rows, self.machine.byteorder)
            for table, rows in self.rows.items()
        }
        makers = {"unix": unix_table, "packet": packet_table}
        tables |= {table: makers[table](lines) for table, lines in self.lines.items()}
        return {
            "id": self.id,
            "name": self.name,
            "addresses": self.addresses,
            "ip_local_port_range": self.port_range,
            "forwarding": False,
            "tables": tables | self.texts,
        }


class Machine(Namespace):
    """One sample of a machine, and its own network namespace."""

    def __init__(
        self,
        name: str,
        *addresses: str,
        byteorder: str = "little",
        boot_id: str | None = "",
        netns: int = FIRST_NETNS,
    ) -> None:
        super().__init__(self, netns, addresses)
        self.host_name = name
        self.byteorder = byteorder
        self.boot_id = f"boot of {name}" if boot_id == "" else boot_id
        self.euid = 0
        self.processes: list[dict[str, Any]] = []
        self.namespaces: list[Namespace] = [self]
        self.problems: list[dict[str, Any]] = []
        self.started = 1_700_000_000.0

    def namespace(self, id: int, *addresses: str) -> Namespace:
        """Another network namespace of this machine."""
        made = Namespace(self, id, addresses)
        self.namespaces.append(made)
        return made

    def process(
        self,
        pid: int,
        comm: str,
        *sockets: int,
        netns: int | None = None,
        uid: int = 0,
        start: int = 1000,
        **fields: Any,
    ) -> None:
        self.processes.append(
            {
                "pid": pid,
                "ppid": 1,
                "start": start,
                "comm": comm,
                "exe": f"/usr/sbin/{comm}",
                "uid": uid,
                "netns": self.id if netns is None else netns,
                "sockets": list(sockets),
                **fields,
            }
        )

    def problem(self, what: str, error: str, count: int) -> None:
        self.problems.append({"what": what, "error": error, "count": count})

    def snapshot(self) -> dict[str, Any]:
        """The document of format 2."""
        return {
            "netviz_snapshot": 2,
            "tool": {"version": "0", "python": "3.11.2"},
            "host": {
                "name": self.host_name,
                "boot_id": self.boot_id,
                "byteorder": self.byteorder,
                "btime": 1_690_000_000,
                "clk_tck": 100,
            },
            "privileges": {"euid": self.euid},
            "processes": self.processes,
            "netns": [namespace.document() for namespace in self.namespaces],
            "problems": self.problems,
            "time": {"started": self.started, "finished": self.started + 1},
            "complete": True,
        }


def written(folder: Path, *machines: Machine) -> list[Path]:
    """One snapshot file for each machine."""
    paths = []
    for number, machine in enumerate(machines):
        path = folder / f"{number}-{machine.host_name}.json"
        path.write_text(json.dumps(machine.snapshot()), encoding="utf-8")
        paths.append(path)
    return paths


def stitched(
    folder: Path,
    *machines: Machine,
    level: str = "process",
    recent: bool = False,
    self_flows: bool = False,
) -> Graph:
    """The graph of the machines, through snapshot files and the public functions."""
    samples = [sample for path in written(folder, *machines) for sample in load(path)]
    return stitch(samples, StitchOptions(recent=recent, self_flows=self_flows), level)


def place(graph: Graph, node_id: str) -> str:
    """``alder:nginx``: the machine and the process of a node, ``?`` where nobody owns it."""
    node = node_of(graph, node_id)
    names = {machine.id: machine.name for machine in graph.machines}
    return f"{names[node.machine]}:{node.name if node.owner is None else '?'}"


def node_of(graph: Graph, node_id: str) -> Node:
    return next(node for node in graph.nodes if node.id == node_id)


def named(graph: Graph, name: str) -> Node:
    """The one node of that name."""
    (node,) = (node for node in graph.nodes if node.name == name)
    return node


def flows(graph: Graph) -> Counter[tuple[str, str, str, int | None, str]]:
    """(client, server, protocol, server port, kind) -> connections; ``-`` starts one of unknown
    direction."""
    counted: Counter[tuple[str, str, str, int | None, str]] = Counter()
    for flow in graph.flows:
        ends = place(graph, flow.source), place(graph, flow.target)
        for kind, connections in flow.matches.items():
            source = ends[0] if flow.directed else f"-{ends[0]}"
            counted[source, ends[1], flow.proto, flow.port, kind] += connections
    return counted


def listeners(graph: Graph) -> set[tuple[str, str, str, int | None]]:
    """(machine:process, protocol, address, port) of everything that takes traffic."""
    return {
        (place(graph, node.id), listener.proto, listener.address, listener.port)
        for node in graph.nodes
        for listener in node.listeners
    }


def check_sums(graph: Graph) -> None:
    """What DESIGN calls adding up: every socket in exactly one count, pairs in their kinds."""
    count = graph.coverage
    assert count.sockets == (
        count.joined
        + count.listening
        + count.unconnected
        + count.recent
        + count.attempt
        + count.external
        + count.ambiguous
        + count.unmatched
    )
    assert count.pairs == count.reciprocal + count.nat + count.queued

"""Snapshot documents around the texts of public bug reports, and the way from them to a graph."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from netviz.graph import Graph
from netviz.snapshot import load
from netviz.snapshot.model import Snapshot
from netviz.stitch import StitchOptions, stitch

SHOWN = StitchOptions()
INET = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout"
UNIX = "Num       RefCount Protocol Flags    Type St Inode Path"


def table(*lines: str, header: str = INET) -> str:
    return "\n".join([header, *lines]) + "\n"


def netns(
    tables: dict[str, str], addresses: list[str] | None = None, number: int = 1, **more: object
) -> dict[str, Any]:
    return {
        "id": number,
        "name": None,
        "addresses": addresses,
        "ip_local_port_range": [32768, 60999],
        "forwarding": False,
        "tables": tables,
        **more,
    }


def document(
    name: str,
    spaces: list[dict[str, Any]],
    held: dict[int, list[int]] | None = None,
    byteorder: str = "little",
    **more: object,
) -> dict[str, Any]:
    """``held`` has the socket inodes of each pid; the process is called pPID."""
    return {
        "netviz_snapshot": 2,
        "host": {
            "name": name,
            "byteorder": byteorder,
            "boot_id": f"boot of {name}",
            "btime": 1000,
            "clk_tck": 100,
        },
        "processes": [
            {"pid": pid, "start": 5, "comm": f"p{pid}", "netns": spaces[0]["id"], "sockets": inodes}
            for pid, inodes in (held or {}).items()
        ],
        "netns": spaces,
        "time": {"started": 2000, "finished": 2000},
        "complete": True,
        **more,
    }


def graph_of(folder: Path, *documents: dict[str, Any], options: StitchOptions = SHOWN) -> Graph:
    """Write the documents as files, load and stitch them."""
    snapshots: list[Snapshot] = []
    for number, content in enumerate(documents):
        path = folder / f"{number}.json"
        path.write_text(json.dumps(content))
        snapshots += load(str(path))
    return stitch(snapshots, options)


def flows(graph: Graph) -> list[tuple[str, str, str, int | None, str, int]]:
    names = {node.id: f"{node.machine}/{node.label}" for node in graph.nodes}
    return sorted(
        (names[f.source], names[f.target], f.proto, f.port, f.match, f.connections)
        for f in graph.flows
    )

"""A snapshot as a document of format 2: the way back from ``model.Snapshot`` to a file."""

from __future__ import annotations

import json
from typing import Any

from netviz.snapshot.model import Host, NetworkNamespace, Problem, Process, Snapshot


def encoded(snapshot: Snapshot) -> bytes:
    """The document in UTF-8, on one line. The keys stand in the order of the format."""
    return (
        json.dumps(document(snapshot), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    )


def document(snapshot: Snapshot) -> dict[str, Any]:
    """The document as plain JSON values; what is unknown is null."""
    return {
        "netviz_snapshot": 2,
        "host": _host(snapshot.host),
        "privileges": {
            "euid": snapshot.euid,
            "cap_eff": snapshot.cap_eff,
            "pid_namespace": snapshot.pid_namespace,
        },
        "processes": [_process(process) for process in snapshot.processes],
        "netns": [_namespace(namespace) for namespace in snapshot.netns],
        "unix_peers": [list(pair) for pair in snapshot.unix_peers],
        "unix_names": [list(pair) for pair in snapshot.unix_names],
        "problems": [_problem(problem) for problem in snapshot.problems],
        "time": {"started": snapshot.started, "finished": snapshot.finished},
        "complete": True,
    }


def _host(host: Host) -> dict[str, Any]:
    return {
        "name": host.name,
        "machine_id": host.machine_id,
        "boot_id": host.boot_id,
        "kernel": host.kernel,
        "arch": host.arch,
        "byteorder": host.byteorder,
        "btime": host.btime,
        "clk_tck": host.clk_tck,
    }


def _process(process: Process) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "pid": process.pid,
        "ppid": process.ppid,
        "start": process.start,
        "comm": process.comm,
        "exe": process.exe,
        "uid": process.uid,
        "security": process.security,
        "caps": process.caps,
        "netns": process.netns,
        "cgroup": process.cgroup,
    }
    if process.argv is not None:
        fields["argv"] = list(process.argv)
    fields["sockets"] = list(process.sockets)
    fields["pipes"] = [list(pipe) for pipe in process.pipes]
    return fields


def _namespace(namespace: NetworkNamespace) -> dict[str, Any]:
    ports = namespace.ip_local_port_range
    return {
        "id": namespace.id,
        "name": namespace.name,
        "addresses": None if namespace.addresses is None else list(namespace.addresses),
        "interfaces": [list(pair) for pair in sorted(namespace.interfaces.items())],
        "ip_local_port_range": None if ports is None else list(ports),
        "forwarding": namespace.forwarding,
        "tables": namespace.tables,
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "what": problem.what,
        "error": problem.error,
        "count": problem.count,
        "example": problem.example,
    }

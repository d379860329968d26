"""The example snapshots give the flows of the shop that examples/make.py sets up, and no others."""

from __future__ import annotations

from stitching import ROOT, Stitched

EXAMPLES = sorted((ROOT / "examples").glob("*.json"))

APPLICATION = {
    ("edge", "nginx", "{app}", "gunicorn", "tcp", 8000): 4,
    ("{app}", "gunicorn", "{app}", "memcached", "tcp", 11211): 3,
    ("{app}", "gunicorn", "db", "pgbouncer", "tcp", 6432): 6,
    ("{app}", "gunicorn", "broker", "redis-server", "tcp", 6379): 3,
    ("{app}", "celery", "db", "pgbouncer", "tcp", 6432): 1,
    ("{app}", "celery", "broker", "java", "tcp", 9092): 2,
}
FLOWS: dict[tuple[object, ...], int] = {
    **{
        tuple(part.format(app=app) if isinstance(part, str) else part for part in flow): count
        for app in ("app1", "app2")
        for flow, count in APPLICATION.items()
    },
    **{
        ("monitor", "prometheus", name, "node_exporter", "tcp", 9100): 1
        for name in ("app1", "app2", "broker", "db", "edge", "monitor")
    },
    ("edge", "rsyslogd", "monitor", "rsyslogd", "udp", 514): 1,
    ("db", "rsyslogd", "monitor", "rsyslogd", "udp", 514): 1,
    ("db", "barman", "db", "postgres", "tcp", 5432): 1,
    ("monitor", "grafana", "db", "postgres", "tcp", 5432): 1,
    ("monitor", "grafana", "monitor", "prometheus", "tcp", 9090): 2,
    ("monitor", "ssh", "db", "sshd", "tcp", 22): 1,
}


def test_the_shop(implementation: str) -> None:
    result = Stitched(implementation, EXAMPLES)
    found = {
        (
            result.machine_of[flow["source"]],
            result.nodes[flow["source"]]["name"],
            result.machine_of[flow["target"]],
            result.nodes[flow["target"]]["name"],
            flow["proto"],
            flow["port"],
        ): flow["connections"]
        for flow in result.flows
    }
    assert len(found) == len(result.flows)
    assert found == FLOWS
    assert {flow["proto"]: flow["match"] for flow in result.flows} == {
        "tcp": "reciprocal",
        "udp": "one-sided",
    }
    assert result.coverage["external"] == 8


def test_the_users_and_units(implementation: str) -> None:
    result = Stitched(implementation, EXAMPLES)
    nginx = {
        (node["uid"], len(node["pids"]), node["unit"])
        for node in result.nodes.values()
        if node["name"] == "nginx"
    }
    assert nginx == {(0, 1, "nginx.service"), (33, 2, "nginx.service")}

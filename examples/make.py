"""Takes the example snapshots, in the laboratory, and draws them: ``python examples/make.py``.

Needs root, and the Python that netviz and its dependencies are installed for.

A small shop: an edge proxy, two application machines, a database, a broker and a monitoring
machine, made of namespaces on this computer (tests/lab/machines.py). The processes are stand-ins
that bear the names, users and units of the real daemons and open the same connections; the
snapshots are what netviz-capture.pyz wrote in each machine, byte for byte.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent
ROOT = EXAMPLES.parent
sys.path.insert(0, str(ROOT / "tests" / "lab"))

import draw  # noqa: E402
from machines import Lab, Machine, why_not  # noqa: E402

# Users, as Debian numbers them.
WWW_DATA, POSTGRES, REDIS, NOBODY = 33, 102, 104, 65534
SHOP, KAFKA, PROMETHEUS, GRAFANA, ADMIN = 998, 997, 106, 107, 1000

ADDRESSES = {
    "edge": 10,
    "app1": 21,
    "app2": 22,
    "db": 30,
    "broker": 40,
    "monitor": 50,
}
SESSION = "user.slice/user-1000.slice/session-3.scope"


def ipv4(name: str) -> str:
    return f"10.20.0.{ADDRESSES[name]}"


def ipv6(name: str) -> str:
    return f"fd20::{ADDRESSES[name]}"


def main() -> int:
    """Make everything; the exit status."""
    reason = why_not()
    if reason:
        print(reason, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pyz = folder / "netviz-capture.pyz"
        packer = ROOT / "build" / "make_capture_pyz.py"
        subprocess.run([sys.executable, str(packer), "-o", str(pyz)], check=True)
        with Lab() as lab:
            snapshots = [
                shutil.copy(machine.capture(pyz), folder) for machine in open_shop(lab).values()
            ]
        for made in snapshots:
            shutil.copyfile(made, EXAMPLES / Path(made).name)
    return draw.main()


def open_shop(lab: Lab) -> dict[str, Machine]:
    """Start every machine and process; what is returned is to be captured."""
    shop = {
        name: lab.machine(name, [f"{ipv4(name)}/24", f"{ipv6(name)}/64"], init="systemd")
        for name in ADDRESSES
    }
    shop["edge"].connect("internet", ["203.0.113.10/24"])
    internet = lab.machine("internet", ["203.0.113.77/24"], network="internet")
    internet.connect("lan", ["198.51.100.7/24"])
    internet.exec(["ip", "route", "add", "10.20.0.0/24", "dev", "eth1"])
    internet.actor("https", ["listen", "198.51.100.7", 443])
    for machine in shop.values():
        every_machine(machine)
    database(shop["db"])
    broker(shop["broker"])
    for name in ("app1", "app2"):
        application(shop[name])
    edge(shop["edge"])
    monitoring(shop["monitor"])
    internet.actor("browser", ["connect", "203.0.113.10", 443, 6])
    return shop


def every_machine(machine: Machine) -> None:
    """What runs everywhere."""
    machine.actor("sshd", ["listen", "::", 22, "fork:sshd"], unit="ssh.service")
    machine.actor("cron", unit="cron.service")
    machine.actor(
        "node_exporter",
        ["become", NOBODY],
        ["listen", "::", 9100],
        unit="prometheus-node-exporter.service",
    )


def syslog(machine: Machine) -> None:
    """Sends to the monitoring machine, whose UDP socket is never connected."""
    machine.actor("rsyslogd", ["udp", None, [ipv4("monitor"), 514]], unit="rsyslog.service")


def database(db: Machine) -> None:
    """PostgreSQL, and the pooler in front of it, which reaches it over a unix socket."""
    syslog(db)
    socket = "/run/postgresql/.s.PGSQL.5432"
    db.actor(
        "postgres",
        ["unix_listen", socket],
        ["become", POSTGRES],
        ["listen", ipv4("db"), 5432],
        ["listen", "127.0.0.1", 5432],
        unit="postgresql.service",
    )
    db.actor(
        "pgbouncer",
        ["become", POSTGRES],
        ["listen", "0.0.0.0", 6432],
        ["unix_connect", socket, 4],
        unit="pgbouncer.service",
    )
    db.actor("barman", ["become", POSTGRES], ["connect", "127.0.0.1", 5432], unit="barman.service")


def broker(machine: Machine) -> None:
    """Redis as the cache; Kafka, a Java process that listens on :: for IPv4, too."""
    machine.actor(
        "redis-server",
        ["become", REDIS],
        ["listen", ipv4("broker"), 6379],
        ["listen", "127.0.0.1", 6379],
        unit="redis-server.service",
    )
    machine.actor("java", ["become", KAFKA], ["listen", "::", 9092], unit="kafka.service")


def application(machine: Machine) -> None:
    """The web application's workers, its background jobs and its own session cache."""
    machine.actor(
        "memcached",
        ["become", NOBODY],
        ["listen", "127.0.0.1", 11211],
        unit="memcached.service",
    )
    machine.actor(
        "gunicorn",
        ["become", SHOP],
        ["listen", "0.0.0.0", 8000],
        [
            "workers",
            3,
            ["connect", ipv4("db"), 6432, 2],
            ["connect", ipv4("broker"), 6379],
            ["connect", "127.0.0.1", 11211],
        ],
        unit="gunicorn.service",
    )
    machine.exec(["ip", "route", "add", "198.51.100.0/24", "dev", "eth0"])
    machine.actor(
        "celery",
        ["become", SHOP],
        ["connect", ipv4("broker"), 9092, 2],
        ["connect", ipv4("db"), 6432],
        ["connect", "198.51.100.7", 443],  # the payment provider, outside of the group
        unit="celery.service",
    )


def edge(machine: Machine) -> None:
    """The proxy: a master that is root, workers that are not."""
    syslog(machine)
    upstreams = [["connect", ipv4(name), 8000, 2] for name in ("app1", "app2")]
    machine.actor(
        "nginx",
        ["listen", "0.0.0.0", 80],
        ["listen", "0.0.0.0", 443],
        ["workers", 2, ["become", WWW_DATA], *upstreams],
        unit="nginx.service",
    )


def monitoring(machine: Machine) -> None:
    """Prometheus asks every machine, over IPv6; an administrator is logged in on the database."""
    machine.actor("rsyslogd", ["udp", ["0.0.0.0", 514]], unit="rsyslog.service")
    machine.actor(
        "prometheus",
        ["become", PROMETHEUS],
        ["listen", "0.0.0.0", 9090],
        *(["connect", ipv6(name), 9100] for name in ADDRESSES),
        unit="prometheus.service",
    )
    machine.actor(
        "grafana",
        ["become", GRAFANA],
        ["listen", "0.0.0.0", 3000],
        ["connect", "127.0.0.1", 9090, 2],
        ["connect", ipv4("db"), 5432],
        unit="grafana-server.service",
    )
    machine.actor("ssh", ["become", ADMIN], ["connect", ipv4("db"), 22], unit=SESSION)


if __name__ == "__main__":
    sys.exit(main())

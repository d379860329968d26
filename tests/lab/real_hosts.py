"""A group of real machines with every kind of connection in it, and the flows it must yield.

``set_up`` starts it; ``FLOWS`` says, written by hand from what ``set_up`` does, which flows the
stitch must find: these and no others.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from machines import Lab, Machine

CAPTURED = ("app", "db", "web")
"""The machines that are captured; ``outside`` has an address in the same network and is not."""

OUTSIDE = "10.77.0.9"


class Row(NamedTuple):
    """One kind of connection between two processes; ``?`` is nobody."""

    client_machine: str
    client: str
    server_machine: str
    server: str
    proto: str
    port: int
    match: str


def set_up(lab: Lab) -> dict[str, Machine]:
    """Start all machines and processes; when it returns every connection stands."""
    machines = {
        "web": lab.machine("web", ["10.77.0.1/24", "fd77::1/64"]),
        "db": lab.machine("db", ["10.77.0.2/24", "fd77::2/64", "fe80::d:2/64"]),
        "app": lab.machine("app", ["10.77.0.3/24", "fd77::3/64", "fe80::d:3/64"]),
        "outside": lab.machine("outside", [f"{OUTSIDE}/24"]),
    }
    servers(machines)
    clients(machines)
    alone(machines)
    return machines


def servers(machines: dict[str, Machine]) -> None:
    """What listens."""
    web, db, app = machines["web"], machines["db"], machines["app"]
    for machine in web, db:  # the same ports on both, only for themselves
        machine.actor("redis-server", ["listen", "127.0.0.1", 6379])
        machine.actor("memcached", ["listen", "::1", 11211])
    web.actor("sshd", ["listen", "0.0.0.0", 22])
    db.actor("postgres", ["listen", "10.77.0.2", 5432], ["listen", "fd77::2", 5432])
    db.actor("hungd", ["listen", "0.0.0.0", 7000, "never"])
    db.actor("httpd", ["listen", "10.77.0.2", 7001, "defer"])
    db.actor("keeper", ["listen", "0.0.0.0", 7002, "keep"])
    db.actor("xinetd", ["listen", "0.0.0.0", 7003, "fork:in.ftpd"])
    db.actor("lldpd", ["listen", "fe80::d:2%eth0", 7004])
    db.actor("highport", ["listen", "10.77.0.2", 45000])
    db.actor("openvpn", ["udp", ["10.77.0.2", 1194], ["10.77.0.1", 40001]])
    db.actor("wireguard", ["udp", ["fd77::2", 5182], ["fd77::3", 40002]])
    db.actor("named", ["udp", ["0.0.0.0", 53]])
    app.actor("gunicorn", ["listen", "0.0.0.0", 8000], ["become", 33], ["workers", 3])
    app.actor("java", ["listen", "::", 8080])
    app.actor("node_exporter", ["listen", "0.0.0.0", 9100])
    app.actor("cupsd", ["inherit", "never"], socket=("10.77.0.3", 631))
    app.actor("sshd", ["inherit"], socket=("::", 22))
    machines["outside"].actor("https", ["listen", OUTSIDE, 443])


def clients(machines: dict[str, Machine]) -> None:
    """What connects."""
    web, db, app = machines["web"], machines["db"], machines["app"]
    for machine in web, db:  # the same client ports, too
        machine.actor("sidekiq", ["connect", "127.0.0.1", 6379, 1, ["127.0.0.1", 40001]])
        machine.actor("php-fpm", ["connect", "::1", 11211, 1, ["::1", 40002]])
    web.actor("nginx", ["connect", "10.77.0.3", 8000, 4], ["become", 33])
    web.actor("curl", ["connect", "10.77.0.3", 8080, 2])
    web.actor("java-client", ["connect", "::ffff:10.77.0.3", 8080])
    web.actor("curl6", ["connect", "fd77::3", 8080])
    web.actor("rlogin", ["connect", "10.77.0.2", 45000, 1, ["10.77.0.1", 1021]])
    web.actor("ovpn-client", ["udp", ["10.77.0.1", 40001], ["10.77.0.2", 1194]])
    web.actor("stuck", ["connect_ungreeted", "10.77.0.2", 7000, 2])
    web.actor("silent", ["connect_ungreeted", "10.77.0.2", 7001])
    web.actor("visitor", ["visit", "10.77.0.3", 8000])
    web.actor("leaver", ["leave", "10.77.0.2", 7002])
    web.actor("half", ["half_close", "10.77.0.2", 7002])
    web.actor("ftp", ["connect", "10.77.0.2", 7003, 2])
    app.actor("celery", ["connect", "10.77.0.2", 5432, 3], ["connect", "fd77::2", 5432, 2])
    app.actor("lldpcli", ["connect", "fe80::d:2%eth0", 7004, 1, ["fe80::d:3%eth0", 0]])
    app.actor("wg-client", ["udp", ["fd77::3", 40002], ["fd77::2", 5182]])
    app.actor("dig", ["udp", None, ["10.77.0.2", 53]])
    app.actor("prometheus", ["connect", "10.77.0.3", 9100], ["connect", "127.0.0.1", 9100])
    app.actor("wget", ["connect", OUTSIDE, 443, 2])
    db.actor("lp", ["connect_ungreeted", "10.77.0.3", 631])
    db.actor("ssh", ["connect", "10.77.0.3", 22])
    machines["outside"].actor("scanner", ["connect", "10.77.0.1", 22])


def alone(machines: dict[str, Machine]) -> None:
    """What talks to nobody else."""
    machines["web"].actor("cron")
    machines["db"].actor("epmd", ["talk_to_self", "127.0.0.1", 4369])
    machines["app"].actor("pinger", ["raw", "0.0.0.0", 1])
    machines["app"].actor("tcpdump", ["packet", "eth0"])


FLOWS = Counter(
    {
        # Loopback stays inside its machine.
        Row("web", "sidekiq", "web", "redis-server", "tcp", 6379, "reciprocal"): 1,
        Row("web", "php-fpm", "web", "memcached", "tcp", 11211, "reciprocal"): 1,
        Row("db", "sidekiq", "db", "redis-server", "tcp", 6379, "reciprocal"): 1,
        Row("db", "php-fpm", "db", "memcached", "tcp", 11211, "reciprocal"): 1,
        # Between machines, and to an own address of the same machine.
        Row("web", "nginx", "app", "gunicorn", "tcp", 8000, "reciprocal"): 4,
        Row("app", "celery", "db", "postgres", "tcp", 5432, "reciprocal"): 5,
        Row("app", "prometheus", "app", "node_exporter", "tcp", 9100, "reciprocal"): 2,
        Row("app", "lldpcli", "db", "lldpd", "tcp", 7004, "reciprocal"): 1,
        # A dual-stack server sees IPv4 clients as mapped addresses; so may a client its server.
        Row("web", "curl", "app", "java", "tcp", 8080, "reciprocal"): 2,
        Row("web", "java-client", "app", "java", "tcp", 8080, "reciprocal"): 1,
        Row("web", "curl6", "app", "java", "tcp", 8080, "reciprocal"): 1,
        # The server is who listens, not who has the lower port.
        Row("web", "rlogin", "db", "highport", "tcp", 45000, "reciprocal"): 1,
        Row("web", "ovpn-client", "db", "openvpn", "udp", 1194, "reciprocal"): 1,
        Row("app", "wg-client", "db", "wireguard", "udp", 5182, "reciprocal"): 1,
        # Not accepted: established, and still in SYN_RECV.
        Row("web", "stuck", "db", "hungd", "tcp", 7000, "queued"): 2,
        Row("web", "silent", "db", "httpd", "tcp", 7001, "queued"): 1,
        # The client closed altogether, or its sending half.
        Row("web", "?", "db", "keeper", "tcp", 7002, "reciprocal"): 1,
        Row("web", "half", "db", "keeper", "tcp", 7002, "reciprocal"): 1,
        # Held by the one who accepted, and by the child it was handed to.
        Row("web", "ftp", "db", "in.ftpd", "tcp", 7003, "reciprocal"): 2,
        # Process 1 holds the listener as well.
        Row("db", "lp", "app", "cupsd", "tcp", 631, "queued"): 1,
        Row("db", "ssh", "app", "sshd", "tcp", 22, "reciprocal"): 1,
        # A UDP server that does not connect has no socket of which the client is the other end.
        Row("app", "dig", "db", "named", "udp", 53, "one-sided"): 1,
    }
)
"""Connections by kind. ``visitor`` is not in it: its connection is over."""

PAIRS = sum(count for row, count in FLOWS.items() if row.match != "one-sided")
"""How many of them have two ends."""

EXTERNAL = 3
"""Sockets of captured machines whose other end is ``outside``: wget's two, sshd's one."""

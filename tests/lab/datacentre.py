"""A small datacentre of real daemons, and the flows it must yield.

    laptop -- office -- edge -- front -- lb -- back -- docker1, docker2, db

``edge`` masquerades what comes from the office. ``lb`` routes between front and back, and two of
its addresses are not its own business: it carries them (DNAT) to the published port of either
docker host. Both docker hosts have the same bridge with containers of the same addresses: ``web``
(nginx and an application behind a unix socket) and ``cache`` (Redis). ``docker1`` publishes ports
by DNAT alone, ``docker2`` by a userland proxy.

``set_up`` starts it; ``FLOWS`` says, written by hand from what ``set_up`` does, which flows the
stitch must find: these and no others.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from daemons import (
    await_replica,
    dnsmasq,
    gunicorn,
    nftables,
    nginx,
    postgresql,
    psql,
    redis,
    ssh,
    sshd,
    start,
    userland_proxy,
)
from machines import Lab, Machine

HOSTS = ("db", "docker1", "docker2", "edge", "laptop", "lb")
"""What is captured: each from its own outside, containers from that of their host."""

BRIDGE = "172.17.0.1"
WEB, CACHE = "172.17.0.2", "172.17.0.3"
"""Of the containers of either docker host."""

SITE1, SITE2 = "10.30.0.101", "10.30.0.102"
"""What the load balancer carries to docker1, and to docker2."""

DOCKER1, DOCKER2, DATABASE, RESOLVER = "10.40.0.11", "10.40.0.12", "10.40.0.20", "10.40.0.1"

APP = "/run/app.sock"

EDGE_NAT = """
chain post { type nat hook postrouting priority 100
    ip saddr 192.168.10.0/24 oifname "eth1" masquerade
}
"""

LB_NAT = f"""
chain pre {{ type nat hook prerouting priority -100
    ip daddr {SITE1} tcp dport 80 dnat to {DOCKER1}:8080
    ip daddr {SITE2} tcp dport 80 dnat to {DOCKER2}:8080
}}
"""

DOCKER_NAT = """
chain pre { type nat hook prerouting priority -100
    fib daddr type local jump published
}
chain output { type nat hook output priority -100
    ip daddr != 127.0.0.0/8 fib daddr type local jump published
}
chain post { type nat hook postrouting priority 100
    ip saddr 172.17.0.0/16 oifname != "docker0" masquerade
    ip saddr 172.17.0.0/16 ip daddr 172.17.0.0/16 ct status dnat masquerade
}
chain published {
    %s
}
"""

PUBLISHED_HERE = f"tcp dport 8080 dnat to {WEB}:80; tcp dport 6379 dnat to {CACHE}:6379"


def set_up(lab: Lab) -> dict[str, Machine]:
    """Start all machines and daemons; when it returns every connection stands.

    Containers are in it as HOST-CONTAINER.
    """
    network(lab)
    for name, published in (("docker1", PUBLISHED_HERE), ("docker2", "")):
        docker_host(lab, lab.machines[name], published)
    servers(lab.machines)
    clients(lab.machines)
    return lab.machines


def network(lab: Lab) -> None:
    """Machines, addresses, routes, and what translates."""
    laptop = lab.machine("laptop", ["192.168.10.5/24"], network="office")
    edge = lab.machine("edge", ["192.168.10.1/24"], network="office")
    edge.connect("front", ["10.30.0.1/24"])
    lb = lab.machine("lb", ["10.30.0.2/24", f"{SITE1}/32", f"{SITE2}/32"], network="front")
    lb.connect("back", [f"{RESOLVER}/24"])
    laptop.ip("route add default via 192.168.10.1")
    edge.ip("route add 10.40.0.0/24 via 10.30.0.2")
    for name, address in (("docker1", DOCKER1), ("docker2", DOCKER2), ("db", DATABASE)):
        machine = lab.machine(name, [f"{address}/24"], network="back")
        machine.ip(f"route add default via {RESOLVER}")
    for router, rules in ((edge, EDGE_NAT), (lb, LB_NAT)):
        nftables(router, rules)
        forward(router)


def forward(machine: Machine) -> None:
    """Make it a router that forgets no answered UDP question while the test runs.

    That of one that translates; else the kernel may have no connection tracking yet.
    """
    forget = "/proc/sys/net/netfilter/nf_conntrack_udp_timeout"
    script = f"echo 1 > /proc/sys/net/ipv4/ip_forward; test ! -e {forget} || echo 600 > {forget}"
    machine.exec(["/bin/sh", "-c", script])


def docker_host(lab: Lab, host: Machine, published: str = "") -> tuple[Machine, Machine]:
    """Give it docker0, and the containers ``web`` and ``cache`` on it."""
    host.ip(
        "link add docker0 type bridge",
        f"address add {BRIDGE}/16 dev docker0",
        "link set docker0 up",
    )
    nftables(host, DOCKER_NAT % published)
    forward(host)
    web = lab.container(host, "web", "docker0", f"{WEB}/16")
    cache = lab.container(host, "cache", "docker0", f"{CACHE}/16")
    for container in (web, cache):
        container.ip(f"route add default via {BRIDGE}")
    return web, cache


def servers(machines: dict[str, Machine]) -> None:
    dnsmasq(machines["lb"], RESOLVER)
    postgresql(machines["db"], DATABASE)
    sshd(machines["db"], machines["db"].directory / "client_key")
    redis(machines["docker1-cache"])
    redis(machines["docker2-cache"], "--replicaof", DOCKER1, "6379")
    for host in ("docker1", "docker2"):
        gunicorn(
            machines[f"{host}-web"],
            APP,
            DATABASE=f"{DATABASE}:5432",
            CACHE=f"{CACHE}:6379",
            RESOLVER=f"{RESOLVER}:53",
        )
        nginx(machines[f"{host}-web"], 80, APP)
    userland_proxy(machines["docker2"], DOCKER2, 8080, f"{WEB}:80")
    await_replica(machines["docker2-cache"])


def clients(machines: dict[str, Machine]) -> None:
    start(machines["laptop"], "firefox", ["browse", SITE1, 80], ["browse", SITE1, 80])
    start(machines["laptop"], "curl", ["browse", SITE2, 80])
    ssh(machines["laptop"], DATABASE, machines["db"].directory / "client_key")
    start(machines["docker1"], "healthcheck", ["browse", DOCKER1, 8080])
    start(machines["docker1-cache"], "probe", ["browse", DOCKER1, 8080])
    start(machines["db"], "dig", ["ask", RESOLVER, 53])
    psql(machines["docker1"], DATABASE)
    psql(machines["db"], "/run/postgresql")


class Row(NamedTuple):
    """One kind of connection. Processes are ``name@machine``, or ``name@machine/container``."""

    client: str
    server: str
    proto: str
    port: int | None
    path: str | None
    match: str
    via: tuple[str, ...] = ()
    dialled: tuple[str, int] | None = None
    directed: bool = True


def tcp(client: str, server: str, port: int) -> Row:
    """Both ends see the same."""
    return Row(client, server, "tcp", port, None, "reciprocal")


def nat(
    client: str,
    server: str,
    proto: str,
    port: int,
    via: tuple[str, ...],
    dialled: tuple[str, int] | None = None,
) -> Row:
    """The machines ``via`` translate, in that order; ``dialled`` where it is not the server."""
    return Row(client, server, proto, port, None, "nat", via, dialled)


def unix(client: str, server: str, path: str | None) -> Row:
    """Over a unix socket; a pair of sockets has no path and no direction."""
    return Row(client, server, "unix", None, path, "peer", directed=path is not None)


SQL = "/run/postgresql/.s.PGSQL.5432"
WEB1, WEB2 = "nginx@docker1/web", "nginx@docker2/web"
APP1, APP2 = "gunicorn@docker1/web", "gunicorn@docker2/web"
CACHE1, CACHE2 = "redis-server@docker1/cache", "redis-server@docker2/cache"

FLOWS = Counter(
    {
        # Masqueraded, load balanced, published: three machines translate.
        nat("firefox@laptop", WEB1, "tcp", 80, ("edge", "lb", "docker1"), (SITE1, 80)): 2,
        # The same to docker2, where a proxy's two flows stay two.
        nat("curl@laptop", "socat@docker2", "tcp", 8080, ("edge", "lb"), (SITE2, 80)): 1,
        tcp("socat@docker2", WEB2, 80): 1,
        # Masqueraded, nothing more.
        nat("ssh@laptop", "sshd@db", "tcp", 22, ("edge",)): 1,
        # A published port from its own host, and (hairpin) from a container beside.
        nat("healthcheck@docker1", WEB1, "tcp", 80, ("docker1",), (DOCKER1, 8080)): 1,
        nat("probe@docker1/cache", WEB1, "tcp", 80, ("docker1",), (DOCKER1, 8080)): 1,
        # Out of one host's container, into the other host's, of the same address.
        nat(CACHE2, CACHE1, "tcp", 6379, ("docker2", "docker1"), (DOCKER1, 6379)): 1,
        # Each application and what it asks for; four requests on docker1, one on docker2.
        unix(WEB1, APP1, APP): 4,
        tcp(APP1, CACHE1, 6379): 4,
        nat(APP1, "postgres@db", "tcp", 5432, ("docker1",)): 4,
        nat(APP1, "dnsmasq@lb", "udp", 53, ("docker1",)): 4,
        unix(WEB2, APP2, APP): 1,
        tcp(APP2, CACHE2, 6379): 1,
        nat(APP2, "postgres@db", "tcp", 5432, ("docker2",)): 1,
        nat(APP2, "dnsmasq@lb", "udp", 53, ("docker2",)): 1,
        # Nothing in between.
        tcp("psql@docker1", "postgres@db", 5432): 1,
        unix("psql@db", "postgres@db", SQL): 1,
        Row("dig@db", "dnsmasq@lb", "udp", 53, None, "one-sided"): 1,
        # nginx tells its worker what to do over a pair of sockets.
        unix(WEB1, WEB1, None): 1,
        unix(WEB2, WEB2, None): 1,
    }
)
"""Connections by kind: all that ``set_up`` makes."""

"""A group of real-looking machines as snapshot documents, with everything that a restart changes
as a parameter."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from typing import Any

from machine_documents import ANY4, Machine

LISTEN, ESTABLISHED, UNCONNECTED = 10, 1, 7


@dataclass(frozen=True)
class Start:
    """One life of the group: ``number`` decides pids, inodes, ports that kernels choose, ids of
    boots, containers, sessions and namespaces, and the order in which processes and rows come."""

    number: int

    def random(self) -> random.Random:
        return random.Random(self.number)


def machines(start: Start) -> list[Machine]:
    """``web`` (nginx, a container with an application, a login) and ``db`` (postgres, rpc)."""
    chance = start.random()
    since = chance.randrange(100, 10**6)  # when the first of them started, in ticks since boot
    pids = chance.sample(range(300, 32768), 20)
    inodes = chance.sample(range(10_000, 10**7), 40)
    # Those that clients and random listeners get; the same range on every machine.
    ports = chance.sample(range(32768, 61000), 20)
    spaces = chance.sample(range(4026532000, 4026540000), 3)
    pid, inode, port = iter(pids), iter(inodes), iter(ports)
    container = hashlib.sha256(str(start.number).encode()).hexdigest()

    web = Machine("web", "10.9.0.1/24", boot_id=f"boot {chance.random()}", netns=spaces[0])
    db = Machine("db", "10.9.0.2/24", boot_id=f"boot {chance.random()}", netns=spaces[1])
    inside = web.namespace(spaces[2], "10.9.0.7/24")

    http, passed = next(inode), next(inode)
    web.tcp(("0.0.0.0", 80), ANY4, LISTEN, http)
    web.process(next(pid), "nginx", http, uid=0, **_unit("nginx.service"))
    web.process(next(pid), "nginx", http, passed, uid=33, **_unit("nginx.service"))
    to_app = ("10.9.0.1", next(port)), ("10.9.0.7", 8000)
    web.tcp(*to_app, ESTABLISHED, passed)

    app, taken, asked = next(inode), next(inode), next(inode)
    inside.tcp(("0.0.0.0", 8000), ANY4, LISTEN, app)
    inside.tcp(to_app[1], to_app[0], ESTABLISHED, taken)
    to_db = ("10.9.0.7", next(port)), ("10.9.0.2", 5432)
    inside.tcp(*to_db, ESTABLISHED, asked)
    web.process(
        next(pid),
        *("gunicorn", app, taken, asked),
        netns=spaces[2],
        uid=998,
        cgroup=f"0::/system.slice/docker-{container}.scope\n",
    )

    shell = next(inode)
    by_hand = ("10.9.0.1", next(port)), ("10.9.0.2", 5432)
    web.tcp(*by_hand, ESTABLISHED, shell)
    session = f"user.slice/user-1000.slice/session-{chance.randrange(1, 900)}.scope"
    web.process(next(pid), "psql", shell, uid=1000, cgroup=f"0::/{session}\n")

    sql, from_app, from_shell = next(inode), next(inode), next(inode)
    db.tcp(("0.0.0.0", 5432), ANY4, LISTEN, sql)
    db.tcp(to_db[1], to_db[0], ESTABLISHED, from_app)
    db.tcp(by_hand[1], by_hand[0], ESTABLISHED, from_shell)
    db.process(next(pid), "postgres", sql, uid=26, **_unit("postgresql.service"))
    for held in (from_app, from_shell):
        db.process(next(pid), "postgres", sql, held, uid=26, **_unit("postgresql.service"))

    status, told = next(inode), next(inode)
    db.tcp(("0.0.0.0", next(port)), ANY4, LISTEN, status)
    db.udp(("0.0.0.0", next(port)), ANY4, UNCONNECTED, told)
    db.process(next(pid), "rpc.statd", status, told, uid=29, **_unit("rpc-statd.service"))

    group = [web, db]
    for machine in group:
        for number, process in enumerate(machine.processes):  # parents are made before children
            process["start"] = since + number
        chance.shuffle(machine.processes)
        for namespace in machine.namespaces:
            for rows in namespace.rows.values():
                chance.shuffle(rows)
    chance.shuffle(group)
    return group


def _unit(name: str) -> dict[str, Any]:
    return {"cgroup": f"0::/system.slice/{name}\n"}

"""A name that says only what executes a service gets that of the service beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from groups import listen, simple, snapshot

from netviz.fleet.roles import role_of
from netviz.stitch import stitch


@pytest.mark.parametrize(
    ("comm", "unit", "security", "role"),
    [
        ("python3", None, "snap.cloud.compute-api (complain)", "compute-api"),
        ("beam.smp", None, "snap.cloud.rabbitmq-server", "rabbitmq-server"),
        ("mysqld", None, "snap.cloud.mysqld (enforce)", None),
        ("python3", "celery.service", "snap.cloud.api (complain)", "api"),
        ("python3.11", "celery.service", "unconfined", "celery"),
        ("java", "tomcat@shop.service", None, "tomcat@shop"),
        ("beam.smp", "rabbitmq-server.service", None, "rabbitmq-server"),
        ("uwsgi", "uwsgi.service", None, None),
        ("postgres", "postgresql@15-main.service", None, None),
        ("python3", "session-3.scope", None, None),
        ("python3", None, None, None),
        ("python3", None, "/usr/bin/snap.cloud.api", None),
        ("python3", None, "snap.cloud.api (complain)\nsnap.x.y", None),
        (None, "celery.service", None, None),
    ],
)
def test_the_role(
    comm: str | None, unit: str | None, security: str | None, role: str | None
) -> None:
    assert role_of(comm, unit, security) == role


def test_it_is_in_the_label_at_every_level_and_the_name_stays() -> None:
    given = snapshot(simple("web", "10.0.0.1", listen("0.0.0.0", 80, 1), listen("0.0.0.0", 81, 2)))
    processes = [
        replace(one, comm="python3", security=f"snap.cloud.api-{one.pid} (complain)")
        for one in given.processes
    ]
    for level in ("process", "service"):
        graph = stitch([replace(given, processes=processes)], level=level)
        assert [(node.label, node.name) for node in graph.nodes] == [
            ("python3 api-1", "python3"),
            ("python3 api-2", "python3"),
        ]

"""Interpreters are told apart by what they run, where the command line is known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from groups import listen, simple, snapshot
from hypothesis import given
from hypothesis import strategies as st

from netviz.fleet.interpreters import LONGEST, program_of
from netviz.graph import Graph
from netviz.stitch import stitch


@pytest.mark.parametrize(
    ("command", "program"),
    [
        ("java -Xmx2g -cp /opt/lib/a.jar:/opt/lib/b.jar com.example.Billing --port 80",
         "com.example.Billing"),
        ("java -Dlog=x -jar /srv/billing-1.4.jar", "billing-1.4.jar"),
        ("java -jar /srv/billing/app.jar", "billing/app.jar"),
        ("java --module-path /m -m shop/shop.Main", "shop.Main"),
        ("java @options -version", None),
        ("python3 /srv/worker.py --queue mail", "worker.py"),
        ("python3 -u -W ignore /srv/shop/manage.py runserver", "shop/manage.py"),
        ("python3 -m http.server 80", "http.server"),
        ("python3 -um http.server 80", "http.server"),
        ("python3 -Bc pass", None),
        ("python3 -Wignore worker.py", "worker.py"),
        ("python3 -", None),
        ("python3 -- -odd.py", "-odd.py"),
        ("pypy3 worker.py", "worker.py"),
        ("node --require ./tracing /srv/api/index.js", "api/index.js"),
        ("node --max-old-space-size=4096 worker.js", "worker.js"),
        ("node -e 1", None),
        ("ruby -I lib /srv/sync.rb", "sync.rb"),
        ("ruby3.1 sync.rb", "sync.rb"),
        ("perl -I/x -w /usr/bin/collect.pl", "collect.pl"),
        ("perl -e 1", None),
        ("php -d memory_limit=1G /srv/cron.php", "cron.php"),
        ("php -f /srv/cron.php", "cron.php"),
        ("php8.2 -S 0.0.0.0:80", None),
        ("java", None),
    ],
)  # fmt: skip
def test_the_program(command: str, program: str | None) -> None:
    argv = command.split()
    assert program_of(argv[0], f"/usr/bin/{argv[0]}", argv) == program


def test_what_is_no_interpreter_has_no_program() -> None:
    assert program_of("nginx", "/usr/sbin/nginx", ["nginx", "-c", "x"]) is None
    assert program_of("javaws", "/usr/bin/javaws", ["javaws", "x.jar"]) is None


def test_a_name_that_says_more_is_kept() -> None:
    argv = ["/usr/bin/python3", "/usr/bin/gunicorn", "shop:app"]
    assert program_of("gunicorn", "/usr/bin/python3.11", argv) is None
    assert program_of("MainThread", "/usr/bin/node", ["node", "worker.js"]) == "worker.js"


def test_without_a_path_the_first_word_tells() -> None:
    assert program_of("python3", None, ["/opt/python3", "w.py"]) == "w.py"
    assert program_of("java", "/opt/java (deleted)", ["java", "-jar", "a.jar"]) == "a.jar"


words = st.lists(
    st.sampled_from(["java", "python3", "-m", "-jar", "-", "--", "-c", "-uc", "/", "a/app.py", ""])
    | st.text(max_size=5),
    max_size=6,
)


@given(st.sampled_from(["java", "python3", "node", "ruby", "perl", "php", None]), words)
def test_any_command_line_has_a_short_name_or_none(comm: str | None, argv: list[str]) -> None:
    found = program_of(comm, comm, argv)
    assert found is None or 0 < len(found) <= LONGEST


def _two_programs(level: str) -> Graph:
    machine = simple(
        "m", "10.0.0.1", listen("0.0.0.0", 80, 1), listen("0.0.0.0", 81, 2),
        names={1: "java", 2: "java"},
    )  # fmt: skip
    taken = snapshot(machine)
    processes = [
        replace(process, exe="/usr/bin/java", argv=("java", "-jar", f"/srv/{name}.jar"))
        for process, name in zip(taken.processes, ("billing", "search"), strict=True)
    ]
    return stitch([replace(taken, processes=processes)], level=level)


def test_services_of_one_interpreter_are_apart() -> None:
    for level in ("process", "service"):
        nodes = _two_programs(level).nodes
        assert {node.label for node in nodes} == {"java billing.jar", "java search.jar"}
        assert {node.name for node in nodes} == {"java"}

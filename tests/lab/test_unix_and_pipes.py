"""Real processes that talk over unix sockets and pipes, captured and stitched."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from anonymizing import anonymized
from machines import PYTHON, Lab, Machine, Process
from needs import unavailable
from same_pictures import assert_same_pictures, loaded
from stitching import Stitched

ACTORS = Path(__file__).with_name("local_actors.py")
KINDS = ("--flows", "unix,pipe")

Short = tuple[str, str, str, str | None, int, bool]
"""Client, server, protocol, path, connections, directed."""

DB, FPM, BUS = "/run/mysqld/my sql.sock", "/run/fpm.sock", "@bus"


def command(comm: str, *steps: object) -> list[str]:
    return [PYTHON, str(ACTORS), comm, json.dumps(steps)]


def start(machine: Machine, comm: str, *steps: object, before: tuple[str, ...] = ()) -> Process:
    return machine.run([*before, *command(comm, *steps)], ready=True)


def flows(result: Stitched) -> list[Short]:
    names = {key: node["name"] or node["label"] for key, node in result.nodes.items()}
    for flow in result.flows:
        assert (flow["port"], flow["match"], flow["samples"]) == (None, "peer", [])
    return sorted(
        (
            (
                names[flow["source"]],
                names[flow["target"]],
                flow["proto"],
                flow["path"],
                flow["connections"],
                flow["directed"],
            )
            for flow in result.flows
        ),
        key=repr,
    )


def listeners(result: Stitched) -> set[tuple[str, str]]:
    return {
        (node["name"], listener["address"])
        for node in result.nodes.values()
        for listener in node["listeners"]
        if listener["proto"] == "unix" and listener["port"] is None
    }


@dataclass
class Taken:
    """Snapshots of one machine, before somebody forged lines of a table, and after.

    ``ss`` is what that program printed before.
    """

    honest: Path
    forged: Path
    names: list[str]
    ss: str


def rows_named(machine: Machine, path: str) -> list[int]:
    """The inodes of the sockets that the machine's own table gives that name."""
    rows = [row.split(" ", 7) for row in machine.exec(["cat", "/proc/net/unix"]).split("\n")]
    return [int(row[6]) for row in rows if row[7:] == [path]]


def set_up(machine: Machine) -> None:
    start(machine, "mysqld", ["unix_listen", DB])
    start(machine, "php-fpm", ["unix_listen", FPM], ["unix_connect", DB, 2])
    start(machine, "nginx", ["unix_connect", FPM, 3])
    start(machine, "dbus-daemon", ["unix_listen", BUS])
    start(machine, "notifier", ["unix_connect", BUS])
    start(machine, "sshd", ["socketpair_with_child", "sshd-child"])
    start(machine, "rsyslogd", ["unix_receive", "/run/log"])
    start(machine, "cron", ["unix_send", "/run/log"])
    start(machine, "hung", ["unix_deaf", "/run/hung"])
    start(machine, "waiting", ["unix_unanswered", "/run/hung"])
    start(machine, "waiting2", ["unix_unanswered", "/run/hung"])
    start(machine, "elsewhere", ["unix_connect", DB], before=("unshare", "--net"))
    producer = shlex.join(command("producer", ["write_to", 1]))
    consumer = shlex.join(command("consumer", ["read_from", 0]))
    machine.run(["sh", "-c", f"{producer} 3> /dev/null | {consumer}"], ready=True)
    start(machine, "fifo-reader", ["fifo", "/run/fifo", "r"])
    start(machine, "fifo-writer", ["fifo", "/run/fifo", "w"])
    start(machine, "fifo-both", ["fifo", "/run/fifo", "rw"])


FLOWS: list[Short] = [
    ("cron", "rsyslogd", "unix", "/run/log", 1, True),
    ("elsewhere", "mysqld", "unix", DB, 1, True),
    ("nginx", "php-fpm", "unix", FPM, 3, True),
    ("notifier", "dbus-daemon", "unix", BUS, 1, True),
    ("php-fpm", "mysqld", "unix", DB, 2, True),
    ("producer", "consumer", "pipe", None, 1, True),
    ("sshd", "sshd-child", "unix", None, 1, False),
    ("waiting", "hung", "unix", "/run/hung", 1, True),
    ("waiting2", "hung", "unix", "/run/hung", 1, True),
]
"""Written by hand from ``set_up``. /proc does not tell a named pipe from a file: none of those."""

LISTENERS = {("mysqld", DB), ("php-fpm", FPM), ("dbus-daemon", BUS), ("hung", "/run/hung")}


@pytest.fixture(scope="module")
def taken(
    laboratory_possible: None, pyz: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Taken]:
    folder = tmp_path_factory.mktemp("snapshots")
    with Lab() as lab:
        machine = lab.machine("local")
        set_up(machine)
        honest = machine.capture(pyz).rename(folder / "honest.json")
        ss = machine.exec(["ss", "-Hxpn"])
        victims = [*rows_named(machine, FPM), 1]
        names = []
        for number, victim in enumerate(victims):
            line = f"0: 00000002 00000000 00010000 0001 01 {victim} /run/forged.sock"
            names.append(f"@evil{number}\n{line}")
            start(machine, f"evil{number}", ["unix_listen", names[-1]])
        forged = machine.capture(pyz).rename(folder / "forged.json")
        yield Taken(honest, forged, names, ss)


def test_the_flows_are_those_that_were_set_up(taken: Taken, implementation: str) -> None:
    result = Stitched(implementation, [taken.honest], *KINDS)
    assert flows(result) == FLOWS
    assert listeners(result) == LISTENERS
    assert result.coverage["other"]["unix_unjoined"] == 0
    assert result.coverage["sockets"] == 0


def paired_by_ss(printed: str) -> Counter[frozenset[int]]:
    """How many connections there are between two processes, by their pids.

    Each is the other's peer; of a datagram socket that sends to another that is not so.
    """
    held: dict[int, tuple[int, frozenset[int]]] = {}
    for line in printed.splitlines():
        found = re.search(r" (\d+) +\* (\d+) +users:\((.*)\)", line)
        if found:
            pids = frozenset(map(int, re.findall(r"pid=(\d+)", found[3])))
            held[int(found[1])] = int(found[2]), pids
    return Counter(
        pids | held[peer][1]
        for inode, (peer, pids) in held.items()
        if inode < peer and held.get(peer, (0,))[0] == inode and pids != held[peer][1]
    )


def test_every_connection_that_ss_sees_is_there(taken: Taken, implementation: str) -> None:
    """That is: of the machine's own namespace, and accepted."""
    result = Stitched(implementation, [taken.honest], "--flows", "unix", "--group-by", "connection")
    seen = paired_by_ss(taken.ss)
    assert seen.total() == 7
    found: Counter[frozenset[int]] = Counter()
    for flow in result.flows:
        source, target = result.nodes[flow["source"]], result.nodes[flow["target"]]
        if source["name"] != "elsewhere" and flow["path"] not in ("/run/hung", "/run/log"):
            found[frozenset([*source["pids"], *target["pids"]])] += flow["connections"]
    assert found == seen


def test_none_of_them_is_drawn_unless_asked_for(taken: Taken, implementation: str) -> None:
    result = Stitched(implementation, [taken.honest])
    assert (result.flows, listeners(result)) == ([], set())
    for kind in ("unix", "pipe"):
        only = Stitched(implementation, [taken.honest], "--flows", kind)
        assert flows(only) == [flow for flow in FLOWS if flow[2] == kind]


def test_forged_lines_change_nothing(taken: Taken, implementation: str) -> None:
    """Lines for the listener and the accepted sockets of php-fpm, and for a socket of nobody."""
    assert len(taken.names) == 5
    snapshot = json.loads(taken.forged.read_text())
    table = snapshot["netns"][0]["tables"]["unix"]
    assert table.count("/run/forged.sock\n") == 5
    result = Stitched(implementation, [taken.forged], *KINDS)
    assert flows(result) == FLOWS
    evil = {(f"evil{n}", name.replace("\n", "\\x0a")) for n, name in enumerate(taken.names)}
    assert listeners(result) == LISTENERS | evil


def test_without_the_true_names_they_make_no_edge(
    taken: Taken, implementation: str, tmp_path: Path
) -> None:
    snapshot = json.loads(taken.forged.read_text())
    del snapshot["unix_names"]
    path = tmp_path / "untold.json"
    path.write_text(json.dumps(snapshot))
    result = Stitched(implementation, [path], *KINDS)
    doubted = {"nginx", "php-fpm"}
    assert [flow for flow in flows(result) if set(flow[:2]) != doubted] == [
        flow for flow in FLOWS if set(flow[:2]) != doubted
    ]
    (unsure,) = [flow for flow in flows(result) if set(flow[:2]) == doubted]
    assert unsure[2:] == ("unix", None, 3, False)
    assert ("php-fpm", "/run/forged.sock") not in listeners(result)


def test_without_names_it_is_the_same(taken: Taken, tmp_path: Path) -> None:
    """Nor does a forged line come through: it is a part of a name."""
    made, document = anonymized([taken.forged], tmp_path)
    pair = loaded([taken.forged]), loaded(made)
    original, _ = assert_same_pictures(*pair, document, forged=len(taken.names))
    assert {flow.proto for flow in original.flows} >= {"unix", "pipe"}
    assert "forged" not in made[0].read_text()


NGINX = """
daemon off;
pid /run/nginx.pid;
worker_processes 1;
events {{}}
http {{
    access_log off;
    client_body_temp_path /run/body;
    proxy_temp_path /run/proxy;
    fastcgi_temp_path /run/fastcgi;
    uwsgi_temp_path /run/uwsgi;
    scgi_temp_path /run/scgi;
    server {{
        listen 127.0.0.1:80;
        location / {{ proxy_pass http://unix:{backend}; }}
    }}
}}
"""


def test_a_real_nginx_and_what_is_behind_it(lab: Lab, pyz: Path, implementation: str) -> None:
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if nginx is None:
        unavailable("nginx is not installed")
    machine = lab.machine("web")
    configuration = machine.directory / "nginx.conf"
    configuration.write_text(NGINX.format(backend=FPM))
    start(machine, "mysqld", ["unix_listen", DB])
    start(machine, "php-fpm", ["unix_connect", DB], ["quiet"], ["unix_listen", FPM])
    machine.run([nginx, "-e", "stderr", "-c", str(configuration)])
    start(machine, "curl", ["request", 80, FPM])
    snapshot = machine.capture(pyz)
    result = Stitched(implementation, [snapshot], "--flows", "net,unix", "--group-by", "process")
    names = {key: node["name"] for key, node in result.nodes.items()}
    found = {
        (names[flow["source"]], names[flow["target"]], flow["port"], flow["path"])
        for flow in result.flows
        if flow["directed"]
    }
    assert found == {
        ("curl", "nginx", 80, None),
        ("nginx", "php-fpm", None, FPM),
        ("php-fpm", "mysqld", None, DB),
    }
    # One path: whoever serves curl is who asks the backend.
    (served,) = [flow["target"] for flow in result.flows if names[flow["source"]] == "curl"]
    (asks,) = [flow["source"] for flow in result.flows if flow["path"] == FPM]
    assert served == asks
    # The master tells its one worker what to do over a pair of sockets.
    (told,) = [flow for flow in result.flows if not flow["directed"]]
    assert {names[told["source"]], names[told["target"]]} == {"nginx"}
    assert told["source"] != told["target"]

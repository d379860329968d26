"""Several samples of one machine: their union over time, each connection once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from groups import (
    CAPTURED,
    CLOSE_WAIT,
    ESTABLISHED,
    FIN_WAIT1,
    FIN_WAIT2,
    SYN_RECV,
    SYN_SENT,
    TIME_WAIT,
    MachineOf,
    Socket,
    connect,
    flows,
    listen,
    simple,
    snapshot,
    stitched,
)

from netviz.graph import Flow, Graph
from netviz.group import group
from netviz.snapshot.model import Problem
from netviz.stitch import StitchOptions, stitch

CLIENT, SERVER = "10.0.0.1", "10.0.0.2"
LAST_ACK = 9
SECONDS = 60
"""From one sample to the next."""


def web(*lives: Sequence[Socket]) -> list[MachineOf]:
    """Samples of the client's machine, each with these sockets."""
    return _samples("web", CLIENT, lives, {7: "nginx", 8: "curl"})


def db(*lives: Sequence[Socket], names: dict[int, str] | None = None) -> list[MachineOf]:
    """Samples of the server's machine, which listens in all of them."""
    lives_on = [(listen("0.0.0.0", 5432, 5), *sockets) for sockets in lives]
    return _samples("db", SERVER, lives_on, names or {5: "postgres"})


def _samples(
    name: str, address: str, lives: Sequence[Sequence[Socket]], names: dict[int, str]
) -> list[MachineOf]:
    machines = []
    for number, sockets in enumerate(lives):
        # Inodes by place would differ from sample to sample: of a listener there is but one.
        fixed = [replace(s, inode=9000 + s.port) if s.inode is None else s for s in sockets]
        machine = simple(name, address, *fixed, names=names)
        machine.captured = CAPTURED + SECONDS * number
        machine.source = f"{name}.jsonl:{number + 1}"
        machines.append(machine)
    return machines


def call(port: int, inode: int, state: int = ESTABLISHED, pid: int = 7) -> Socket:
    pids = (pid,) if inode else ()
    return connect(CLIENT, port, SERVER, 5432, *pids, state=state, inode=inode)


def answer(port: int, inode: int, state: int = ESTABLISHED) -> Socket:
    pids = (5,) if inode else ()
    return connect(SERVER, 5432, CLIENT, port, *pids, state=state, inode=inode)


def only(graph: Graph) -> Flow:
    (flow,) = graph.flows
    return flow


def seen(flow: Flow) -> tuple[float | None, float | None, int, int]:
    """First and last in samples since the first of all, how many, of how many."""
    assert flow.seen is not None
    first, last = flow.seen.first, flow.seen.last
    assert first is not None
    assert last is not None
    times = ((first - CAPTURED) / SECONDS, (last - CAPTURED) / SECONDS)
    return *times, flow.seen.snapshots, flow.seen.of


def test_what_lives_on_is_one_connection_seen_in_all() -> None:
    graph = stitched(*web(*[[call(40000, 1)]] * 3), *db(*[[answer(40000, 2)]] * 2))
    assert flows(graph) == [("web/nginx", "db/postgres", "tcp", 5432, "reciprocal", 1)]
    assert seen(only(graph)) == (0, 2, 5, 5)
    assert {machine.name: machine.snapshots for machine in graph.machines} == {"web": 3, "db": 2}
    assert (graph.coverage.sockets, graph.coverage.listening) == (3, 1)


def test_one_sample_of_each_machine_says_nothing_of_when() -> None:
    graph = stitched(*web([call(40000, 1)]), *db([answer(40000, 2)]))
    assert only(graph).seen is None


def test_what_comes_and_goes_is_in_the_union_with_its_times() -> None:
    lives = [[], [call(40000, 1)], [], [call(40001, 2)], []]
    graph = stitched(*web(*lives), *db(*[[]] * 5))
    assert only(graph).connections == 2
    assert seen(only(graph)) == (1, 3, 2, 5)
    apart = stitched(*web(*lives), *db(*[[]] * 5), level="connection")
    assert [seen(flow) for flow in apart.flows] == [(1, 1, 1, 5), (3, 3, 1, 5)]


def test_of_two_machines_every_sample_counts_that_lists_either_end() -> None:
    graph = stitched(
        *web([call(40000, 1)], [call(40000, 1)], []),
        *db([], [answer(40000, 2)], [answer(40000, 2)], []),
    )
    assert flows(graph)[0][4:] == ("reciprocal", 1)
    assert seen(only(graph)) == (0, 2, 4, 7)


def test_a_machine_where_nothing_of_it_is_listed_does_not_count() -> None:
    lives = [[connect(CLIENT, 50000, SERVER, 53, 7, proto="udp", inode=1)]] * 2
    server = _samples("db", SERVER, [[listen("0.0.0.0", 53, 5, proto="udp")]] * 9, {5: "named"})
    graph = stitched(*web(*lives), *server)
    assert flows(graph) == [("web/nginx", "db/named", "udp", 53, "one-sided", 1)]
    assert seen(only(graph)) == (0, 1, 2, 2)


def test_a_port_that_is_used_again_is_two_connections() -> None:
    graph = stitched(
        *web([call(40000, 1)], [call(40000, 2)]), *db([answer(40000, 3)], [answer(40000, 4)])
    )
    assert only(graph).matches == {"reciprocal": 2}
    assert graph.coverage.joined == 4


def test_a_port_that_goes_to_another_process_is_paired_in_time() -> None:
    """Inodes do not tell which came first: the kernel gives them out by processor."""
    lives = [[call(40000, 9)], [], [], [call(40000, 1, pid=8)]]
    server = [[answer(40000, 3)], [], [], [answer(40000, 4)]]
    graph = stitched(*web(*lives), *db(*server), level="connection")
    names = {node.id: node.name for node in graph.nodes}
    assert [(names[f.source], seen(f)) for f in graph.flows] in (
        [("nginx", (0, 0, 2, 8)), ("curl", (3, 3, 2, 8))],
        [("curl", (3, 3, 2, 8)), ("nginx", (0, 0, 2, 8))],
    )


@pytest.mark.parametrize("lost", [0, 3])
def test_where_one_client_has_no_other_end_the_other_one_keeps_its_own(lost: int) -> None:
    """The server's half of the first, or of the second, fell between two of its samples."""
    lives = [[call(40000, 9)], [], [], [call(40000, 1, pid=8)]]
    server = [[answer(40000, 3)], [], [], [answer(40000, 4)]]
    server[lost] = []
    graph = stitched(*web(*lives), *db(*server), level="connection")
    names = {node.id: node.name for node in graph.nodes}
    paired = "curl" if lost == 0 else "nginx"
    alone = "nginx" if lost == 0 else "curl"
    kinds = {names[flow.source]: flow.match for flow in graph.flows}
    assert kinds == {paired: "reciprocal", alone: "one-sided"}


@pytest.mark.parametrize("lost", [0, 3])
def test_where_one_server_has_no_other_end_the_other_one_keeps_its_own(lost: int) -> None:
    lives: list[list[Socket]] = [[call(40000, 9)], [], [], [call(40000, 1)]]
    lives[lost] = []
    worker = replace(answer(40000, 4), pids=(6,))
    server = [[answer(40000, 3)], [], [], [worker]]
    graph = stitched(
        *web(*lives), *db(*server, names={5: "postgres", 6: "worker"}), level="connection"
    )
    names = {node.id: node.name for node in graph.nodes}
    paired = [names[flow.target] for flow in graph.flows if flow.match == "reciprocal"]
    assert paired == ["worker" if lost == 0 else "postgres"]


def test_what_was_gone_before_the_other_was_there_is_not_its_other_end() -> None:
    """Either other end was missed, by all samples: each is judged alone."""
    graph = stitched(
        *web([call(40000, 1)], [], [], []), *db([], [], [], [answer(40000, 4)]), level="process"
    )
    assert (graph.coverage.pairs, graph.coverage.one_sided) == (0, 2)
    assert sorted(flow.connections for flow in graph.flows) == [1, 1]


def test_the_half_of_a_connection_that_stays_is_its_other_end_all_the_same() -> None:
    graph = stitched(*web([call(40000, 1)], [], [], []), *db(*[[answer(40000, 4, CLOSE_WAIT)]] * 4))
    assert only(graph).matches == {"reciprocal": 1}


WAYS = {
    "accepted later": ([answer(40000, 0)], [answer(40000, 4)]),
    "half open, then accepted": ([answer(40000, 0, SYN_RECV)], [answer(40000, 4)]),
    "orphaned": ([answer(40000, 4)], [answer(40000, 0, FIN_WAIT2)]),
    "closed": ([answer(40000, 4)], [answer(40000, 0, LAST_ACK)]),
    "closed long ago": ([answer(40000, 4)], [], [answer(40000, 0, TIME_WAIT)]),
    "all its life": (
        [answer(40000, 0, SYN_RECV)],
        [answer(40000, 0)],
        [answer(40000, 4)],
        [answer(40000, 4, CLOSE_WAIT)],
        [answer(40000, 0, LAST_ACK)],
        [answer(40000, 0, TIME_WAIT)],
    ),
}


@pytest.mark.parametrize("lives", WAYS.values(), ids=WAYS)
def test_a_connection_is_one_before_and_after_its_socket_has_an_inode(
    lives: Sequence[list[Socket]],
) -> None:
    graph = stitched(*web(*[[call(40000, 1)]] * len(lives)), *db(*lives))
    assert flows(graph) == [("web/nginx", "db/postgres", "tcp", 5432, "reciprocal", 1)]
    listed = sum(any(s.state != TIME_WAIT for s in sockets) for sockets in lives)
    assert seen(only(graph))[2:] == (len(lives) + listed, 2 * len(lives))
    coverage = graph.coverage
    assert (coverage.sockets, coverage.joined, coverage.unowned) == (3, 2, 0)


@pytest.mark.parametrize("later", [ESTABLISHED, FIN_WAIT1, FIN_WAIT2])
def test_a_client_that_was_seen_dialling_and_later_is_one(later: int) -> None:
    inode = 1 if later == ESTABLISHED else 0
    lives = [[call(40000, 1, SYN_SENT)], [call(40000, inode, later)]]
    graph = stitched(*web(*lives), *db([], [answer(40000, 4)]))
    assert flows(graph) == [("web/nginx", "db/postgres", "tcp", 5432, "reciprocal", 1)]
    assert graph.coverage.attempt == 0


def test_dialled_and_closed_is_closed_and_knows_who_it_was() -> None:
    lives = [[call(40000, 1, SYN_SENT)], [call(40000, 0, TIME_WAIT)]]
    graph = stitched(*web(*lives), *db([], []), options=StitchOptions(recent=True))
    assert flows(graph) == [("web/nginx", "db/postgres", "tcp", 5432, "recent", 1)]
    assert (graph.coverage.recent, graph.coverage.attempt) == (1, 0)


def test_what_is_closed_was_not_seen_for_as_long_as_the_kernel_remembers_it() -> None:
    lives = [[call(40000, 1)], *[[call(40000, 0, TIME_WAIT)]] * 4]
    for recent in (False, True):
        options = StitchOptions(recent=recent)
        graph = stitched(*web(*lives), *db(*[[]] * 5), options=options)
        assert seen(only(graph)) == (0, 0, 1, 5)
    options = StitchOptions(recent=True)
    graph = stitched(*web(*lives[1:]), *db(*[[]] * 4), options=options)
    assert seen(only(graph)) == (0, 3, 4, 4)


def test_never_accepted_is_one_that_waits() -> None:
    graph = stitched(*web(*[[call(40000, 1)]] * 3), *db(*[[answer(40000, 0)]] * 3))
    assert only(graph).matches == {"queued": 1}


def test_a_tuple_that_waits_anew_is_another_connection() -> None:
    graph = stitched(
        *web([call(40000, 1)], [call(40000, 2)]), *db([answer(40000, 3)], [answer(40000, 0)])
    )
    assert only(graph).matches == {"reciprocal": 1, "queued": 1}


def test_a_tuple_in_use_again_while_the_last_one_is_closing_is_two() -> None:
    """The kernel may print both, in whatever order, while the table changes under the reader."""
    both = [answer(40000, 4), answer(40000, 0, TIME_WAIT)]
    for order in (both, both[::-1]):
        graph = stitched(*web([call(40000, 1)], [call(40000, 2)]), *db([answer(40000, 3)], order))
        assert only(graph).matches == {"reciprocal": 2}
        assert graph.coverage.recent == 0


def test_a_pid_that_is_used_again_is_two_processes() -> None:
    samples = web([call(40000, 1)], [call(40001, 2)])
    samples[1].born = 5000
    samples[1].names = {7: "wget"}
    graph = stitched(*samples, *db([], []))
    callers = {node.name: node.pids for node in graph.nodes if node.machine == "web"}
    assert callers == {"nginx": (7,), "wget": (7,)}
    assert sorted(seen(flow) for flow in graph.flows) == [(0, 0, 1, 2), (1, 1, 1, 2)]


def test_a_process_that_changed_its_name_is_one_as_it_was_last() -> None:
    samples = web([call(40000, 1)], [call(40000, 1)], [])
    samples[0].names = {7: "sh"}
    graph = stitched(*samples, *db([answer(40000, 2)]))
    assert [node.name for node in graph.nodes if node.machine == "web"] == ["nginx"]


def test_listeners_that_came_and_went_are_all_shown() -> None:
    samples = _samples("db", SERVER, [[listen("0.0.0.0", 80, 5)], [listen("0.0.0.0", 81, 5)]], {})
    graph = stitched(*samples)
    assert [[one.port for one in node.listeners] for node in graph.nodes] == [[80, 81]]
    assert graph.coverage.listening == 2


def test_what_could_not_be_read_is_told_once() -> None:
    snapshots = [snapshot(machine) for machine in web([], [], [])]
    counts = (3, 7, 0)
    for one, count in zip(snapshots, counts, strict=True):
        one.problems.extend([Problem("fd", "EACCES", 2, "/proc/9/fd")])
        if count:
            one.problems.append(Problem("process", "ENOENT", count, f"/proc/{count}/stat"))
    (machine,) = stitch(snapshots).machines
    assert machine.problems == (
        "fd: EACCES x2, such as /proc/9/fd",
        "process: ENOENT x7, such as /proc/7/stat, in 2 of 3 samples",
    )


def test_coarser_levels_join_the_samples_of_what_they_hold() -> None:
    lives = [[call(40000, 1)], [call(40001, 2, pid=8)], [call(40001, 2, pid=8)], []]
    snapshots = [snapshot(one) for one in (*web(*lives), *db(*[[]] * 4))]
    finer = stitch(snapshots)
    assert sorted(seen(flow) for flow in finer.flows) == [(0, 0, 1, 4), (1, 2, 2, 4)]
    for coarser in (group(finer, "host"), stitch(snapshots, level="host")):
        assert seen(only(coarser)) == (0, 2, 3, 4)


def test_what_is_outside_has_its_times_too() -> None:
    far = connect(CLIENT, 41000, "192.0.2.9", 443, 7, inode=1)
    options = StitchOptions(external="network")
    graph = stitched(*web([far], [], [far]), options=options)
    assert seen(only(graph)) == (0, 2, 2, 3)


def test_a_boot_later_is_a_sample_of_the_same_machine() -> None:
    first, second = web([call(40000, 1)], [call(40000, 9)])
    for machine in (first, second):
        machine.machine_id = "web's"
    second.boot_id, second.btime = "another", int(CAPTURED) + 30
    graph = group(stitched(first, second, *db([], [])), "host")
    assert only(graph).connections == 2
    assert seen(only(graph)) == (0, 1, 2, 2)

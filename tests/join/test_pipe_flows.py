"""Rule 13, pipes: from who writes to who reads, within one kernel."""

from __future__ import annotations

from unix_groups import PIPES, Kernel, Short, graph_of, unix_flows

from netviz.stitch import StitchOptions


def pipes(*kernels: Kernel) -> list[Short]:
    return unix_flows(*kernels, options=PIPES)


def test_a_pipeline_of_a_shell() -> None:
    held = {10: [(7, "w")], 11: [(7, "r"), (8, "w")], 12: [(8, "r")]}
    names = {10: "cat", 11: "grep", 12: "wc"}
    assert pipes(Kernel(pipes=held, names=names)) == [
        ("cat", "grep", None, 1, True),
        ("grep", "wc", None, 1, True),
    ]


def test_two_pipes_between_the_same_processes_are_one_flow() -> None:
    held = {10: [(7, "w"), (8, "w"), (9, "r")], 11: [(7, "r"), (8, "r"), (9, "w")]}
    assert pipes(Kernel(pipes=held)) == [
        ("p10", "p11", None, 2, True),
        ("p11", "p10", None, 1, True),
    ]


def test_nothing_is_drawn_unless_asked_for() -> None:
    kernel = Kernel(pipes={10: [(7, "w")], 11: [(7, "r")]})
    assert unix_flows(kernel) == []
    assert graph_of(kernel, options=StitchOptions()).flows == ()


def test_one_end_alone_is_no_flow() -> None:
    assert pipes(Kernel(pipes={10: [(7, "w")], 11: [(8, "r")], 12: [(7, "w")]})) == []


def test_a_pipe_within_one_process_is_its_own() -> None:
    kernel = Kernel(pipes={10: [(7, "rw")]})
    graph = graph_of(kernel, options=PIPES)
    assert (graph.flows, graph.coverage.self) == ((), 1)
    drawn = StitchOptions(kinds=PIPES.kinds, self_flows=True)
    assert unix_flows(kernel, options=drawn) == [("p10", "p10", None, 1, True)]


def test_a_fork_that_closed_nothing_tells_nothing() -> None:
    """Every make of a job server, and whoever inherits a pipe that a process wakes itself with."""
    assert pipes(Kernel(pipes={pid: [(7, "rw")] for pid in (10, 11, 12)})) == []


def test_who_holds_both_ends_is_passed_over() -> None:
    shell = {9: [(7, "rw")], 10: [(7, "w")], 11: [(7, "r")]}
    assert pipes(Kernel(pipes=shell)) == [("p10", "p11", None, 1, True)]


def test_a_parent_that_kept_the_end_of_its_child() -> None:
    assert pipes(Kernel(pipes={10: [(7, "rw")], 11: [(7, "w")]})) == [("p11", "p10", None, 1, True)]
    assert pipes(Kernel(pipes={10: [(7, "rw")], 11: [(7, "r")]})) == [("p10", "p11", None, 1, True)]


def test_of_several_writers_the_first_is_shown_and_never_pid_1() -> None:
    held = {1: [(7, "w")], 10: [(7, "w")], 11: [(7, "w")], 20: [(7, "r")], 30: [(7, "r")]}
    assert pipes(Kernel(pipes=held)) == [("p10", "p20", None, 1, True)]


def test_pipes_do_not_join_across_kernels() -> None:
    here = Kernel(pipes={10: [(7, "w")]}, name="a", boot_id="a")
    there = Kernel(pipes={11: [(7, "r")]}, name="b", boot_id="b")
    assert pipes(here, there) == []


def test_pipes_do_not_join_across_samples() -> None:
    first = Kernel(pipes={10: [(7, "w")]}, source="1.json")
    second = Kernel(pipes={11: [(7, "r")]}, source="2.json")
    assert pipes(first, second) == []


def test_two_samples_of_one_kernel_count_a_pipe_once() -> None:
    held = {10: [(7, "w")], 11: [(7, "r")]}
    first, second = Kernel(pipes=held, source="1.json"), Kernel(pipes=held, source="2.json")
    assert pipes(first, second) == [("p10", "p11", None, 1, True)]


def test_a_container_captured_beside_its_host_doubles_nothing() -> None:
    """The sample that sees more processes is believed, as for sockets of the network."""
    host = Kernel(
        pipes={110: [(7, "w")], 111: [(7, "r")]}, names={110: "w", 111: "r", 5: "x"}, name="host"
    )
    inside = Kernel(pipes={10: [(7, "w")], 11: [(7, "r")]}, name="container")
    assert pipes(host, inside) == [("w", "r", None, 1, True)]

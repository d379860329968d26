"""The one line for standard error and for the note on a picture."""

from __future__ import annotations

from dataclasses import replace

from sample_graphs import hostile, two_machines

from netviz.graph import Coverage, Graph, Machine
from netviz.group import group
from netviz.render.summary import summary, unreadable
from netviz.snapshot.model import NOT_TOLD


def test_it_counts_everything_that_was_found() -> None:
    assert summary(two_machines()) == (
        "3 machines, 4,200 sockets (90 external, 2 unowned, 6 unmatched), "
        "14 flows (2,070 connections); not everything readable on 1 machine"
    )


def test_a_coarser_picture_has_as_many_connections() -> None:
    assert "9 flows (2,070 connections)" in summary(group(two_machines(), "service"))


def test_it_says_that_nothing_was_hidden() -> None:
    graph = Graph((Machine("m", "m"),), (), (), Coverage(sockets=1))
    assert summary(graph) == (
        "1 machine, 1 socket (0 external, 0 unowned), 0 flows (0 connections); nothing unreadable"
    )


def test_ambiguous_sockets_are_named() -> None:
    graph = replace(two_machines(), coverage=Coverage(ambiguous=1234))
    assert "1,234 ambiguous" in summary(graph)


def test_it_is_one_line_whatever_the_names() -> None:
    assert len(summary(hostile(["a\nb"])).splitlines()) == 1


def test_what_is_not_known_is_not_called_readable() -> None:
    refused = Machine("a", "a", problems=("fd: EACCES x1",))
    both = Machine("b", "b", problems=(NOT_TOLD, "tcp: the table is empty, not even a header"))
    silent = Machine("c", "c", problems=(NOT_TOLD,))
    assert unreadable([silent]) == "not known whether everything was readable on 1 machine"
    assert unreadable([refused, both, silent, silent]) == (
        "not everything readable on 2 machines, not known whether everything was on 2 machines"
    )

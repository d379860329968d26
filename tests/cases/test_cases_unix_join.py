"""Public reports about /proc/net/unix, as far as the join goes: who is drawn, by which name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from documents import UNIX, document, graph_of, netns, table

from netviz.graph import Graph
from netviz.stitch import StitchOptions

ASKED = StitchOptions(kinds=frozenset({"unix"}))
LISTENS = "0000000000000000: 00000002 00000000 00010000 0001 01"
CONNECTED = "0000000000000000: 00000003 00000000 00000000 0001 03"
CLIENT = f"{CONNECTED} 503"


def stitched(
    folder: Path,
    *lines: str,
    path: str = "/run/web.sock",
    held: dict[int, list[int]] | None = None,
    peers: tuple[list[int], ...] = ([502, 503], [503, 502]),
    unix_names: Sequence[list[object]] = (),
) -> Graph:
    """A server (pid 20) that listens on ``path`` and a client (pid 10), among other lines."""
    server = (f"{LISTENS} 501 {path}", f"{CONNECTED} 502 {path}")
    text = table(*lines, *server, CLIENT, header=UNIX)
    holders = {10: [503], 20: [501, 502], **(held or {})}
    snapshot = document("m", [netns({"unix": text})], holders, unix_peers=list(peers))
    snapshot["unix_names"] = list(unix_names)
    return graph_of(folder, snapshot, options=ASKED)


def drawn(graph: Graph) -> list[tuple[str, str, str | None]]:
    names = {node.id: node.label for node in graph.nodes}
    return [(names[flow.source], names[flow.target], flow.path) for flow in graph.flows]


@pytest.mark.parametrize("garbage", ["\0" * 107, "000 000", "0: x"])
def test_43_a_line_that_is_none_takes_no_socket_with_it(tmp_path: Path, garbage: str) -> None:
    assert drawn(stitched(tmp_path, garbage)) == [("p10", "p20", "/run/web.sock")]


def test_44_a_name_of_any_bytes_is_shown_and_steers_nothing(tmp_path: Path) -> None:
    graph = stitched(tmp_path, path="@\\x9e\x05@=\r\x1b[2J\u2028")
    assert drawn(graph) == [("p10", "p20", "@\\x9e\\x05@=\\x0d\\x1b[2J\\u{2028}")]


@pytest.mark.parametrize("path", ["/run/two  blanks", "/run/trailing ", " leading"])
def test_45_a_name_is_shown_with_its_blanks(tmp_path: Path, path: str) -> None:
    assert drawn(stitched(tmp_path, path=path)) == [("p10", "p20", path)]


@pytest.mark.parametrize("told", [False, True])
def test_46_a_forged_line_gains_no_holder_and_no_edge(tmp_path: Path, told: bool) -> None:
    name = f"@name\n{CONNECTED} 1 /run/forged.sock"
    names: list[list[object]] = [[504, name]] if told else []
    graph = stitched(
        tmp_path,
        f"{LISTENS} 504 {name}",
        held={66: [504]},
        peers=([502, 503], [503, 502], [1, 503]) if not told else ([502, 503], [503, 502]),
        unix_names=names,
    )
    assert drawn(graph) == [("p10", "p20", "/run/web.sock")]
    assert {node.label for node in graph.nodes} == {"p10", "p20", "p66"}


def test_46_two_lines_of_one_inode_are_a_conflict_and_not_the_last_one(tmp_path: Path) -> None:
    for position in (0, 1):
        other = f"{CONNECTED} 502 /run/other.sock"
        before = (other,) if position == 0 else ()
        after = "" if position == 0 else f"/run/web.sock\n{other}"
        graph = stitched(tmp_path, *before, path=after or "/run/web.sock")
        assert {path for _, _, path in drawn(graph)} <= {None}
        assert [set(ends) for *ends, _ in drawn(graph)] == [{"p10", "p20"}]


def test_48_equal_names_are_different_sockets(tmp_path: Path) -> None:
    """A file called @same and an abstract name: the inode tells them apart, the text does not."""
    graph = stitched(tmp_path, f"{LISTENS} 601 @same", path="@same", held={30: [601]})
    assert drawn(graph) == [("p10", "p20", "@same")]
    shown = {node.label: [one.address for one in node.listeners] for node in graph.nodes}
    assert shown == {"p10": [], "p20": ["@same"], "p30": ["@same"]}


def test_49_without_peers_nothing_is_guessed(tmp_path: Path) -> None:
    graph = stitched(tmp_path, peers=())
    assert drawn(graph) == []
    assert [node.label for node in graph.nodes] == ["p20"]
    assert graph.coverage.other["unix_unjoined"] == 2


def test_17_a_socket_of_several_processes_is_one_flow(tmp_path: Path) -> None:
    graph = stitched(tmp_path, held={21: [501, 502], 22: [501]})
    assert drawn(graph) == [("p10", "p20", "/run/web.sock")]

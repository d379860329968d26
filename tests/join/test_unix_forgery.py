"""A name with line breaks that imitates lines of /proc/net/unix changes nothing of anybody else."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from unix_groups import HEADER, UNIX, Kernel, Unix, both_ways, graph_of, listeners, short

from netviz.fleet.unix_names import with_names_on_one_line
from netviz.graph import Graph
from netviz.stitch import StitchOptions

PATH = "/run/fpm.sock"
SOCKETS = (
    Unix(1, PATH, (20,), listening=True),
    Unix(2, PATH, (20,)),
    Unix(3, "", (10,)),
    Unix(4, "", (10,)),
    Unix(5, "", (11,)),
)
GROUP = Kernel(SOCKETS, both_ways((2, 3), (4, 5)))
EVIL = Unix(99, "@evil", (66,), listening=True)


def forging(*lines: Unix, told: bool) -> Kernel:
    """The group, with a socket whose name holds ``lines``. ``told``: sock_diag gave that name."""
    name = "\n".join(["@evil", *(line.line() for line in lines)])
    names = [(99, name)] if told else []
    return replace(GROUP, sockets=[replace(EVIL, path=name), *SOCKETS], unix_names=names)


def of_others(graph: Graph) -> tuple[object, object]:
    return short(graph), [found for found in listeners(graph) if found[0] != "p66"]


HONEST = graph_of(replace(GROUP, sockets=[EVIL, *SOCKETS]))


def test_a_forged_socket_of_nobody_is_not_there() -> None:
    forged = Unix(7, "/run/forged.sock", listening=True)
    for told in (False, True):
        assert of_others(graph_of(forging(forged, told=told))) == of_others(HONEST)


def test_a_forged_name_of_another_socket_is_not_believed() -> None:
    """Without the true names neither of two names is; the connection stands all the same."""
    forged = Unix(2, "/run/evil.sock")
    assert of_others(graph_of(forging(forged, told=True))) == of_others(HONEST)
    assert short(graph_of(forging(forged, told=False))) == [
        ("p10", "p11", None, 1, False),
        ("p10", "p20", None, 1, False),
    ]


def test_a_forged_name_of_the_client_does_not_turn_the_flow() -> None:
    forged = Unix(3, "/run/evil.sock"), Unix(98, "/run/evil.sock", listening=True)
    for told in (False, True):
        assert of_others(graph_of(forging(*forged, told=told))) == of_others(HONEST)


def test_a_socket_has_one_peer() -> None:
    """Of 20 sockets each is said to be connected to all: that would be 380 connections."""
    sockets = [Unix(1000 + n, "", (100 + n,)) for n in range(20)]
    inodes = [socket.inode for socket in sockets]
    peers = [(one, other) for one in inodes for other in inodes if one != other]
    assert sum(flow[3] for flow in short(graph_of(Kernel(sockets, peers)))) == 19


def test_a_socket_of_another_kind_gets_no_unix_listener() -> None:
    """Its inode is in another table; a descriptor only says that it is a socket."""
    tcp = (
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
        "   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 50 1 0\n"
    )
    line = Unix(50, "/run/forged", (20,), listening=True)
    kernel = replace(GROUP, sockets=[*SOCKETS, line])
    assert ("p20", "/run/forged") in listeners(graph_of(kernel))
    assert listeners(graph_of(replace(kernel, tables={"tcp": tcp}))) == [("p20", PATH)]


def test_the_true_name_is_shown_whole() -> None:
    graph = graph_of(forging(Unix(7, "/x"), told=True))
    ((_, shown),) = [found for found in listeners(graph) if found[0] == "p66"]
    assert shown == "@evil\\x0a" + Unix(7, "/x").line()


forged_lines = st.lists(
    st.builds(
        Unix,
        st.integers(0, 8),
        st.sampled_from(["", PATH, "/run/evil", "@evil", "/run/a b"]),
        st.just(()),
        st.booleans(),
        st.sampled_from([1, 2, 5]),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


@given(forged_lines)
def test_with_true_names_forged_lines_change_nothing_of_others(lines: list[Unix]) -> None:
    graph = graph_of(forging(*lines, told=True))
    assert of_others(graph) == of_others(HONEST)
    assert graph.coverage.other["unix_unjoined"] == HONEST.coverage.other["unix_unjoined"]


@given(forged_lines)
def test_without_them_they_make_no_edge_and_no_name(lines: list[Unix]) -> None:
    graph = graph_of(forging(*lines, told=False))

    def ends(graph: Graph) -> list[tuple[frozenset[str], int]]:
        return sorted(
            ((frozenset({f.source, f.target}), f.connections) for f in graph.flows), key=repr
        )

    assert ends(graph) == ends(HONEST)
    honest = {(frozenset({f.source, f.target})): f for f in HONEST.flows}
    for flow in graph.flows:
        known = honest[frozenset({flow.source, flow.target})]
        assert flow.path in (None, known.path)
        assert not flow.directed or (flow.source, flow.target) == (known.source, known.target)
    assert of_others(graph)[1] in ([], [("p20", PATH)])


def test_a_name_within_a_name_is_passed_over_as_a_whole() -> None:
    inner = Unix(7, "@a\nb")
    outer = Unix(8, f"@c\n{inner.line()}\n{Unix(9, '/forged').line()}")
    text = "\n".join([HEADER, outer.line(), inner.line(), Unix(10, "/real").line()]) + "\n"
    plain = with_names_on_one_line(text, {7: "@a\nb", 8: outer.path}).splitlines()
    assert len(plain) == 4
    assert plain[2].endswith("@a\\x0ab")
    assert plain[3].endswith("/real")


def test_without_names_with_line_breaks_the_text_stays_as_it_is() -> None:
    text = "\n".join([HEADER, *(socket.line() for socket in SOCKETS)]) + "\n"
    assert with_names_on_one_line(text, {}) == text
    assert with_names_on_one_line(text, {2: "/run/other\nname"}) == text


def test_self_flows_of_the_forger_are_its_own() -> None:
    drawn = StitchOptions(kinds=UNIX.kinds, self_flows=True)
    forged = forging(Unix(99, "@other"), told=False)
    assert short(graph_of(forged, options=drawn)) == short(HONEST)

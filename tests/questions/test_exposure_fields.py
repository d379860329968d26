"""What --fail-on asks of a listener."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_graphs import graph, node

from netviz.filters import ExpressionError, parse_expression
from netviz.graph import Listener, Node
from netviz.questions.exposure import Exposed, exposed
from netviz.questions.exposure_fields import LISTENER_LANGUAGE, is_true_of

SERVER = replace(
    node("db/postgres", Listener("tcp", "10.0.0.2", 5432), uid=26),
    unit="postgresql.service",
    container="pg",
)


def listener(server: Node = SERVER) -> Exposed:
    (one,) = exposed(graph(server, level="connection"))
    return one


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("machine=d*", True),
        ("machine=web", False),
        ("process=postgres", True),
        ("user=26", True),
        ("user=0", False),
        ("user!=0", True),
        ("unit=postgresql.*", True),
        ("container=pg", True),
        ("container!=pg", False),
        ("proto=tcp", True),
        ("proto=t*", True),
        ("proto=raw,ic*", False),
        ("port=5000-6000", True),
        ("port=80", False),
        ("address=10.0.0.0/8", True),
        ("address=0.0.0.0", False),
        ("scope=address", True),
        ("scope=all,loopback", False),
        ("seen=nobody,loopback", True),
        ("seen=group", False),
        ("scope=address and not seen=group", True),
    ],
)
def test_fields(text: str, expected: bool) -> None:
    assert is_true_of(parse_expression(text, LISTENER_LANGUAGE), listener()) is expected


@pytest.mark.parametrize("text", ["port=1", "port!=1", "not port=1", "user=0", "user!=0"])
def test_what_has_no_answer_does_not_match(text: str) -> None:
    raw = node("db/ping", Listener("raw", "0.0.0.0", 1), uid=None)
    assert not is_true_of(parse_expression(text, LISTENER_LANGUAGE), listener(raw))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scope=public", "at character 7: there is 'public', expected one of all, address, loop"),
        ("proto=TCP", "expected one of tcp, udp, udplite, sctp, raw, packet, icmp, or a pattern"),
        ("proto=unix", "expected one of tcp,"),
        ("port=100-20", "expected a range with its lower end first: 20-100"),
        ("seen=*", "expected one of nobody, loopback, machine, unknown, group, outside"),
        ("match=nat", "expected one of machine, process, unit, container, user, proto, port"),
        ("server.process=x", "expected one of machine,"),
    ],
)
def test_mistakes(text: str, said: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        parse_expression(text, LISTENER_LANGUAGE)
    assert said in str(raised.value)


def test_the_words_of_listeners_are_none_of_flows() -> None:
    with pytest.raises(ExpressionError):
        parse_expression("scope=all")

"""Which machines are missing: grouped by address, ranked by sockets."""

from __future__ import annotations

import csv
import io
import json

from netviz.graph import Coverage, Graph, Machine, Missing
from netviz.questions.next_machines import next_machines
from netviz.questions.next_output import FORMATS, summary
from netviz.render.options import DEFAULTS


def group(*missing: Missing) -> Graph:
    return Graph((), (), (), Coverage(missing=missing))


DB, CACHE = "192.0.2.5", "192.0.2.9"
GRAPH = group(
    Missing("tcp", CACHE, 6379, 4),
    Missing("tcp", DB, 5432, 3),
    Missing("udp", DB, 53, 2),
    Missing("tcp", DB, 22, 2),
    Missing("tcp", "2001:db8::1", 80, 4),
)


def test_the_ports_of_an_address_count_together() -> None:
    found = next_machines(GRAPH)
    assert [(one.address, one.sockets) for one in found] == [
        (DB, 7),
        (CACHE, 4),
        ("2001:db8::1", 4),
    ]
    assert [(end.proto, end.port) for end in found[0].ends] == [
        ("tcp", 5432),
        ("tcp", 22),
        ("udp", 53),
    ]


def test_every_format_has_the_same_numbers() -> None:
    found = next_machines(GRAPH)
    document = json.loads(FORMATS["json"](found, DEFAULTS))
    lines = list(csv.DictReader(io.StringIO(FORMATS["csv"](found, DEFAULTS).decode())))
    assert document["netviz_next"] == 1
    assert [(one["address"], one["sockets"]) for one in document["missing"]] == [
        (line["address"], int(line["sockets"])) for line in lines
    ]
    assert lines[0]["ports"] == "tcp/5432 x3, tcp/22 x2, udp/53 x2"
    assert "tcp/5432 x3, tcp/22 x2, udp/53 x2" in FORMATS["table"](found, DEFAULTS).decode()
    blind = Machine("m", "m", problems=("tcp6: EACCES x1",))
    assert summary(found, [blind]) == (
        "3 addresses to capture next, 15 sockets; not everything readable on 1 machine"
    )


def test_a_long_list_of_ports_is_shortened_in_the_table_alone() -> None:
    found = next_machines(group(*(Missing("tcp", DB, port, 1) for port in range(1, 12))))
    assert "and 3 more" in FORMATS["table"](found, DEFAULTS).decode()
    assert "tcp/11 x1" in FORMATS["csv"](found, DEFAULTS).decode()


def test_where_the_list_is_full_it_says_so() -> None:
    found = next_machines(group(*(Missing("tcp", DB, port, 1) for port in range(1, 101))))
    assert "; only the 100 ports that most sockets talk to are counted; " in summary(found, [])


def test_nothing_is_missing() -> None:
    assert next_machines(group()) == []
    assert summary([], []) == (
        "no socket of the group talks to an address outside of it; nothing unreadable"
    )
    assert json.loads(FORMATS["json"]([], DEFAULTS)) == {"netviz_next": 1, "missing": []}

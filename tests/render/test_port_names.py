"""Names of well-known ports: where they are, where they are not, and that they are right."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from sample_graphs import two_machines

from netviz.graph import Listener
from netviz.render import RenderOptions, render
from netviz.render.port_names import NAMES, port_text
from netviz.render.wording import listener

SERVICES = Path("/etc/services")
OTHERWISE = {"sips": "sip-tls"}
"""What Debian calls a service that the registry has under another name."""


def test_a_well_known_port_has_its_name() -> None:
    assert port_text("tcp", 5432, numeric=False) == "tcp/5432 postgresql"
    assert port_text("udp", 514, numeric=False) == "udp/514 syslog"
    assert port_text("tcp", 514, numeric=False) == "tcp/514 shell"
    assert port_text("tcp", 5432, numeric=True) == "tcp/5432"


@pytest.mark.parametrize(("proto", "port"), [("tcp", 6432), ("udp", 5432), ("udplite", 53)])
def test_others_have_none(proto: str, port: int) -> None:
    assert port_text(proto, port, numeric=False) == f"{proto}/{port}"


@pytest.mark.parametrize("port", [3000, 8000, 9090, 9092, 9100, 9200])
def test_what_is_used_otherwise_than_registered_has_none(port: int) -> None:
    assert port not in NAMES["tcp"]


def test_names_are_those_of_this_system_where_it_knows_them() -> None:
    if not SERVICES.exists():
        pytest.skip("there is no /etc/services")
    known: dict[tuple[str, int], set[str]] = {}
    for line in SERVICES.read_text(encoding="utf-8").splitlines():
        found = re.match(r"([\w-]+)\s+(\d+)/(\w+)\s*([^#]*)", line)
        if found:
            names = {found[1], *found[4].split()}
            known.setdefault((found[3], int(found[2])), set()).update(names)
    named = [(proto, port, name) for proto in NAMES for port, name in NAMES[proto].items()]
    both = [(proto, port, name) for proto, port, name in named if (proto, port) in known]
    assert len(both) > 40
    wrong = [one for one in both if not {one[2], OTHERWISE.get(one[2])} & known[one[0], one[1]]]
    assert wrong == []


def test_a_listener_has_it_where_it_is_asked_for() -> None:
    one = Listener("tcp", "127.0.0.1", 6379)
    assert listener(one, numeric=False) == "tcp/6379 redis on 127.0.0.1"
    assert listener(one) == "tcp/6379 on 127.0.0.1"


@pytest.mark.parametrize("format", ["dot", "mermaid", "table", "html"])
def test_what_people_look_at_has_names(format: str) -> None:
    assert b"postgresql" in render(two_machines(), format)
    assert b"postgresql" not in render(two_machines(), format, RenderOptions(numeric=True))


@pytest.mark.parametrize("format", ["csv", "graphml", "json"])
def test_what_programs_read_has_none(format: str) -> None:
    written = render(two_machines(), format)
    assert b"postgresql" not in written
    assert written == render(two_machines(), format, RenderOptions(numeric=True))


def test_json_has_ports_as_numbers() -> None:
    ports = {flow["port"] for flow in json.loads(render(two_machines(), "json"))["flows"]}
    assert {type(port) for port in ports if port is not None} == {int}

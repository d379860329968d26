"""The mask of capabilities in words."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from small_graphs import graph, node

from netviz.graph import Listener
from netviz.questions.capabilities import NAMES, capabilities
from netviz.questions.exposure import exposed, exposure
from netviz.questions.exposure_output import FORMATS
from netviz.render.options import DEFAULTS


@pytest.mark.parametrize(
    ("mask", "names"),
    [
        ("0000000000000000", ()),
        ("0000000000000400", ("net_bind_service",)),
        ("0000000000003000", ("net_admin", "net_raw")),
        ("0000010000000000", ("checkpoint_restore",)),
        ("0000020000000000", ("capability_41",)),
        ("000001ffffffffff", ("all",)),
        ("0000003fffffffff", ("all",)),
        (None, None),
        ("", None),
        ("0x400", None),
        ("-1", None),
        ("f" * 17, None),
    ],
)
def test_names(mask: str | None, names: tuple[str, ...] | None) -> None:
    assert capabilities(mask) == names


def test_what_docker_gives_by_default() -> None:
    found = capabilities("00000000a80425fb")
    assert found is not None
    assert len(found) == 14
    assert {"net_raw", "mknod", "setfcap"} <= set(found)
    assert "sys_admin" not in found


def test_every_capability_has_a_name_of_its_own() -> None:
    assert len(NAMES) == len(set(NAMES)) == 41


def test_the_list_of_listeners_tells_them() -> None:
    found = [
        replace(node("m/a", Listener("tcp", "0.0.0.0", 1)), caps="000001ffffffffff"),
        replace(node("m/b", Listener("tcp", "0.0.0.0", 2)), caps="0000000000003400"),
        replace(node("m/c", Listener("tcp", "0.0.0.0", 3)), caps="0000000000000000"),
        node("m/d", Listener("tcp", "0.0.0.0", 4)),
    ]
    listeners = exposure(graph(*found, level="connection"))
    names = ["net_bind_service", "net_admin", "net_raw"]
    told = [
        one["capabilities"] for one in json.loads(FORMATS["json"](listeners, DEFAULTS))["listeners"]
    ]
    assert told == [["all"], names, [], None]
    cells = csv.DictReader(io.StringIO(FORMATS["csv"](listeners, DEFAULTS).decode()))
    assert [line["capabilities"] for line in cells] == ["all", " ".join(names), "", "?"]
    assert "net_bind_service, net_admin and 1 more" in " ".join(
        FORMATS["table"](listeners, DEFAULTS).decode().split()
    )


def test_all_capabilities_come_first_as_root_does() -> None:
    plain = node("m/plain", Listener("tcp", "0.0.0.0", 1))
    mighty = replace(node("m/mighty", Listener("tcp", "0.0.0.0", 2)), caps="0000003fffffffff")
    found = exposed(graph(plain, mighty, level="connection"))
    assert [one.node.label for one in found] == ["mighty", "plain"]

"""The JSON of flows: as kept byte for byte, as the schema says, the same by both encoders."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from sample_graphs import HOSTILE, hostile, two_machines

from netviz.graph import LEVELS, Coverage, Graph, Machine, Node
from netviz.group import group
from netviz.render import render
from netviz.render.json_flows import encode, encode_slowly
from netviz.render.options import RenderOptions

GOLDEN = Path(__file__).parent / "golden"
SCHEMA = Path(__file__).parents[2] / "docs" / "json-output.schema.json"


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    document = json.loads(SCHEMA.read_text("utf-8"))
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document)


@pytest.mark.parametrize("level", ("process", "service"))
def test_json_is_as_kept(level: str) -> None:
    written = render(group(two_machines(), level), "json")
    assert written.decode() == (GOLDEN / f"{level}.json").read_text("utf-8")


@pytest.mark.parametrize("level", LEVELS)
def test_json_is_as_the_schema_says(schema: Draft202012Validator, level: str) -> None:
    schema.validate(json.loads(render(group(two_machines(), level), "json")))
    schema.validate(json.loads(render(group(hostile(list(HOSTILE)), level), "json")))


def test_options_that_changed_the_graph_are_told(schema: Draft202012Validator) -> None:
    plain = json.loads(render(two_machines(), "json"))
    options = RenderOptions(graph_options=("--only process=\udc80", "--recent"))
    told = json.loads(render(two_machines(), "json", options))
    schema.validate(told)
    assert told.pop("options") == ["--only process=\\x80", "--recent"]
    assert told == plain


def test_the_schema_minds_every_key(schema: Draft202012Validator) -> None:
    document = json.loads(render(two_machines(), "json"))
    for part in ("machines", "nodes", "flows", "coverage"):
        found = document[part] if part == "coverage" else document[part][0]
        for key in list(found):
            kept = found.pop(key)
            assert not schema.is_valid(document), f"{part} without {key}"
            found[key] = kept
        found["surprise"] = 1
        assert not schema.is_valid(document), f"{part} with a key that is not described"
        del found["surprise"]
    schema.validate(document)


def test_an_empty_graph_is_a_document(schema: Draft202012Validator) -> None:
    document = json.loads(render(Graph((), (), (), Coverage()), "json"))
    schema.validate(document)
    assert (document["nodes"], document["flows"]) == ([], [])


def test_lone_surrogates_are_written_out_and_the_rest_is_kept() -> None:
    name = 'x\x1b[31m" \\ \u202e é \ud83d \udcff'
    node = Node("m/1", "m", name, name)
    written = render(Graph((Machine("m", "m"),), (node,), (), Coverage()), "json")
    assert json.loads(written)["nodes"][0]["name"] == 'x\x1b[31m" \\ \u202e é \\u{d83d} \\xff'


@pytest.mark.parametrize(
    ("captured", "written"),
    [
        (None, None),
        ((1700000000.25, 1700000001.0004), [1700000000.25, 1700000001.0]),
        ((float("nan"), 1.0), None),
        ((1.0, float("inf")), None),
        ((1e300, 1e301), None),
    ],
)
def test_times_are_seconds_to_the_millisecond(
    captured: tuple[float, float] | None, written: list[float] | None
) -> None:
    graph = Graph((Machine("m", "m", captured=captured),), (), (), Coverage())
    assert json.loads(render(graph, "json"))["machines"][0]["captured"] == written


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(-1e15, 1e15).map(lambda number: round(number, 3))
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=20,
)


@given(values)
def test_both_encoders_write_the_same(value: Any) -> None:
    pytest.importorskip("orjson")
    assert encode(value) == encode_slowly(value)


@pytest.mark.parametrize("code", range(0, 0x300, 0x80))
def test_both_encoders_write_each_character_the_same(code: int) -> None:
    pytest.importorskip("orjson")
    text = [chr(code + offset) for offset in range(0x80)]
    assert encode(text) == encode_slowly(text)


def test_without_orjson_the_bytes_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    with_orjson = render(two_machines(), "json")
    monkeypatch.setitem(sys.modules, "orjson", None)
    assert render(two_machines(), "json") == with_orjson


def test_integers_beyond_64_bits_are_no_crash() -> None:
    graph = two_machines()
    nodes = tuple(replace(node, uid=2**70) for node in graph.nodes)
    written = json.loads(render(replace(graph, nodes=nodes), "json"))
    assert {node["uid"] for node in written["nodes"]} == {2**70}

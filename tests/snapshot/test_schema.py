"""The schema, the documentation and the loader say the same of format 2."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st
from snapshot_documents import full_document, least_document

from netviz.snapshot import format2
from netviz.snapshot.faults import Fault

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = json.loads((DOCS / "snapshot-format-2.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
FORMAT = (DOCS / "snapshot-format.md").read_text()
FORMAT_2 = FORMAT[FORMAT.index("## Format 2") : FORMAT.index("## Format 1")]


def keys(schema: dict[str, Any], place: str = "") -> set[str]:
    """The place of every key that a schema names, such as ``processes[].pid``."""
    if "$ref" in schema:
        return keys(SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], place)
    found: set[str] = set()
    for key, inner in schema.get("properties", {}).items():
        there = f"{place}.{key}" if place else key
        found |= {there} | keys(inner, there)
    if "items" in schema:
        found |= keys(schema["items"], f"{place}[]")
    return found


def is_loaded(document: dict[str, Any]) -> bool:
    try:
        format2.to_snapshot(document, "x")
    except Fault:
        return False
    return True


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_documentation_lists_the_keys_of_the_schema() -> None:
    documented = re.findall(r"^\| `([a-z_.\[\]0-9]+)` \|", FORMAT_2, re.MULTILINE)
    assert len(documented) == len(set(documented))
    assert set(documented) == keys(SCHEMA)


def test_the_tests_have_a_value_for_every_key() -> None:
    def present(value: object, place: str = "") -> set[str]:
        found: set[str] = set()
        if isinstance(value, dict) and not place.endswith(".tables"):
            for key, inner in value.items():
                there = f"{place}.{key}" if place else key
                found |= {there} | present(inner, there)
        if isinstance(value, list):
            for inner in value:
                found |= present(inner, f"{place}[]")
        return found

    assert present(full_document()) == keys(SCHEMA)


def test_the_example_is_valid() -> None:
    blocks = re.findall(r"```json\n(.*?)```", FORMAT_2, re.DOTALL)
    assert len(blocks) == 1
    example = json.loads(blocks[0])
    VALIDATOR.validate(example)
    assert is_loaded(example)


def test_the_required_keys_are_documented() -> None:
    listed = FORMAT_2[FORMAT_2.index("Required are") : FORMAT_2.index("Any other key")]
    required = {
        *SCHEMA["required"],
        *(f"host.{k}" for k in SCHEMA["properties"]["host"]["required"]),
    }
    assert set(re.findall(r"`([a-z_.]+)`", listed)) - {"pid"} == required - {"host"}
    assert SCHEMA["$defs"]["process"]["required"] == ["pid"]


def places(value: object, place: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The place of every value in a document, itself left out."""
    inner: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [p for key, v in inner for p in [(*place, key), *places(v, (*place, key))]]


PLACES = places(full_document())
# Doubles are never whole: JSON Schema takes 1.0 for an integer, the loader does not.
OTHER_VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, False, 0, 1, -1, 2, 3, 100, 65535, 65536, 10**9, 10**9 + 1, 2**63),
        *(253402300799, 253402300800, 2**64 - 1, 2.0**64, 0.5, -0.5, 1e300),
        *("", "text", "little", "big", "r", "rw", "wr", "10.0.0.1", "::1/128", "host", "\n"),
        *([], [None], [1], [1, 2], [-1], [1.5], [True, 2], [2**64 - 1, 0], ["a"], [1, "r"]),
        *(["x", "r"], [[1, "r"]], [[1, 2]], [[1, 2, 3]], [{}], [{"pid": 1}]),
        *({}, {"a": 1}, {"a": "b"}, {"tcp": None}, {"pid": 1}),
    ]
).map(copy.deepcopy)


@settings(max_examples=1500, deadline=None)
@given(st.data())
def test_the_loader_takes_what_the_schema_takes(data: st.DataObject) -> None:
    document = full_document()
    for _ in range(data.draw(st.integers(1, 2))):
        place: tuple[Any, ...] = data.draw(st.sampled_from(PLACES))
        holder: Any = document
        try:
            for step in place[:-1]:
                holder = holder[step]
            holder[place[-1]]
        except (LookupError, TypeError):
            continue  # an earlier change took it away
        if not isinstance(holder, (dict, list)):
            continue
        if data.draw(st.booleans()) and isinstance(holder, dict):
            del holder[place[-1]]
        else:
            holder[place[-1]] = data.draw(OTHER_VALUES)
    assert is_loaded(document) == VALIDATOR.is_valid(document)


def test_the_least_document_is_valid() -> None:
    VALIDATOR.validate(least_document())
    for key in least_document():
        document = least_document()
        del document[key]
        assert not VALIDATOR.is_valid(document)

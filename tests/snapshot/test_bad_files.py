"""Whatever a file holds: one error of at most two lines that names it, and nothing else."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from snapshot_documents import first_format, full_document

from netviz.errors import SnapshotError
from netviz.snapshot import load
from netviz.snapshot.faults import NOT_OURS

BOM = b"\xef\xbb\xbf"
DEEP = 200_000


def changed(document: dict[str, object], **changes: object) -> bytes:
    return json.dumps({**document, **changes}).encode()


BAD = {
    "truncated": (changed(full_document())[:-200], "cut short"),
    "empty": (b"", "is empty"),
    "blank": (b" \n\n\t", "is empty"),
    "only a byte order mark": (BOM, "is empty"),
    "binary": (bytes(range(256)), "is no JSON"),
    "executable": (b"\x7fELF\x02\x01\x01\0", "is no JSON"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is no JSON"),
    "an empty object": (b"{}", "no netviz snapshot: it holds an empty object"),
    "an empty list": (b"[]", "no netviz snapshot: it holds an empty list"),
    "a list": (b"[{}]", "no netviz snapshot: it holds a list"),
    "a text": (b'"netviz_snapshot"', 'it holds the text "netviz_snapshot"'),
    "null": (b"null", "it holds null"),
    "another tool's": (b'{"processes": []}', 'an object without "netviz_snapshot"'),
    "a result": (b'{"netviz_flows": 1, "nodes": []}', "is what netviz-stitch wrote"),
    "a map": (b'{"netviz_map": 1, "key": "00"}', "is the map of netviz anonymize"),
    "a text for a list": (changed(full_document(), processes="x"), "processes: expected a list"),
    "format 1, wrong": (changed(first_format(), net=["x"]), "net: expected an object"),
    "newer": (b'{"netviz_snapshot": 3}', "written by a newer netviz"),
    "newer behind a mark": (BOM + b'{"netviz_snapshot": 3}', "written by a newer netviz"),
    "UTF-16": ('{"netviz_snapshot": 2}'.encode("utf-16"), "is UTF-16 text"),
    "deep lists": (b"[" * DEEP + b"]" * DEEP, "nested more than 1024 deep"),
    "deep objects": (b'{"a":' * DEEP + b"1" + b"}" * DEEP, "nested more than 1024 deep"),
    "deep in a snapshot": (
        changed(full_document())[:-1] + b',"x":' + b"[" * DEEP + b"]" * DEEP + b"}",
        "nested more than 1024 deep",
    ),
    "HTML": (b"<!DOCTYPE html>\n<html>", "is no JSON: expected a value"),
    "escape codes": (b'{"\x1b[31m": 1}', "is no JSON"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_file(tmp_path: Path, name: str) -> None:
    content, said = BAD[name]
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(SnapshotError) as caught:
        list(load(path))
    text = str(caught.value)
    assert said in text
    assert text.startswith(f"{path}: ")
    assert text.count("\n") == 1
    assert "".join(text.split("\n")).isprintable()


@pytest.mark.parametrize("name", ["binary", "executable", "picture", "HTML", "deep lists"])
def test_what_never_was_a_snapshot_need_not_be_captured_again(tmp_path: Path, name: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(BAD[name][0])
    with pytest.raises(SnapshotError) as caught:
        list(load(path))
    assert caught.value.advice == NOT_OURS


def test_good_file_behind_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "marked.json"
    path.write_bytes(BOM + changed(full_document()))
    assert [s.host.name for s in load(path)] == ["alpha"]


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damage_anywhere_is_a_snapshot_error_or_nothing(
    tmp_path: Path, data: st.DataObject
) -> None:
    content = bytearray(changed(data.draw(st.sampled_from([full_document(), first_format()]))))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=4))
    path = tmp_path / f"damaged{os.getpid()}.json"
    path.write_bytes(content)
    try:
        for snapshot in load(path):
            repr(snapshot).encode()
    except SnapshotError as error:
        text = str(error)
        assert text.startswith(str(path))
        assert text.count("\n") <= 1

"""Nothing comes through but what is meant to: whatever text stands anywhere in a snapshot."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from snapshot_documents import first_format, full_document, write

from netviz.anonymize.anonymous import anonymous
from netviz.anonymize.left_out import LeftOut
from netviz.anonymize.pseudonyms import Pseudonyms
from netviz.snapshot import load
from netviz.snapshot.model import Host, NetworkNamespace, Problem, Process, Snapshot
from netviz.snapshot.writing import encoded

SECRET = "Zq9Secret"

SPOKEN_FOR = {
    Snapshot: "source format host processes netns unix_peers unix_names problems euid cap_eff"
    " pid_namespace started finished",
    Host: "name byteorder machine_id boot_id kernel arch btime clk_tck",
    Process: "pid ppid start comm exe uid security caps netns cgroup argv sockets pipes",
    NetworkNamespace: "id name addresses ip_local_port_range forwarding tables interfaces",
    Problem: "what error count example",
}
"""The fields of the model for each of which anonymize says what becomes of it."""


@pytest.mark.parametrize("kind", SPOKEN_FOR, ids=lambda kind: str(kind.__name__))
def test_a_new_field_has_to_be_thought_of(kind: Any) -> None:
    """Whoever adds one decides here: replaced, kept or left out (and tells docs/anonymize.md)."""
    assert [field.name for field in fields(kind)] == SPOKEN_FOR[kind].split()


def written(folder: Path, document: dict[str, Any]) -> tuple[str, LeftOut]:
    (snapshot,) = load(write(folder / "given.json", document))
    left_out = LeftOut()
    return encoded(anonymous(snapshot, Pseudonyms(b"k" * 32), left_out)).decode(), left_out


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every text in a document."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for key, inside in value.items():
            yield from places(inside, (*path, key))
    elif isinstance(value, list):
        for index, inside in enumerate(value):
            yield from places(inside, (*path, index))


def with_text(document: dict[str, Any], path: tuple[Any, ...], text: str) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    at: Any = changed
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = text
    return changed


CHECKED = {("host", "byteorder"), ("netns", 0, "addresses")}
"""Texts of which the loader takes no other: an address is one."""

FREE = [
    path
    for path in places(full_document())
    if path not in CHECKED and path[:3] not in CHECKED and path[-1] not in ("r", "w", "rw")
    if not (path[0] == "processes" and path[2:3] == ("pipes",))
]


@pytest.mark.parametrize("path", FREE, ids=lambda path: ".".join(map(str, path)))
@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f"/usr/bin/{SECRET}/x",
        f"0::/system.slice/{SECRET}.service\n1:{SECRET}:/lxc/{SECRET}\n{SECRET}\n",
        f"Num RefCount Inode\n0: 00000002 00000000 00010000 0001 01 7 @{SECRET}\n{SECRET}\n",
        f"6.1.0-{SECRET}",
        f"python3{SECRET}",
        f"unconfined_{SECRET}:a:unconfined_{SECRET}:{SECRET} (enforce)",
        f"  sl  local_address {SECRET}\n {SECRET}",
    ],
    ids=range(8),
)
def test_a_text_at_any_place(tmp_path: Path, path: tuple[Any, ...], text: str) -> None:
    made, _ = written(tmp_path, with_text(full_document(), path, text))
    assert SECRET not in made
    assert json.loads(made)["complete"] is True


def test_sentences_of_an_import(tmp_path: Path) -> None:
    """They are texts of any length, in the place of the name of an error."""
    document = full_document()
    document["problems"] = [{"what": "import", "error": f"ss of {SECRET} is missing"}] * 2
    made, _ = written(tmp_path, document)
    assert SECRET not in made
    assert [problem["what"] for problem in json.loads(made)["problems"]] == ["import"]


def test_a_key_at_any_place(tmp_path: Path) -> None:
    document = full_document()
    for at in (
        *(document, document["tool"], document["host"], document["privileges"]),
        *(document["processes"][0], document["netns"][0], document["netns"][0]["tables"]),
        *(document["problems"][0], document["time"]),
    ):
        at[SECRET] = SECRET
    made, left_out = written(tmp_path, document)
    assert SECRET not in made
    assert left_out.tables == 2  # and the one of the document itself


def test_a_name_of_several_lines(tmp_path: Path) -> None:
    line = f"0: 00000002 00000000 00010000 0001 01 8 /run/{SECRET}"
    table = f"Num RefCount Inode\n0: 00000002 00000000 00010000 0001 01 7 @a\n{line}\n"
    for names in ([], [[7, f"@a\n{line}"]]):
        document = full_document() | {"unix_names": names}
        document["netns"][0]["tables"] = {"unix": table}
        made, _ = written(tmp_path, document)
        assert SECRET not in made
        assert json.loads(made)["unix_names"] == []


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(FREE), st.text(max_size=20)), max_size=8))
def test_texts_at_random(tmp_path: Path, texts: list[tuple[tuple[Any, ...], str]]) -> None:
    document = full_document()
    for path, text in texts:
        document = with_text(document, path, f"{text}{SECRET}{text}")
    made, _ = written(tmp_path, document)
    assert SECRET not in made


def test_the_first_format(tmp_path: Path) -> None:
    document = first_format()
    document["processes"]["7"] |= {"cmd": SECRET, "selinux": SECRET, SECRET: SECRET}
    document["net"]["18"] |= {"path": f"/run/{SECRET}", SECRET: SECRET}
    document[SECRET] = SECRET
    (snapshot,) = load(write(tmp_path / f"{SECRET}.json", document))
    made = encoded(anonymous(snapshot, Pseudonyms(b"k" * 32), LeftOut())).decode()
    assert SECRET not in made
    assert json.loads(made)["netviz_snapshot"] == 2


@pytest.mark.parametrize(
    ("kernel", "kept"),
    [
        ("6.1.0-18-amd64", "6.1.0"),
        ("4.18.0-513.el8.acme.x86_64", "4.18.0"),
        ("6.6", "6.6"),
        ("10.1.2.3", None),
        ("acme", None),
    ],
)
def test_a_kernel(tmp_path: Path, kernel: str, kept: str | None) -> None:
    made, _ = written(tmp_path, with_text(full_document(), ("host", "kernel"), kernel))
    assert json.loads(made)["host"]["kernel"] == kept


def test_addresses_are_in_an_order_that_tells_nothing(tmp_path: Path) -> None:
    document = full_document()
    document["netns"][0]["addresses"] = [f"10.0.{n}.1/24" for n in range(50)]
    made, _ = written(tmp_path, document)
    addresses = json.loads(made)["netns"][0]["addresses"]
    assert addresses == sorted(addresses)
    assert not {*addresses}.intersection(document["netns"][0]["addresses"])

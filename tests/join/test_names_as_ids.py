"""A machine may call itself anything, and stays another one: ids of two never meet."""

from __future__ import annotations

import pytest
from groups import MachineOf, Namespace, connect, flows, listen, simple, stitched
from hypothesis import given
from hypothesis import strategies as st

from netviz.ids import LONGEST_PART, grouped_id, machine_ids, process_id, unowned_id


@pytest.mark.parametrize("name", ["web/blue", "web/boot1", "db/3", "db/3.100", "web@web.json"])
def test_a_name_that_looks_like_the_id_of_another(name: str) -> None:
    web = MachineOf(
        "web",
        [
            Namespace([], ["10.0.0.1/24"], 1),
            Namespace([connect("10.0.0.7", 1, "10.0.0.2", 80)], ["10.0.0.7/24"], 2, name="blue"),
        ],
    )
    db = simple(
        "db",
        "10.0.0.2",
        listen("0.0.0.0", 80, 3),
        connect("10.0.0.2", 80, "10.0.0.7", 1, 3),
        connect("10.0.0.2", 80, "10.0.0.9", 4444, 3),
    )
    liar = simple(name, "10.0.0.9", connect("10.0.0.9", 4444, "10.0.0.2", 80))
    assert flows(stitched(web, db, liar)) == sorted(
        [(f"{m}/?", "db/p3", "tcp", 80, "reciprocal", 1) for m in map(ident, (name, "web"))]
    )


def ident(name: str) -> str:
    """The id of a machine that is the only one of its name."""
    return machine_ids([name], ["x.json"])[0]


parts = st.lists(st.sampled_from(["a", "b", "/", "@", "%", "%2F", "1", ".", "?none", "boot1"]))
names = parts.map("".join)


@given(st.lists(names, unique=True, max_size=6), st.sampled_from(["", "blue", "boot1", "a/b"]))
def test_ids_of_machines_and_of_what_is_on_them_are_apart(found: list[str], netns: str) -> None:
    machines = machine_ids(found, [f"{number}.json" for number in range(len(found))])
    ids = [
        one
        for machine in machines
        for one in (
            process_id(machine, 1, None),
            process_id(machine, 1, 2),
            process_id(machine, 1, 2, boot=1),
            unowned_id(machine, None, "none"),
            unowned_id(machine, netns, "none"),
        )
    ]
    assert len(set(machines)) == len(machines)
    assert len(set(ids)) == len(ids)


def test_an_ordinary_name_is_its_own_id() -> None:
    assert ident("web-1.example.org") == "web-1.example.org"


texts = st.text(st.sampled_from("ab~'\\\0é"), max_size=2 * LONGEST_PART)


@given(st.lists(st.tuples(texts, texts | st.none()), unique=True, max_size=4))
def test_ids_of_groups_are_apart(keys: list[tuple[str, str | None]]) -> None:
    assert len({grouped_id("web", *key) for key in keys}) == len(keys)


def test_the_id_of_a_group_is_bounded() -> None:
    """It is written again for each flow of a node, and a path may be long."""
    path = "/usr/bin/" + "x" * 5000
    ids = {grouped_id("web", path, "a", f"{path}{end}") for end in "yz"}
    assert len(ids) == 2
    assert max(map(len, ids)) <= len("web/") + 2 * (LONGEST_PART + 1) + len("'a'")
    assert all(one.startswith("web/'/usr/bin/xxx") for one in ids)

"""Each line of docs/security.md names a test, and for each there is a defence to take out."""

from __future__ import annotations

import ast
import re

import pytest
from defences import DEFENCES, Defence
from packer import ROOT

DOCUMENT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [
    line
    for line in DOCUMENT.splitlines()
    if line.startswith("| ") and line not in ("| | held by |", "| --- | --- |")
]
NAMED = [row.rsplit("|", 2)[1].strip().strip("`") for row in ROWS]


def functions_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_there_are_lines() -> None:
    assert len(ROWS) > 50
    assert all(re.fullmatch(r"\| .+ \| `tests/\S+\.py::test_\w+` \|", row) for row in ROWS)


@pytest.mark.parametrize("named", NAMED)
def test_the_test_is_there(named: str) -> None:
    path, name = named.split("::")
    assert name in functions_of(path)


def test_each_has_a_defence_to_take_out_and_no_other_has() -> None:
    """take_out_defences.py shows that the test fails without it."""
    assert sorted({one.test for one in DEFENCES}) == sorted(NAMED)


@pytest.mark.parametrize("defence", DEFENCES, ids=lambda one: one.test.split("::")[1])
def test_the_defence_stands_where_it_is_said_to(defence: Defence) -> None:
    assert (ROOT / defence.path).read_text(encoding="utf-8").count(defence.code) == 1
    assert defence.code != defence.instead

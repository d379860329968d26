"""The coverage of lines and that of branches are two figures, and either may be too low."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import pytest
from packer import ROOT


@pytest.fixture
def measure(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "build")
    return importlib.import_module("measure_coverage")


def report(*files: tuple[str, int, int, int, int]) -> dict[str, Any]:
    """Path, lines that were run and all, branches that were run and all, as coverage tells them."""
    names = ("covered_lines", "num_statements", "covered_branches", "num_branches")
    return {
        "files": {
            path: {"summary": dict(zip(names, counts, strict=True))} for path, *counts in files
        }
    }


def test_each_package_has_its_own_figures(measure: ModuleType) -> None:
    found = measure.by_package(
        report(
            ("netviz/join/nat.py", 10, 20, 3, 4),
            ("netviz/graph.py", 5, 5, 0, 0),
            ("netviz/join/join.py", 30, 30, 1, 4),
        )
    )
    assert list(found) == ["netviz", "netviz/join", "all"]
    assert found["netviz/join"] == {"lines": (40, 50), "branches": (4, 8)}
    assert found["all"] == {"lines": (45, 55), "branches": (4, 8)}
    shown = " ".join(measure.table(found).splitlines()[1].split())
    assert shown == "netviz/join 40 of 50 lines 80.00 % 4 of 8 branches 50.00 %"


@pytest.mark.parametrize(
    ("lines", "branches", "low"),
    [(95, 95, False), (94, 100, True), (100, 94, True)],
)
def test_neither_makes_up_for_the_other(
    measure: ModuleType, lines: int, branches: int, low: bool
) -> None:
    found = measure.by_package(report(("netviz/graph.py", lines, 100, branches, 100)))
    assert measure.too_low(found, 95.0) is low


def test_a_compiled_module_has_lines_alone(measure: ModuleType) -> None:
    told = report(("netviz/loops/_fastjoin.pyx", 95, 100, 0, 0))
    for summary in told["files"].values():
        del summary["summary"]["covered_branches"], summary["summary"]["num_branches"]
    found = measure.by_package(told)
    assert found["all"] == {"lines": (95, 100)}
    assert not measure.too_low(found, 95.0)
    assert measure.too_low(found, 95.1)

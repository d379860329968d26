"""The tests that docs/development.md names are there."""

from __future__ import annotations

import re

import pytest
from packer import ROOT
from test_security_document import functions_of

DOCUMENT = (ROOT / "docs" / "development.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/\S+\.py::\w+)`", DOCUMENT)))


def test_some_are_named() -> None:
    assert len(NAMED) > 20


@pytest.mark.parametrize("named", NAMED)
def test_it_is_there(named: str) -> None:
    path, name = named.split("::")
    assert name in functions_of(path)


def test_every_folder_and_module_is_on_the_map() -> None:
    """Of the package each folder and top module, and each folder beside it."""
    table = DOCUMENT.partition("## Where things are")[2].partition("\n## ")[0]
    parts = [path for path in (ROOT / "netviz").iterdir() if not path.name.startswith("__")]
    modules = [path.name for path in parts if path.suffix in {".py", ".pyx"}]
    folders = [f"netviz/{path.name}/" for path in parts if (path / "__init__.py").exists()]
    folders += ["build/", "capture_zipapp/", "examples/", "benchmarks/", "tests/", "docs/"]
    assert len(folders) > 15
    named = [name for name in modules if name != "_version.py"] + folders
    assert [name for name in named if name not in table] == []

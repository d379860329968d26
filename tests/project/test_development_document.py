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

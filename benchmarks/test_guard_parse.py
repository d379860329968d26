"""The compiled parser stays far ahead of its twin, and near to what memory gives."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from made_tables import KINDS
from parse_speed import measure_parsers

TWIN = 20
"""How many times its twin the compiled parser has to be; tcp is wanted at 30, and had 79."""

COUNT = 8
"""How many times longer than counting the line ends a parse may take; tcp had 1.2, conntrack 2.9"""


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("kind", KINDS)
def test_compiled_against_twin_and_memory(
    kind: str, short: bool, tell: Callable[[str], None]
) -> None:
    speed = measure_parsers(kind, 5 if short else 15)
    tell(str(speed))
    assert speed.compiled >= TWIN * speed.twin, str(speed)
    assert speed.count <= COUNT * speed.compiled, str(speed)

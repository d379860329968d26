"""Each harness on its seeds, on what once was a finding, and on a short run of mutations."""

from __future__ import annotations

import itertools
import random
import sys
from pathlib import Path

import pytest
from needs import unavailable

HERE = Path(__file__).resolve().parent
for folder in ("oracle", "render"):
    sys.path.append(str(HERE.parent / folder))

from harnesses import FOUND, HARNESSES, found  # noqa: E402
from mutations import mutated  # noqa: E402
from svg_reading import dot_is_missing  # noqa: E402

TRIED = {"dot": 20, "formats": 100, "snapshots": 150, "changed-snapshots": 150}
"""How many mutations, where it is not the usual number."""
USUALLY = 300


@pytest.fixture(params=HARNESSES)
def name(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    if chosen == "dot" and dot_is_missing():
        unavailable("there is no dot")
    return chosen


def test_its_seeds(name: str) -> None:
    assert HARNESSES[name].seeds
    for data in HARNESSES[name].seeds:
        HARNESSES[name].run(data)


def test_what_once_was_a_finding(name: str) -> None:
    for data in found(name):
        HARNESSES[name].run(data)


def test_mutations(name: str) -> None:
    """A short run of what fuzz.py does at length; each run of the tests tries the same."""
    seeds = [*HARNESSES[name].seeds, *found(name)]
    for data in itertools.islice(mutated(seeds, random.Random(1)), TRIED.get(name, USUALLY)):
        HARNESSES[name].run(data)


def test_findings_are_of_a_harness() -> None:
    assert {path.name for path in FOUND.iterdir()} <= set(HARNESSES)

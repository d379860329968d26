"""This tree is no slower than the commit that --against names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from against import ROOT, built, merge_base, parser_in
from capture_speed import capture_from, missing
from fleets import Fleets, fleet_of
from stitch_speed import stitch_command
from whole_processes import Runner, measure

SLOWER = 1.3
"""How many times the time of the other commit this tree may take."""


@pytest.fixture(scope="module")
def other(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The tree of the other commit, built."""
    revision = pytestconfig.getoption("--against")
    if revision is None:
        pytest.skip("no --against REVISION was given")
    with built(merge_base(revision), tmp_path_factory.mktemp("against") / "netviz") as tree:
        assert "compiled" in parser_in(ROOT), f"nothing is compiled in {ROOT}"
        assert "compiled" in parser_in(tree), f"nothing is compiled in {tree}"
        yield tree


@pytest.mark.parametrize(
    "sockets", [100_000, pytest.param(1_000_000, marks=pytest.mark.long)], ids="{:,}".format
)
def test_stitch(other: Path, fleets: Fleets, sockets: int, tell: Callable[[str], None]) -> None:
    paths = fleets.files(fleet_of(sockets))
    commands = {"this": [*stitch_command(), *paths], "other": [*stitch_command(other), *paths]}
    runs = measure(commands, 9)
    told = f"stitch: this tree {runs['this'].best:.3f} s, the other {runs['other'].best:.3f} s"
    tell(told)
    assert runs["this"].times(runs["other"]) <= SLOWER, told


@pytest.mark.skipif(missing() is not None, reason=str(missing()))
def test_capture(other: Path, busy: Runner, tell: Callable[[str], None]) -> None:
    commands = {"this": capture_from(ROOT), "other": capture_from(other)}
    runs = busy.measure(commands, 9)
    told = f"capture: this tree {runs['this'].best:.3f} s, the other {runs['other'].best:.3f} s"
    tell(told)
    assert runs["this"].times(runs["other"]) <= SLOWER, told

"""Which implementation runs: the one that was asked for, and the commands say so."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import pytest

from netviz import loops, parse
from netviz.cli.version import version_text

SHOW = (
    "from netviz import loops, parse; from netviz.cli.version import version_text;"
    "print(parse.IMPLEMENTATION, loops.IMPLEMENTATION); print(version_text())"
)


def chosen(without: str = "", **variables: str) -> list[str]:
    """What a new interpreter has chosen, parser and join, and what it says of that.

    ``without`` is a module that cannot be imported there.
    """
    folder = os.path.dirname(os.path.dirname(parse.__file__))  # noqa: PTH120
    environment = {key: value for key, value in os.environ.items() if key != "NETVIZ_PURE"}
    environment["PYTHONPATH"] = folder
    ended = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.modules[{without!r}] = None; {SHOW}"],
        check=True,
        env={**environment, **variables},
        capture_output=True,
        text=True,
    )
    return ended.stdout.splitlines()


def is_built(module: str) -> bool:
    return importlib.util.find_spec(f"netviz.{module}") is not None


def test_compiled_modules_are_loaded_where_they_have_to_be() -> None:
    """Without this, all tests of the compiled modules could be skipped and nobody would see it."""
    if os.environ.get("NETVIZ_REQUIRE_EXTENSIONS") != "1":
        pytest.skip("NETVIZ_REQUIRE_EXTENSIONS is not 1")
    assert is_built("_fastparse")
    assert is_built("loops._fastjoin")
    assert chosen()[0] == "compiled compiled"
    if os.environ.get("NETVIZ_PURE") != "1":
        assert (parse.IMPLEMENTATION, loops.IMPLEMENTATION) == ("compiled", "compiled")


def test_what_is_built_is_taken() -> None:
    parser = is_built("_fastparse")
    built = (parser, parser and is_built("loops._fastjoin"))
    assert chosen()[0].split() == ["compiled" if is_there else "pure" for is_there in built]


@pytest.mark.parametrize(
    ("without", "parser", "join"),
    [("_fastparse", "pure", "pure"), ("loops._fastjoin", "compiled", "pure")],
)
def test_one_that_is_missing_is_told_apart_from_the_other(
    without: str, parser: str, join: str
) -> None:
    """The compiled join calls the compiled parser; not the other way round."""
    if not (is_built("_fastparse") and is_built("loops._fastjoin")):
        pytest.skip("the compiled modules are not built")
    names, said = chosen(f"netviz.{without}")
    assert names == f"{parser} {join}"
    assert f"(parser: {parser}, join: {join})" in said


def test_the_twins_run_where_they_are_asked_for() -> None:
    names, said = chosen(NETVIZ_PURE="1")
    assert names == "pure pure"
    assert "(parser: pure, join: pure)" in said


def test_this_run_has_what_it_asked_for() -> None:
    if os.environ.get("NETVIZ_PURE") == "1":
        assert (parse.IMPLEMENTATION, loops.IMPLEMENTATION) == ("pure", "pure")


def test_the_version_says_what_runs() -> None:
    assert version_text().endswith(
        f"(parser: {parse.IMPLEMENTATION}, join: {loops.IMPLEMENTATION})"
    )

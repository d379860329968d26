"""Options and fixtures of the benchmarks: ``pytest benchmarks [--short] [--against REVISION]``."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path

import capture_speed
import pytest
from fleets import Fleets
from needs import unavailable
from whole_processes import Runner

LONG = "long"
FIGURES = pytest.StashKey[list[str]]()
Tell = Callable[[str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """What can be asked of the benchmarks beside what pytest-benchmark offers."""
    group = parser.getgroup("netviz benchmarks")
    group.addoption(
        "--short",
        action="store_true",
        help="run every small benchmark once, to see that it works, and the guards on small input",
    )
    group.addoption(
        "--against",
        metavar="REVISION",
        help="also compare this tree with the commit where it and REVISION went different ways",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """A short run times nothing but the ratios of the guards."""
    config.stash[FIGURES] = []
    config.addinivalue_line("markers", f"{LONG}: left out with --short")
    if not config.pluginmanager.hasplugin("benchmark"):
        raise pytest.UsageError(
            "the benchmarks need pytest-benchmark; python3 build/run_tests.py installs it in .venv"
        )
    if config.getoption("--short"):
        config.option.benchmark_disable = True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what --short leaves out."""
    if config.getoption("--short"):
        left_out = [item for item in items if item.get_closest_marker(LONG)]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


@pytest.fixture(scope="session")
def short(pytestconfig: pytest.Config) -> bool:
    """Whether this is a short run."""
    return bool(pytestconfig.getoption("--short"))


@pytest.fixture
def tell(pytestconfig: pytest.Config) -> Tell:
    """Takes a line that is shown when all is done, also where a guard is content."""
    return pytestconfig.stash[FIGURES].append


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Show what the guards measured."""
    figures = config.stash[FIGURES]
    if figures:
        terminalreporter.section("what the guards measured")
        for line in figures:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def compiled() -> None:
    """That the compiled modules are there; without them the test is skipped."""
    try:
        importlib.import_module("netviz._fastparse")
        importlib.import_module("netviz.loops._fastjoin")
    except ImportError as error:
        unavailable(f"nothing to time, the compiled modules were not built ({error.name})")


@pytest.fixture(params=["compiled", "twin"])
def implementation(request: pytest.FixtureRequest) -> str:
    """Each of the two implementations."""
    if request.param == "compiled":
        request.getfixturevalue("compiled")
    return str(request.param)


@pytest.fixture(scope="session")
def fleets() -> Iterator[Fleets]:
    """Made-up fleets, each made once."""
    with Fleets() as made:
        yield made


@pytest.fixture(scope="session")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """netviz-capture.pyz of this tree."""
    return capture_speed.pack_capture(tmp_path_factory.mktemp("pyz"))


@pytest.fixture(scope="session")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The C program that only reads; without a compiler the test is skipped."""
    program = capture_speed.build_floor(tmp_path_factory.mktemp("floor"))
    if program is None:
        unavailable("there is no C compiler for benchmarks/capture_floor.c")
    return program


@pytest.fixture(scope="session")
def busy(short: bool) -> Iterator[Runner]:
    """Runs commands in a busy namespace; without root the test is skipped."""
    reason = capture_speed.missing()
    if reason:
        unavailable(reason)
    with capture_speed.busy(*((40_000, 160) if short else (100_000, 400))) as runner:
        yield runner

"""What holds for every test."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says nothing where the machine is busy with something else.
settings.register_profile(
    "unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unhurried")

# A shell starts what it runs in the background with SIGINT ignored, and nohup ignores SIGHUP. All
# that the tests start would ignore them too, and those of signals would wait for ever.
for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, usual)

OF_OTHERS = frozenset({"lab", "project"})
"""Folders whose tests start Python programs that are not ours: pip, Ansible, daemons."""


@pytest.fixture(scope="module", autouse=True)
def warnings_are_errors(request: pytest.FixtureRequest) -> Iterator[None]:
    """In the programs that a test starts, as they are in the tests (pyproject.toml)."""
    with pytest.MonkeyPatch.context() as patch:
        if request.path.parent.name not in OF_OTHERS:
            patch.setenv("PYTHONWARNINGS", "error")
        yield

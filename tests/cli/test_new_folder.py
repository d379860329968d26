"""A result that is a folder is there as a whole or not at all."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from netviz.cli.new_folder import new_folder
from netviz.errors import OutputError


def test_a_folder_that_somebody_fills_meanwhile_stays_theirs(tmp_path: Path) -> None:
    out = tmp_path / "out"
    refusal = pytest.raises(OutputError, match=r"out: cannot be made: .*not empty")
    with refusal, new_folder(str(out)) as folder:
        (folder / "ours").touch()
        out.mkdir()
        (out / "theirs").touch()
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["out", "theirs"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_nothing_and_is_as_before_afterwards(
    number: signal.Signals, tmp_path: Path
) -> None:
    before = signal.getsignal(number)
    signal.signal(number, signal.SIG_DFL)
    try:
        with pytest.raises(SystemExit) as ended, new_folder(str(tmp_path / "out")):
            os.kill(os.getpid(), number)
        assert ended.value.code == 128 + number
        assert list(tmp_path.iterdir()) == []
        assert signal.getsignal(number) is signal.SIG_DFL
    finally:
        signal.signal(number, before)


def test_a_signal_that_is_ignored_stays_so(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with new_folder(str(tmp_path / "out")):
            os.kill(os.getpid(), signal.SIGHUP)
        assert (tmp_path / "out").is_dir()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)

"""How a Python is found and started, with Pythons that are none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from stand_ins import Stand

from netviz.gather.remote_command import PYTHONS, find_and_start, is_plain_path

TOO_OLD = "#!/bin/sh\nexit 1\n"
READY = "netviz-0"


def started(script: str, folder: Path) -> tuple[int, str]:
    """The status of the script where only ``folder`` is on PATH, and the first line it prints."""
    ended = subprocess.run(
        ["/bin/sh", "-c", script],
        check=False,
        input=b"",
        capture_output=True,
        env={"PATH": str(folder), "LOG": str(folder / "log")},
    )
    assert ended.stderr == b""
    return ended.returncode, ended.stdout.decode().partition("\n")[0]


def usable(stand: Stand, name: str) -> None:
    """A Python of that name, which notes how it is started."""
    stand.add(name, f'#!/bin/sh\necho "$0 $*" >> "$LOG"\nexec {sys.executable} "$@"\n')


@pytest.mark.parametrize("name", [name for name in PYTHONS if "/" not in name])
def test_the_first_that_will_do_is_taken(stand: Stand, name: str) -> None:
    for other in PYTHONS:
        if "/" not in other and other != name:
            stand.add(other, TOO_OLD)
    usable(stand, name)
    assert started(find_and_start(READY), stand.folder) == (0, READY)
    probed, run = (stand.folder / "log").read_text().splitlines()
    assert probed.startswith(f"{stand.folder}/{name} -I -B -c import sys,zlib;")
    assert run.startswith(f"{stand.folder}/{name} -I -B -c import sys;print(")


def test_none_is_a_status_of_its_own(stand: Stand) -> None:
    assert started(find_and_start(READY), stand.folder) == (97, "")
    stand.add("python3", TOO_OLD)
    assert started(find_and_start(READY), stand.folder) == (97, "")


def test_one_that_is_named_is_the_only_one(stand: Stand) -> None:
    usable(stand, "python3")
    usable(stand, "other")
    named = find_and_start(READY, [str(stand.folder / "other")])
    assert started(named, stand.folder) == (0, READY)
    assert "python3" not in (stand.folder / "log").read_text()
    assert started(find_and_start(READY, ["/nowhere/python3"]), stand.folder) == (97, "")


def test_sudo_runs_that_python(stand: Stand) -> None:
    usable(stand, "python3")
    assert started(find_and_start(READY, sudo=True), stand.folder) == (98, "")
    stand.add("sudo", '#!/bin/sh\necho "sudo $LC_ALL $*" >> "$LOG"\nshift\nexec "$@"\n')
    assert started(find_and_start(READY, sudo=True), stand.folder) == (0, READY)
    log = (stand.folder / "log").read_text().splitlines()
    assert log[-2].startswith(f"sudo C -n {stand.folder}/python3 -I -B -c ")


@pytest.mark.parametrize("path", ["python3.9", "/opt/my-python/bin/python3", "~"])
def test_a_path_has_nothing_in_it_for_a_shell(path: str) -> None:
    assert is_plain_path(path) == (path != "~")


def test_this_machines_own_is_found() -> None:
    ended = subprocess.run(
        ["/bin/sh", "-c", find_and_start(READY)],
        check=True,
        input=b"0\n",
        capture_output=True,
        env={"PATH": os.environ["PATH"]},
    )
    assert ended.stdout == f"{READY}\n".encode()

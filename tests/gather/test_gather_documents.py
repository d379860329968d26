"""docs/gather.md: its commands are accepted, its loop runs, and its playbook runs."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from needs import unavailable
from packer import ROOT, load_packer
from stand_ins import Stand

from netviz.cli.gather import make_parser
from netviz.gather.remote_command import PYTHONS
from netviz.snapshot import load

TEXT = (ROOT / "docs" / "gather.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("line", re.findall(r"^    netviz gather (.*)$", TEXT, re.MULTILINE))
def test_the_commands_are_accepted(line: str) -> None:
    make_parser().parse_args(shlex.split(line))


def test_what_is_looked_for_is_told() -> None:
    assert [path for path in (PYTHONS[0], PYTHONS[1], PYTHONS[2]) if f"`{path}`" not in TEXT] == []


@pytest.mark.usefixtures("stand")
def test_the_loop_runs_and_leaves_nothing(
    stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stand-in for ssh runs the command here; mktemp makes its folder below TMPDIR."""
    stand.add("ssh", '#!/bin/sh\nshift\n[ "$1" = web2 ] && exit 255\nexec sh -c "$2"\n')
    stand.add("sudo", '#!/bin/sh\nshift\nexec "$@"\n')
    there = tmp_path / "there"
    there.mkdir()
    monkeypatch.setenv("TMPDIR", str(there))
    (tmp_path / "netviz-capture.pyz").write_bytes(load_packer().make_archive(ROOT))
    (loop,) = re.findall(r"```sh\n(for host.*?)```", TEXT, re.DOTALL)
    ended = subprocess.run(
        ["sh", "-c", loop], check=False, cwd=tmp_path, capture_output=True, text=True
    )
    assert "Traceback" not in ended.stderr
    assert sorted(path.name for path in tmp_path.glob("*.json")) == ["db1.json", "web1.json"]
    for path in tmp_path.glob("*.json"):
        assert len(list(load(path))) == 1
    assert list(there.iterdir()) == []


@dataclass(frozen=True)
class Playbook:
    """A copy of the playbook in ``folder``, for this machine; ``there`` is its temporary place."""

    program: str
    folder: Path

    @property
    def there(self) -> Path:
        return self.folder / "there"

    def run(self) -> subprocess.CompletedProcess[str]:
        here = ["-i", "here,", "-c", "local", "-e", "ansible_become=false"]
        ansible = {"ANSIBLE_HOME": str(self.folder / "home"), "LC_ALL": "C.UTF-8"}
        return subprocess.run(
            [self.program, *here, str(self.folder / "gather-playbook.yml")],
            check=False,
            env={**os.environ, **ansible, "TMPDIR": str(self.there)},
            capture_output=True,
            text=True,
            timeout=120,
        )


@pytest.fixture
def playbook(tmp_path: Path) -> Playbook:
    program = shutil.which("ansible-playbook")
    if program is None:
        unavailable("ansible-playbook is not installed")
    shutil.copy(ROOT / "docs" / "gather-playbook.yml", tmp_path)
    (tmp_path / "there").mkdir()
    return Playbook(program, tmp_path)


def test_the_playbook_runs_and_leaves_nothing(playbook: Playbook) -> None:
    (playbook.folder / "netviz-capture.pyz").write_bytes(load_packer().make_archive(ROOT))
    ended = playbook.run()
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert len(list(load(playbook.folder / "snapshots" / "here.json.gz"))) == 1
    assert list(playbook.there.glob("*.netviz")) == []


def test_the_playbook_cleans_up_where_a_capture_fails(playbook: Playbook) -> None:
    (playbook.folder / "netviz-capture.pyz").write_bytes(b"not python")
    ended = playbook.run()
    assert ended.returncode != 0
    assert "TASK [Remove the folder]" in ended.stdout
    assert list(playbook.there.glob("*.netviz")) == []

"""Files that hang whoever looks at them, as of a dead NFS server or FUSE: nobody looks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hanging_fuse import FUSE
from needs import unavailable
from running import Run, command, environment

SCRIPT = Path(__file__).with_name("among_hanging.py")


@pytest.mark.parametrize("options", [(), ("--threads", "--cmdline")], ids=["plain", "all"])
def test_processes_with_files_that_hang_are_captured(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    """One of them in the middle of execve(2), whose program hangs as it is read."""
    if os.geteuid() != 0:
        unavailable("only root can mount a file system")
    if not os.access(FUSE, os.R_OK | os.W_OK):
        pytest.skip(f"this kernel has no {FUSE}")
    ended = subprocess.run(
        ["unshare", "--mount", sys.executable, str(SCRIPT), str(tmp_path), *command(*options)],
        env=environment(),
        check=False,
        capture_output=True,
        text=True,
        timeout=60,  # what hangs then ends with the script
    )
    if "mount: " in ended.stderr:
        pytest.skip(f"FUSE cannot be mounted here: {ended.stderr.splitlines()[-1]}")
    line, _, output = ended.stdout.partition("\n")
    run = Run(ended.returncode, ended.stderr, output.encode())
    facts = json.loads(line)
    children = facts["children"]
    executing = children["executing"][0]
    assert facts["hung"] == ["holding", "executing", "looking"], "the test does not test"
    assert facts["read_by"] == [executing], "the program was not being executed"
    for pid, inode in children.values():
        found = run.process(pid)
        assert inode in found["sockets"]
        assert found["exe"] == os.path.realpath(sys.executable)
        assert f" {inode} " in run.tables["tcp"]

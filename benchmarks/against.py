"""Another commit of this repository, built in a folder of its own, to compare this tree with."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class CannotCompare(Exception):
    """The other commit cannot be had or built; the text says why."""


def merge_base(revision: str) -> str:
    """The commit from which HEAD and ``revision`` went different ways."""
    return _git("merge-base", "HEAD", revision).strip()


@contextmanager
def built(commit: str, folder: Path) -> Iterator[Path]:
    """The tree of ``commit`` in ``folder``, its compiled modules built in place; removed after."""
    _git("worktree", "add", "--detach", "--force", str(folder), commit)
    try:
        build_in_place(folder)
        yield folder
    finally:
        _git("worktree", "remove", "--force", str(folder))


def build_in_place(tree: Path) -> None:
    """Compile the modules of ``tree`` where they are."""
    ended = subprocess.run(
        [sys.executable, "setup.py", "-q", "build_ext", "--inplace"],
        cwd=tree,
        capture_output=True,
        text=True,
    )
    if ended.returncode:
        raise CannotCompare(f"{tree} cannot be built:\n{ended.stderr[-2000:]}")


def parser_in(tree: Path) -> str:
    """What ``netviz --version`` says in ``tree``: which version, and which parser and join run."""
    code = f"import sys; sys.path.insert(0, {str(tree)!r}); "
    code += "from netviz.cli.version import version_text; print(version_text())"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    if ended.returncode:
        raise CannotCompare(f"netviz does not start in {tree}:\n{ended.stderr[-2000:]}")
    return ended.stdout.strip()


def _git(*arguments: str) -> str:
    ended = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if ended.returncode:
        raise CannotCompare(f"git {arguments[0]} failed: {ended.stderr.strip()}")
    return ended.stdout

"""Running a Python as nobody, also one that lives in root's home folder."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534

AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"]

SHOW_PREFIX = "import sys; print(sys.base_prefix); print('python%d.%d' % sys.version_info[:2])"

# The installation is shown at a place that nobody reaches, to this one process tree only.
MOUNT = ["unshare", "--mount", "--propagation", "private", "sh", "-c"]
MOUNT_SCRIPT = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'


def why_not() -> str | None:
    """Why nothing can be run as nobody here, None if it can."""
    if os.geteuid() != 0:
        return "only root can become nobody"
    for command in (["setpriv", "--version"], [*MOUNT, 'mount --bind "$0" "$0"', "/tmp"]):
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            return f"nothing can be run as nobody here: {error}"
    return None


@contextmanager
def public_folder() -> Iterator[Path]:
    """A temporary folder that every user may enter; pytest's own are private."""
    with tempfile.TemporaryDirectory(prefix="netviz-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def run_as_nobody(python: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``python`` with ``arguments`` as nobody; ``folder`` is a public one."""
    shown = subprocess.run(
        [python, "-c", SHOW_PREFIX], check=True, stdout=subprocess.PIPE, text=True
    )
    prefix, name = shown.stdout.splitlines()
    place = folder / "python"
    place.mkdir(exist_ok=True)
    return subprocess.run(
        [
            *[*MOUNT, MOUNT_SCRIPT, "sh", prefix, str(place)],
            *[*AS_NOBODY, str(place / "bin" / name), *arguments],
        ],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        env={
            "PATH": os.environ["PATH"],
            "LC_ALL": "C",
            "LD_LIBRARY_PATH": str(place / "lib"),
        },
    )

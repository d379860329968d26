"""What quickstart.py does, step by step, as Python 3.6 and newer can read it."""

import os
import shutil
import sys
from pathlib import Path
from typing import List

from environment import BIN, ROOT, SetupError, run, say, set_up
from make_capture_pyz import PackError, make_archive, write_executable

CAPTURE = ROOT / "dist" / "netviz-capture.pyz"
SNAPSHOT = ROOT / "dist" / "this-machine.json"


def main() -> int:
    """Do all of it; gives the exit status."""
    try:
        set_up()
        pack()
        capture()
        written = stitch([SNAPSHOT, *examples()])
    except (SetupError, PackError, OSError) as error:
        sys.stderr.write(f"netviz: {error}\n")
        return 1
    for path in written:
        say(f"written: {path}")
    return 0


def pack() -> None:
    """Write dist/netviz-capture.pyz."""
    say(f"packing {CAPTURE.relative_to(ROOT)}, the one file to copy to other machines")
    write_executable(CAPTURE, make_archive())


def capture() -> None:
    """Take a snapshot of this machine, with the Python and the rights that we have."""
    say("capturing this machine")
    if os.geteuid() != 0:
        say(
            "without root only your own processes show what they hold; for all of them: "
            f"sudo python3 {CAPTURE.relative_to(ROOT)} -o FILE"
        )
    if run(sys.executable, CAPTURE, "-o", SNAPSHOT):
        raise SetupError("the capture failed, see above")


def examples() -> List[Path]:
    """The snapshots that come with the checkout."""
    return sorted((ROOT / "examples").glob("*.json"))


def stitch(snapshots: List[Path]) -> List[Path]:
    """Draw the snapshots as dot, and as svg where that can be; gives what was written."""
    say(f"stitching this machine with {len(snapshots) - 1} example machines")
    written = []
    for name in ("flows.dot", "flows.svg"):
        if name == "flows.svg" and shutil.which("dot") is None:
            say("no flows.svg: Graphviz is not installed (Debian: apt-get install graphviz)")
            continue
        target = ROOT / name
        if run(BIN / "netviz-stitch", "-o", target, *snapshots):
            raise SetupError(f"stitching to {name} failed, see above")
        written.append(target)
    return written

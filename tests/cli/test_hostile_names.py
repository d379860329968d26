"""Whatever a machine calls itself and its processes: files and the terminal stay as they were."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from needs import unavailable
from shop import document, line, process

from netviz.render import FORMATS

ROOT = Path(__file__).resolve().parents[2]

NAMES = (
    "\x1b]0;title\x07\x1b[31mred\x1b[2J",
    "../../../planted",
    "/tmp/planted",
    "-o/tmp/planted",
    "--output=planted",
    "a\r\nnetviz-stitch: all is well",
    "\u202egnp.exe\u2066",
    "<IMG SRC='/etc/passwd'/>",
    "$(touch planted)`touch planted`;touch planted",
    "=cmd|' /C touch planted'!A1",
    "%s%n{0}{x!r}",
)
TEXTS = ("dot", "json", "csv", "graphml", "mermaid", "table")
VERBS = (
    *(["stitch", "--group-by", level, "-f", name] for name in FORMATS for level in ("process",)),
    ["stitch", "--flows", "net,unix,pipe", "--external", "network", "-f", "json"],
    ["stitch", "--log", "debug", "-f", "table"],
    ["exposure"],
    ["next"],
    ["waves"],
    ["explain", "--socket", "10.0.0.1:80"],
    ["explain", "--process", "nobody"],
)


def snapshots(folder: Path) -> list[str]:
    """Machines with every name wherever a target can put one."""
    paths = []
    for number, name in enumerate(NAMES):
        address = f"10.0.0.{number + 1}"
        here, next_ = (f"{n % len(NAMES) + 1:02X}00000A" for n in (number, number + 1))
        before = f"{(number - 1) % len(NAMES) + 1:02X}00000A"
        one = document(
            name,
            address,
            [
                process(10, name, 0, 100, 101, 102, exe=name, security=name, argv=["python3", name])
                | {"cgroup": f"0::/{name}.service\n"}
            ],
            [
                line("00000000:0050", "00000000:0000", 0x0A, 100),
                line(f"{here}:9C40", f"{next_}:0050", 0x01, 101),
                line(f"{here}:0050", f"{before}:9C40", 0x01, 102),
                f"a line that is none {name}",
            ],
        )
        one["netns"][0].update(name=name, interfaces=[[1, name]])
        one["netns"][0]["tables"]["unix"] = f"0: 2 0 10000 0001 01 77 {name}\n"
        one["problems"] = [{"what": name, "error": name, "count": 1, "example": name}]
        path = folder / f"{number}.json"
        path.write_text(json.dumps(one))
        paths.append(str(path))
    return paths


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_no_file_is_made_and_no_terminal_steered(verb: list[str], tmp_path: Path) -> None:
    if verb[-1] in ("svg", "png", "pdf", "html") and shutil.which("dot") is None:
        unavailable("there is no dot")
    given, here = tmp_path / "given", tmp_path / "here"
    given.mkdir()
    here.mkdir()
    ended = subprocess.run(
        [sys.executable, "-m", "netviz.cli.main", *verb, *snapshots(given)],
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(here)},
        check=False,
        capture_output=True,
    )
    errors = ended.stderr.decode()
    assert "Traceback" not in errors
    assert ended.returncode == (1 if verb[-1] == "nobody" else 0), errors
    assert list(here.iterdir()) == []
    assert not Path("/tmp/planted").exists()
    assert re.findall(r"[^\n -~·─…→\u2500-\u257f]", errors) == []
    if verb[0] != "stitch" or verb[-1] in TEXTS:
        shown = ended.stdout.decode()
        unseen = {c for c in shown if not c.isprintable()} - {"\n"}
        if (
            verb[-1] == "json"
        ):  # for programs: names are whole, with what JSON has to escape escaped
            unseen -= {c for c in unseen if unicodedata.category(c) == "Cf"}
        assert unseen <= ({"\r"} if verb[-1] == "csv" else set())

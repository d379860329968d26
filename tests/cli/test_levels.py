"""--group-by on the command line: what is chosen, what has to go together, what is said."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from packer import ROOT

RUN = "import sys; from netviz.cli.stitch import main; sys.exit(main())"
EXAMPLES = sorted(str(path) for path in (ROOT / "examples").glob("*.json"))


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )


def crowd(folder: Path) -> list[str]:
    """200 machines in ten networks, each with a listener."""
    paths = []
    for number in range(200):
        line = (
            f"   0: 00000000:{8000 + number:04X} 00000000:0000 0A 0:0 0:0 0 0 0 {number + 5} 1 0 0"
        )
        document = {
            "netviz_snapshot": 2,
            "host": {"name": f"m{number}", "byteorder": "little", "boot_id": f"boot {number}"},
            "processes": [
                {"pid": 9, "comm": "served", "netns": 1, "sockets": [number + 5]},
            ],
            "netns": [
                {
                    "id": 1,
                    "addresses": [f"10.0.{number // 20}.{number % 20 + 1}/24"],
                    "tables": {"tcp": f"  sl  local_address rem_address\n{line}\n"},
                }
            ],
            "complete": True,
        }
        path = folder / f"m{number}.json"
        path.write_text(json.dumps(document))
        paths.append(str(path))
    return paths


def levels_of(page: Path) -> tuple[list[str], str]:
    embedded = re.search(r'<script[^>]*id="flows"[^>]*>(.*?)</script>', page.read_text(), re.DOTALL)
    assert embedded is not None
    content = json.loads(embedded[1])
    return [level["name"] for level in content["levels"]], content["opens"]


def test_large_page_has_every_level_and_opens_at_one_that_can_be_read(tmp_path: Path) -> None:
    files, page = crowd(tmp_path), tmp_path / "all.html"
    drawn = run(*files, "-o", str(page))
    assert "the page opens at subnet, because 200 services are too many to read" in drawn.stderr
    assert levels_of(page) == (["service", "container", "host", "subnet"], "subnet")
    run(*files, "--group-by", "service", "-o", str(page))
    assert levels_of(page)[1] == "service"
    run(*files[:2], "-o", str(page))
    assert levels_of(page) == (["service", "container", "host"], "service")


def test_large_picture_is_coarser_and_says_so(tmp_path: Path) -> None:
    files = crowd(tmp_path)
    drawn = run(*files)
    assert "drawn by subnet, because 200 services are too many to read" in drawn.stderr
    assert drawn.stdout.count("10.0.") >= 10
    asked = run("--group-by", "service", *files)
    assert "drawn by" not in asked.stderr
    assert asked.stdout.count("served") >= 200
    for name in ("json", "csv", "graphml", "table"):
        assert "drawn by" not in run("-f", name, *files).stderr


def test_labels(tmp_path: Path) -> None:
    labels = tmp_path / "labels.toml"
    labels.write_text('[[label]]\nname = "everything"\nmachine = "*"\n')
    done = run("-f", "json", "--group-by", "label", "--labels", str(labels), *EXAMPLES)
    assert [node["label"] for node in json.loads(done.stdout)["nodes"]] == ["everything"]


@pytest.mark.parametrize("options", [("--group-by", "label"), ("--labels", "x.toml")])
def test_label_and_labels_go_together(options: tuple[str, ...]) -> None:
    done = run(*options, *EXAMPLES)
    assert done.returncode == 2
    assert "--group-by label and --labels FILE go together" in done.stderr


def test_bad_labels_are_told_before_anything_is_loaded(tmp_path: Path) -> None:
    done = run("--group-by", "label", "--labels", str(tmp_path / "none.toml"), *EXAMPLES)
    assert done.returncode == 1
    assert "none.toml: there is no such file" in done.stderr
    assert done.stdout == ""


def test_subnets() -> None:
    done = run("-f", "json", "--group-by", "subnet", *EXAMPLES)
    nodes = json.loads(done.stdout)["nodes"]
    assert nodes
    assert all("/" in node["label"] for node in nodes)

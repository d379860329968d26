"""Command lines, where a snapshot has them, go no farther than the name of the program."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path

import pytest
from needs import unavailable
from shop import WEB

from netviz.cli.explain import main as explain
from netviz.cli.exposure import main as exposure
from netviz.cli.stitch import main as stitch
from netviz.render import FORMATS

SECRET = "hunter2-0f8d"
LINES = {
    "python3": ["python3", "/srv/shop/worker.py", f"--password={SECRET}", SECRET],
    "python3.11": ["python3.11", "-c", f"connect('{SECRET}')"],
    "java": ["java", f"-Dkey={SECRET}", "-cp", f"/{SECRET}.jar", "org.example.Shop", SECRET],
    "postgres": [f"postgres: {SECRET}"],
    "sh": ["sh", "-c", f"TOKEN={SECRET} exec worker"],
}
"""Command lines by the name of their process."""


@pytest.fixture(params=LINES)
def snapshot(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    document = copy.deepcopy(WEB)
    for process in document["processes"]:
        process.update(
            argv=LINES[request.param], comm=request.param, exe=f"/usr/bin/{request.param}"
        )
    path = tmp_path / "web.json"
    path.write_text(json.dumps(document))
    assert SECRET in path.read_text()
    return str(path)


@pytest.mark.parametrize("format", sorted(set(FORMATS) - {"png", "pdf"}))
def test_no_format_has_more_of_it(
    snapshot: str, format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if format in ("svg", "html") and shutil.which("dot") is None:
        unavailable("there is no dot")
    for level in ("process", "service"):
        assert stitch(["-f", format, "--group-by", level, snapshot]) == 0
    said = capsys.readouterr()
    assert said.out
    assert SECRET not in said.out + said.err


def test_no_answer_has_more_of_it(snapshot: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exposure([snapshot]) == 0
    assert explain([snapshot, "--socket", "10.0.0.1:80"]) == 0
    said = capsys.readouterr()
    assert said.out
    assert SECRET not in said.out + said.err

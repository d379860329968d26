"""Names on the command line whose bytes the locale cannot decode, or that are no text at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from packer import ROOT

SS = """\
Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process
tcp   LISTEN 0      5      0.0.0.0:80         0.0.0.0:*         users:(("nginx",pid=7,fd=3))
"""

LOCALES = {
    "ASCII": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "UTF-8": {"LC_ALL": "C.UTF-8"},
}


def netviz(folder: Path, locale: str, *words: str | bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "netviz.cli.main", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **LOCALES[locale]},
        check=False,
        capture_output=True,
    )


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("typed", "meant"), [("d\u00e9".encode(), "d\u00e9"), (b"d\xff", "d\\xff")]
)
def test_a_machine_is_called_so(tmp_path: Path, locale: str, typed: bytes, meant: str) -> None:
    (tmp_path / "ss.txt").write_text(SS)
    words: list[str | bytes] = [
        "import",
        "ss",
        "ss.txt",
        "-q",
        "--name",
        typed,
        "--machine-id",
        typed,
    ]
    words += ["--netns", typed + b"=ss.txt", "-o", "made.json"]
    done = netviz(tmp_path, locale, *words)
    assert (done.returncode, done.stderr) == (0, b"")
    document = json.loads((tmp_path / "made.json").read_bytes())
    assert document["host"]["name"] == document["host"]["machine_id"] == meant
    assert document["netns"][1]["name"] == meant
    done = netviz(tmp_path, locale, "stitch", "-q", "-f", "json", "--name", typed + b"=made.json")
    assert [one["name"] for one in json.loads(done.stdout)["machines"]] == [meant]
    done = netviz(
        tmp_path, locale, "stitch", "-q", "-f", "json", "made.json", "--only", b"machine=" + typed
    )
    assert done.returncode == 0


@pytest.mark.parametrize("locale", LOCALES)
def test_a_process_that_is_not_there_is_named_as_it_was_typed(tmp_path: Path, locale: str) -> None:
    done = netviz(
        tmp_path,
        locale,
        "explain",
        "--process",
        "d\u00e9".encode(),
        str(ROOT / "examples" / "db.json"),
    )
    assert done.returncode == 1
    told = done.stderr.decode()
    assert "udc" not in told
    assert "d\u00e9" in told or "d\\xe9" in told

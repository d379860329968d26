"""What a release is built with is pinned, and what it says of itself is true."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from needs import unavailable
from packer import ROOT
from sources import pyproject

REQUIREMENTS = (ROOT / "build" / "requirements-release.txt").read_text(encoding="utf-8")
WORKFLOW = (ROOT / ".github" / "workflows" / "wheels.yml").read_text(encoding="utf-8")


def pinned() -> dict[str, list[str]]:
    """The hashes of each requirement, by its name."""
    text = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", REQUIREMENTS, flags=re.MULTILINE))
    found = {}
    for line in filter(None, text.splitlines()):
        hashed = r"([a-z0-9-]+)==[\w.]+ (?:; [^-]+)?((?: *--hash=sha256:\w{64})+)"
        matched = re.fullmatch(hashed, line)
        assert matched, line
        found[matched[1]] = matched[2].split()
    return found


def test_each_requirement_is_pinned_and_hashed() -> None:
    found = pinned()
    assert all(found.values())
    wanted = [*pyproject()["build-system"]["requires"], "build"]
    assert {re.split("[>=~]", one)[0] for one in wanted} <= set(found)


def test_no_index_is_named() -> None:
    assert "://" not in REQUIREMENTS
    assert "index" not in REQUIREMENTS


def test_the_pins_are_as_new_as_the_package_needs() -> None:
    for requirement in pyproject()["build-system"]["requires"]:
        name, least = requirement.split(">=")
        found = re.search(rf"^{name}==([\d.]+)", REQUIREMENTS, re.MULTILINE)
        assert found is not None
        assert numbers(found[1]) >= numbers(least)


def numbers(version: str) -> list[int]:
    return list(map(int, version.split(".")))


def test_the_release_is_built_with_them() -> None:
    assert "--require-hashes -r build/requirements-release.txt" in WORKFLOW
    assert not re.search(r"pip install (?!--require-hashes|dist/)", WORKFLOW)
    wheels = pyproject()["tool"]["cibuildwheel"]
    assert "--require-hashes -r {project}/build/requirements-release.txt" in wheels["before-build"]
    assert "--no-isolation" in wheels["build-frontend"]["args"]


def test_what_nobody_could_look_up_is_no_clean_audit() -> None:
    """Without --strict pip-audit ends with 0 where the index answers about nothing."""
    assert re.findall(r"pip-audit (\S+) --requirement", WORKFLOW) == ["--strict"] * 2


def notes(*files: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "build" / "release_notes.py"), *map(str, files)],
        capture_output=True,
        text=True,
    )


def test_the_notes_have_the_hash_of_the_capture(tmp_path: Path) -> None:
    pyz = tmp_path / "netviz-capture.pyz"
    subprocess.run(
        [sys.executable, str(ROOT / "build" / "make_capture_pyz.py"), "-o", str(pyz)],
        check=True,
        capture_output=True,
    )
    other = tmp_path / "a.whl"
    other.write_bytes(b"x")
    ended = notes(pyz, other)
    assert ended.returncode == 0, ended.stderr
    digest = hashlib.sha256(pyz.read_bytes()).hexdigest()
    assert f"\n{digest}  netviz-capture.pyz\n" in ended.stdout
    listed = re.findall(r"^\w{64}  (\S+)$", ended.stdout, re.MULTILINE)
    assert listed == ["a.whl", "netviz-capture.pyz"]
    assert "`netviz-capture.pyz`: one file" in ended.stdout
    assert "release_notes.py" in WORKFLOW


def test_notes_of_what_is_not_there_are_one_line(tmp_path: Path) -> None:
    ended = notes(tmp_path / "missing.whl")
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1


def test_a_version_that_the_changelog_does_not_know(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location(
        "release_notes", ROOT / "build" / "release_notes.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    changelog = "# Changelog\n\n## 2.0 (x)\n\n- Two.\n\n## 1.0\n\n- One.\n"
    assert module.changes("2.0", changelog) == "- Two.\n"
    with pytest.raises(module.NotesError):
        module.changes("2", "## 2.0\n\n- Two.\n")


def test_a_bill_of_materials_can_be_made(tmp_path: Path) -> None:
    """Of what is installed here: netviz itself, and what it runs with."""
    if importlib.util.find_spec("cyclonedx_py") is None:
        unavailable("cyclonedx_py is not installed (the extra wheels)")
    target = tmp_path / "netviz.cdx.json"
    command = [sys.executable, "-m", "cyclonedx_py", "environment", sys.executable]
    command += ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible"]
    subprocess.run([*command, "-o", str(target)], check=True, capture_output=True)
    bill = json.loads(target.read_text())
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "netviz-flows"
    assert {"graphviz", "rich"} <= {one["name"] for one in bill["components"]}
    assert "cyclonedx" in WORKFLOW

"""Every Python from 3.6 on, as root and as nobody, writes the same kind of document."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from fakeproc import TCP_HEADER, FakeProc
from needs import optional_python, required_python
from pythons import CAPTURE_VERSIONS, REQUIRED_VERSIONS
from running import CHECKOUT, copy_sources, run_capture
from unprivileged import public_folder, run_as_nobody

CODE = (
    "import sys; sys.path.insert(0, {!r}); from netviz.capture import cli;"
    "sys.exit(cli.main(sys.argv[1:]))"
)


def find(version: str) -> str:
    """The interpreter of ``version``, without which the test is skipped or fails."""
    return required_python(version) if version in REQUIRED_VERSIONS else optional_python(version)


def run(python: str, *arguments: str) -> bytes:
    ended = subprocess.run(
        [python, "-B", "-I", "-c", CODE.format(str(CHECKOUT)), *arguments],
        check=False,
        capture_output=True,
        cwd="/",
        env={"LC_ALL": "C"},
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def keys(value: Any) -> Any:
    """The names in a document, without its values; lists by their first entry."""
    if isinstance(value, dict):
        return {name: keys(inner) for name, inner in value.items()}
    return [keys(inner) for inner in value[:1]] if isinstance(value, list) else None


@pytest.mark.parametrize("version", CAPTURE_VERSIONS)
def test_a_tree_gives_the_same_document(version: str, fakeproc: FakeProc) -> None:
    fakeproc.process(1, b"\xc3\xa9\xff\n", attr=b"x_t:s0\0", sockets=[7, 8], argv=b"a\0\xff\0")
    fakeproc.table("tcp", TCP_HEADER + "\u6f22\n" * 40_000)
    fakeproc.table("unix", bytes(range(256)) * 999)
    python = find(version)
    found = json.loads(run(python, "--proc", str(fakeproc.root), "--cmdline"))
    expected = run_capture("--proc", str(fakeproc.root), "--cmdline").snapshot
    for document in (found, expected):
        del document["time"]
        del document["tool"]["python"]
    assert found == expected


@pytest.mark.parametrize("version", CAPTURE_VERSIONS)
def test_this_machine_gives_a_document_with_the_same_keys(version: str) -> None:
    found = json.loads(run(find(version), "--cmdline"))
    expected = run_capture("--cmdline").snapshot
    assert found["tool"]["python"].startswith(version + ".")
    for name in ("host", "privileges", "tool", "time"):
        assert found[name].keys() == expected[name].keys()
    assert keys(found["processes"]) == keys(expected["processes"])
    assert keys(found["netns"]) == keys(expected["netns"])
    assert found["netns"][0]["addresses"] == expected["netns"][0]["addresses"]


@pytest.mark.usefixtures("may_become_nobody")
@pytest.mark.parametrize("version", CAPTURE_VERSIONS)
def test_nobody_gets_a_document_with_the_same_keys(version: str) -> None:
    with public_folder() as folder:
        copy_sources(folder)
        ended = run_as_nobody(find(version), folder, "-B", "-c", CODE.format(str(folder)))
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    expected = run_capture().snapshot
    assert found["privileges"]["euid"] != 0
    assert found.keys() == expected.keys()
    assert keys(found["netns"])[0].keys() == keys(expected["netns"])[0].keys()
    assert found["processes"][0].keys() == expected["processes"][0].keys()
    assert len(ended.stderr.splitlines()) == 1

"""Packing refuses what would not run on a target, and says which file and line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from needs import optional_python, required_python
from packer import ROOT
from pythons import CAPTURE_VERSIONS, REQUIRED_VERSIONS


def refused(packer: ModuleType, checkout: Path, source: str) -> str:
    """What packing says when ``source`` is one of the capture's modules."""
    (checkout / "netviz" / "capture" / "extra.py").write_text(source)
    with pytest.raises(packer.PackError) as caught:
        packer.make_archive(checkout)
    return str(caught.value)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("import psutil\n", "1: imports psutil, which is neither packed nor"),
        ("import os, orjson\n", "1: imports orjson, which is neither packed nor"),
        ("\nfrom psutil._common import sconn\n", "2: imports psutil._common, which is neither"),
        ("def f():\n    import numpy\n", "2: imports numpy, which is neither packed nor"),
        ("try:\n    import psutil\nexcept ImportError:\n    pass\n", "2: imports psutil"),
        ("import tomllib\n", "1: imports tomllib, which is neither"),
        ("import subprocess\n", "1: imports subprocess, which is neither"),
        ("from __future__ import annotations\n", "1: imports __future__, which is neither"),
        ("from netviz import graph\n", "1: imports netviz.graph, which is not packed"),
        ("from .. import graph\n", "1: imports netviz.graph, which is not packed"),
        ("from netviz.graph import Graph\n", "1: imports netviz.graph, which is neither"),
        ("from ..graph import Graph\n", "1: imports netviz.graph, which is neither"),
        ("import netviz.graph\n", "1: imports netviz.graph, which is neither"),
        ("__import__('psutil')\n", "1: imports by calling __import__, which is neither"),
        ("if (n := 1):\n    pass\n", "not Python 3.6: "),
        ("def f(a, /):\n    pass\n", "not Python 3.6: "),
        ("match 1:\n    case 1: pass\n", "not Python 3.6: "),
        ("def f(:\n", "not Python 3.6: "),
        ("a = '\0'\n", "not Python 3.6: "),
    ],
)
def test_a_module_that_would_not_run_everywhere_is_refused(
    packer: ModuleType, checkout: Path, source: str, fault: str
) -> None:
    (checkout / "netviz" / "graph.py").write_text("Graph = None\n")
    message = refused(packer, checkout, source)
    assert message.startswith("netviz/capture/extra.py:")
    assert fault in message


@pytest.mark.parametrize(
    "source",
    [
        "import os.path\nimport json, ctypes\n",
        "from . import procfs\nfrom .procfs import Procfs\nfrom .. import _version\n",
        "from netviz import __version__\nfrom netviz.capture import cli\nimport netviz.capture\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import psutil\n",
        "import typing\nif typing.TYPE_CHECKING:\n    from netviz.graph import Graph\n",
    ],
)
def test_the_standard_library_and_the_capture_itself_may_be_imported(
    packer: ModuleType, checkout: Path, source: str
) -> None:
    (checkout / "netviz" / "capture" / "extra.py").write_text(source)
    assert b"netviz/capture/extra.py" in packer.make_archive(checkout)


def test_more_than_120_kB_are_refused(packer: ModuleType, checkout: Path) -> None:
    message = refused(packer, checkout, "#" * 120_000)
    assert "bytes, and 120000 are the limit" in message


def test_a_name_in_the_list_of_contents_that_is_not_there_is_refused(
    packer: ModuleType, checkout: Path
) -> None:
    (checkout / "netviz" / "_version.py").unlink()
    with pytest.raises(packer.PackError, match=r"nothing matches netviz/_version\.py"):
        packer.make_archive(checkout)


def test_a_refusal_is_one_line_and_leaves_the_old_file(checkout: Path, tmp_path: Path) -> None:
    (checkout / "netviz" / "capture" / "extra.py").write_text("import psutil\n")
    target = tmp_path / "netviz-capture.pyz"
    target.write_bytes(b"old")
    ended = subprocess.run(
        [sys.executable, "build/make_capture_pyz.py", "-o", str(target)],
        cwd=checkout,
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith("make_capture_pyz: netviz/capture/extra.py:1: imports psutil")
    assert len(ended.stderr.splitlines()) == 1
    assert target.read_bytes() == b"old"


@pytest.mark.parametrize("version", CAPTURE_VERSIONS)
def test_every_python_has_the_modules_that_may_be_imported(
    version: str, packer: ModuleType
) -> None:
    find = required_python if version in REQUIRED_VERSIONS else optional_python
    modules = packer._lines(ROOT / "capture_zipapp" / "standard_library.txt")
    assert len(modules) > 20
    code = "import sys\nfor name in sys.argv[1:]: __import__(name)"
    ended = subprocess.run(
        [find(version), "-I", "-S", "-c", code, *modules],
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.stderr == ""
    assert ended.returncode == 0


def test_python_3_6_compiles_every_module(packer: ModuleType) -> None:
    names = sorted(packer.read_sources(ROOT))
    paths = [ROOT / ("capture_zipapp/" + name if name == "__main__.py" else name) for name in names]
    assert len(paths) > 3
    code = (
        "import sys\n"
        "for name in sys.argv[1:]:\n"
        "    with open(name, 'rb') as file: compile(file.read(), name, 'exec')"
    )
    ended = subprocess.run(
        [required_python("3.6"), "-W", "error", "-c", code, *map(str, paths)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.stderr == ""
    assert ended.returncode == 0

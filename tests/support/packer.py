"""build/make_capture_pyz.py as a module; its folder is no package."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "build" / "make_capture_pyz.py"


def load_packer() -> ModuleType:
    """A fresh copy of the script's module."""
    spec = importlib.util.spec_from_file_location("make_capture_pyz", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

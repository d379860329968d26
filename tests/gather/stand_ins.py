"""Programs that stand in for ssh, sudo and kubectl, in a folder that is first on PATH."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Stand:
    """The folder of the stand-ins, and what they were called with."""

    folder: Path

    def add(self, name: str, script: str) -> None:
        """A program of that name."""
        path = self.folder / name
        path.write_text(script)
        path.chmod(0o755)

    def calls(self) -> list[list[str]]:
        """The arguments of each call of ssh."""
        path = self.folder / "calls"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

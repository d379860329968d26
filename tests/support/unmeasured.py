"""Processes whose memory is measured: coverage in them would need some of its own."""

from __future__ import annotations

import os


def unmeasured() -> dict[str, str]:
    """The environment, without what starts coverage in a process."""
    return {name: text for name, text in os.environ.items() if not name.startswith("COVERAGE_")}

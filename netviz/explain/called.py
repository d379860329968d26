"""Which processes somebody asks about by name."""

from __future__ import annotations

from netviz.fleet.process_record import label_of
from netviz.fleet.records import ProcessRecord
from netviz.patterns import fits


def is_called(process: ProcessRecord, pattern: str) -> bool:
    """Whether the pattern fits its comm, or what a picture calls it (``python3 celery``)."""
    return fits(pattern, process.comm, label_of(process.comm, process.program))

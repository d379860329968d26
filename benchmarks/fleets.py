"""Made-up fleets on disk, each made once and removed in the end."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType

from fleet import Shape, write


class Fleets:
    """Hands out the snapshot files of fleets; to be used in a ``with`` statement."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="netviz-benchmarks-")
        self._made: dict[Shape, list[Path]] = {}

    def files(self, shape: Shape) -> list[str]:
        """The snapshots of the fleet of ``shape``, in the order of its machines."""
        if shape not in self._made:
            folder = Path(self._folder.name) / str(len(self._made))
            self._made[shape] = write(shape, folder)
        return [str(path) for path in self._made[shape]]

    def __enter__(self) -> Fleets:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._folder.cleanup()


def fleet_of(sockets: int) -> Shape:
    """The shape of a fleet of so many sockets in all: machines of 10,000 each, all alike."""
    if sockets % 10_000:
        raise ValueError(f"{sockets} is no multiple of 10,000")
    return Shape(hosts=sockets // 10_000)


def single_machine(sockets: int) -> Shape:
    """One snapshot with so many sockets, 1 in 50 a client end of a connection to itself."""
    return Shape(hosts=1, sockets=sockets, inner=0.02)

"""Reading snapshots: files in, ``model.Snapshot`` out."""

from netviz.snapshot.load import load

__all__ = ["load"]

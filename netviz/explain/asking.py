"""What became of sockets, and why: for somebody who misses a line in the picture."""

from __future__ import annotations

from collections.abc import Iterable

from netviz.explain.endpoint import Endpoint
from netviz.explain.explained import Explained
from netviz.explain.explainer import Explainer
from netviz.explain.held import HeldByName
from netviz.explain.reasons_local import KINDS
from netviz.explain.suggestions import near_endpoints
from netviz.explain.wanted import WantedEndpoint, WantedProcess
from netviz.fleet.fleet import Fleet
from netviz.fleet.parsed import parsed_samples
from netviz.snapshot.model import Snapshot


def explain_endpoint(snapshots: Iterable[Snapshot], endpoint: Endpoint) -> Explained:
    """Every socket that has ``endpoint`` at either end. Raises TableError as ``stitch`` does."""
    fleet = Fleet()
    for sample in parsed_samples(snapshots):
        fleet.absorb(sample)
    explainer = Explainer(fleet)
    explained = Explained(explainer.explain(WantedEndpoint(endpoint, explainer.joined.owned)))
    if not explained.found:
        explained.advice = near_endpoints(explainer.trace, endpoint)
    return explained


def explain_process(snapshots: Iterable[Snapshot], pattern: str) -> Explained:
    """Every socket that a process whose name fits ``pattern`` holds: its comm, or what a picture
    calls it. Raises TableError as ``stitch`` does.
    """
    fleet, held = Fleet(KINDS), HeldByName(pattern)
    for number, sample in enumerate(parsed_samples(snapshots)):
        fleet.absorb(sample)
        held.watch(number, sample)
    explainer = Explainer(fleet)
    explained = Explained(
        explainer.explain(WantedProcess(pattern, fleet)), list(explainer.notes(held))
    )
    if not explained.found:
        others = ", ".join(held.alike())
        explained.advice = f"processes that hold sockets: {others}" if others else ""
    return explained

"""Two sides in, differences out."""

from __future__ import annotations

from fractions import Fraction

from netviz.diff.blind import BlindSpots, Gaps
from netviz.diff.compare_flows import compare_flows
from netviz.diff.compare_listeners import compare_listeners
from netviz.diff.compare_services import compare_services
from netviz.diff.differences import NEW, NOT_CAPTURED, OLD, Compared, Differences
from netviz.diff.keys import aligned, service_keys
from netviz.diff.notes import notes
from netviz.diff.side import Side, folded
from netviz.graph import Graph
from netviz.group import group
from netviz.stitch import StitchOptions

DEFAULT_FACTOR = Fraction(10)

LEVEL = "service"
"""What is compared."""

NEEDED = StitchOptions(unjoined=True)
"""How graphs are stitched that are compared; netviz-stitch -f json does so."""


def compare(old: Graph, new: Graph, factor: Fraction = DEFAULT_FACTOR) -> Differences:
    """What came, went or changed from ``old`` to ``new``, graphs of services or finer.

    A flow has changed where it has at least ``factor`` times as many connections, or as few; 1
    tells of every other count.
    """
    old, new = _services(old), _services(new)
    old_keys, new_keys = aligned(service_keys(old), service_keys(new))
    return compare_sides(folded(old, old_keys), folded(new, new_keys), factor)


def compare_sides(old: Side, new: Side, factor: Fraction) -> Differences:
    """The same of graphs that are folded already."""
    unseen = {OLD: BlindSpots(old, new), NEW: BlindSpots(new, old)}
    gaps = {OLD: Gaps(OLD), NEW: Gaps(NEW)}
    for name in sorted(old.machines.keys() ^ new.machines.keys()):
        gaps[OLD if name in new.machines else NEW].add((name, NOT_CAPTURED))
    for side, spots in unseen.items():
        for blindness in spots.standing():
            gaps[side].add(blindness)
    listeners = compare_listeners(old, new, unseen, gaps)
    flows = compare_flows(old, new, factor, unseen, gaps)
    uncertain = {**flows.uncertain, **listeners.uncertain}
    return Differences(
        old=_compared(old),
        new=_compared(new),
        services=compare_services(old, new, uncertain, unseen, gaps),
        listeners=listeners.differences,
        flows=flows.differences,
        gaps=tuple(sorted([*gaps[OLD].all(), *gaps[NEW].all()])),
        notes=notes(old, new),
    )


def _services(graph: Graph) -> Graph:
    return graph if graph.level == LEVEL else group(graph, LEVEL)


def _compared(side: Side) -> Compared:
    return Compared(tuple(sorted(side.machines)), side.captured)

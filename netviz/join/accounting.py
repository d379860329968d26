"""The coverage: every socket is counted once, as joined or as why not (docs/json-output.md)."""

from __future__ import annotations

from netviz.fleet.fleet import Fleet
from netviz.graph import Coverage
from netviz.join.listeners import Listeners
from netviz.join.selection import Selected
from netviz.loops.results import Account


def count_sockets(
    coverage: Coverage, fleet: Fleet, selected: Selected, listeners: Listeners, counts: Account
) -> None:
    """Fill in what became of the sockets: ``counts`` are those of the candidates."""
    coverage.joined = counts.joined
    coverage.recent = selected.recent + counts.recent
    coverage.external = selected.external + counts.external
    coverage.ambiguous = counts.ambiguous
    coverage.attempt = counts.attempt
    coverage.unmatched = counts.unmatched
    coverage.unowned = selected.unowned + counts.unowned + listeners.unowned
    coverage.listening = listeners.listening
    coverage.unconnected = listeners.unconnected
    coverage.other = _others(fleet, listeners)


def sum_up(coverage: Coverage) -> None:
    """Fill in the sums, once everything that they are of is there."""
    coverage.pairs = coverage.reciprocal + coverage.nat + coverage.queued
    coverage.sockets = (
        coverage.joined
        + coverage.listening
        + coverage.unconnected
        + coverage.recent
        + coverage.attempt
        + coverage.external
        + coverage.ambiguous
        + coverage.unmatched
    )


def _others(fleet: Fleet, listeners: Listeners) -> dict[str, int]:
    """Counts of what is no tcp, udp, udplite or sctp socket; every kind is always named."""
    others = {"unix": 0, "raw": 0, "packet": 0, "icmp": 0, "unknown": 0}
    others.update(listeners.others)
    for record in fleet.namespaces:
        of_sample: dict[int, int] = {}
        for table in record.tables:
            of_sample[table.sample] = of_sample.get(table.sample, 0) + table.unix
        others["unix"] += max(of_sample.values(), default=0)
    for machine in fleet.machines:
        # What one sample cannot tell the next cannot either: of several the worst counts.
        unknown = [fleet.samples[number].unknown_sockets for number in machine.samples]
        others["unknown"] += max(unknown, default=0)
    return others

"""The options that change what is in a graph: for the join, and as texts for comparisons."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from netviz.cli.filters import ask_address, filter_texts
from netviz.stitch import StitchOptions


def stitch_options(options: argparse.Namespace) -> StitchOptions:
    """What is drawn beside the certain flows."""
    return StitchOptions(
        recent=options.recent,
        attempts=options.attempts,
        doubtful=options.doubtful,
        self_flows=options.self_flows,
        kinds=options.flows,
        external=options.external,
        by_address=ask_address(options),
        unjoined=options.format == "json",
    )


def graph_options(options: argparse.Namespace) -> tuple[str, ...]:
    """The options of netviz-stitch that leave something out or add something, as they are typed.

    Sorted; none where the graph is what it is without any.
    """
    return tuple(sorted({*filter_texts(options), *_kinds_of_flows(options)}))


def _kinds_of_flows(options: argparse.Namespace) -> Iterator[str]:
    if options.flows != {"net"}:
        yield f"--flows {','.join(sorted(options.flows))}"
    if options.external is not None:
        yield f"--external {options.external}"
    if options.recent:
        yield "--recent"
    if options.self_flows:
        yield "--self"
    if options.attempts:
        yield "--attempts"
    if options.doubtful:
        yield "--doubtful"

"""A person's own names for what runs, as commands use them: what no name was for is told."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from netviz.cli.log import conclude
from netviz.graph import Graph
from netviz.group import Ungrouped
from netviz.labels import Label, by_label, unused
from netviz.render.text import counted
from netviz.snapshot.faults import quoted

SHOWN = 5
"""How many labels are named."""


def labelled(
    program: str, options: argparse.Namespace, graph: Graph | Ungrouped, labels: Sequence[Label]
) -> Graph:
    """The graph by the labels of ``--labels``, and a line about those that fit nothing in it."""
    found = by_label(graph, labels)
    idle = [quoted(label.name) for label in unused(found, labels)]
    if idle:
        names = ", ".join(idle[:SHOWN]) + (", ..." if len(idle) > SHOWN else "")
        verb = "fits" if len(idle) == 1 else "fit"
        text = f"{counted(len(idle), 'label')} {verb} nothing here: {names}"
        conclude(program, options, f"{options.labels}: {text}")
    return found

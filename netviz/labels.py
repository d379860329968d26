"""``--group-by label``: a person's own names for what runs, from a file of patterns.

    [[label]]
    name = "billing"
    machine = "bill*"
    process = ["java", "tomcat*"]
    port = [8080, 8443]

A node gets the name of the first label of which every pattern fits. docs/filters.md describes it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from netviz.across import merge_across
from netviz.errors import NetvizError, SourceError
from netviz.graph import OUTSIDE, Graph, Node
from netviz.group import Ungrouped
from netviz.ids import grouped_id
from netviz.patterns import fits
from netviz.snapshot.faults import Fault
from netviz.snapshot.files import read_written, shown_name, told

LEVEL = "label"

TEXTS = ("machine", "process", "unit", "container")
KEYS = ("name", *TEXTS, "port")


class LabelsError(NetvizError):
    """A file of labels that cannot be used: says which, where, and what is expected."""


@dataclass(frozen=True, slots=True)
class Label:
    """A name, and patterns by field; ports are those that a node listens on."""

    name: str
    patterns: Mapping[str, tuple[str, ...]]
    ports: frozenset[int]

    def fits(self, node: Node, machine: str) -> bool:
        """Whether every pattern fits a node of ``machine``."""
        values = {
            "machine": (machine,),
            "process": (node.label, node.name),
            "unit": (node.unit,),
            "container": (node.container,),
        }
        return all(
            any(fits(pattern, *values[field]) for pattern in patterns)
            for field, patterns in self.patterns.items()
        ) and (not self.ports or any(one.port in self.ports for one in node.listeners))


def read_labels(path: str | os.PathLike[str]) -> list[Label]:
    """The labels of a file, or of standard input for ``-``, in its order. Raises LabelsError."""
    shown = shown_name(os.fspath(path))
    # Imported here, because nearly every run does without.
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        content = tomllib.loads(read_written(os.fspath(path)))
    except Fault as fault:
        raise LabelsError(str(SourceError(*told(os.fspath(path), fault)))) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise LabelsError(f"{shown}: is no TOML: {error}") from error
    entries = content.get("label")
    if set(content) != {"label"} or not isinstance(entries, list) or not entries:
        raise LabelsError(f"{shown}: holds no [[label]]\n  see docs/filters.md for an example")
    return [_label(entry, f"{shown}: label {number}") for number, entry in enumerate(entries, 1)]


def by_label(graph: Graph | Ungrouped, labels: Sequence[Label]) -> Graph:
    """One node for each label that fits any; the others stay what they are."""
    names = {machine.id: machine.name for machine in graph.machines}

    def name_of(node: Node) -> str | None:
        if node.owner == OUTSIDE:
            return None
        machine = names.get(node.machine, node.machine)
        return next((label.name for label in labels if label.fits(node, machine)), None)

    return merge_across(graph, LEVEL, name_of)


def unused(graph: Graph, labels: Sequence[Label]) -> list[Label]:
    """Those that no node of ``graph`` got, which ``by_label`` made."""
    given = {node.id for node in graph.nodes}
    return [label for label in labels if grouped_id(LEVEL, label.name) not in given]


def _label(entry: Any, where: str) -> Label:
    if not isinstance(entry, dict):
        raise LabelsError(f"{where}: is no table; write [[label]] above it")
    for key in entry:
        if key not in KEYS:
            raise LabelsError(f"{where}: {key!r} is not one of {', '.join(KEYS)}")
    name = entry.get("name")
    if not isinstance(name, str) or not name:
        raise LabelsError(f'{where}: needs a name, such as name = "billing"')
    if len(entry) == 1:
        raise LabelsError(f'{where}: {name!r} needs a pattern, such as machine = "web*"')
    patterns = {
        field: _texts(entry[field], f"{where}: {field}") for field in TEXTS if field in entry
    }
    return Label(name, patterns, _ports(entry.get("port", []), f"{where}: port"))


def _texts(value: Any, where: str) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(one, str) for one in values):
        raise LabelsError(f"{where}: a pattern or a list of patterns is expected")
    return tuple(values)


def _ports(value: Any, where: str) -> frozenset[int]:
    values = value if isinstance(value, list) else [value]
    if not all(type(one) is int and 0 <= one <= 65535 for one in values):
        raise LabelsError(f"{where}: a port or a list of ports is expected")
    return frozenset(values)

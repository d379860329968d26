"""Machines and what is inside of them, as clusters in DOT."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

from netviz.graph import Machine, Node
from netviz.render import styles
from netviz.render.dot_text import attributes, font, html, lines
from netviz.render.dot_widths import Title, inner_titles
from netviz.render.places import Place
from netviz.render.text import filled, shortened
from netviz.render.wording import LONGEST, tells_no_problems

ADDRESSES_SHOWN = 3
_ADDRESSES_WIDE = 28
_LONG_NAME = 20


class Clusters:
    """Writes clusters; numbers them in the order in which they are asked for."""

    def __init__(self, statement: Callable[[Node], str]) -> None:
        self._statement = statement
        self._numbers = count(1)

    def machine(self, machine: Machine, place: Place) -> Iterator[str]:
        """The lines of one machine's cluster."""
        name, *more = machine_titles(machine)
        title = lines(
            [
                f"<B>{font(html(name.text), size=name.size)}</B>",
                *(font(html(line.text), size=line.size, color=styles.FAINT) for line in more),
            ]
        )
        look = {
            "style": "rounded,filled",
            "fillcolor": styles.MACHINE_FILL,
            "color": styles.MACHINE_LINE,
        }
        yield from self._cluster(title, look, place)

    def content(self, place: Place) -> Iterator[str]:
        """The lines of what is in a place: its nodes, and the clusters in it."""
        for node in place.nodes:
            yield self._statement(node)
        for inner in place.places:
            yield from self._apart(inner) if inner.apart else self._inner(inner)

    def _inner(self, place: Place) -> Iterator[str]:
        name, *more = inner_titles(place)
        title = lines(
            [
                f"<B>{font(html(name.text), size=name.size)}</B>",
                *(font(html(line.text), size=line.size) for line in more),
            ]
        )
        look = {
            "style": "rounded,filled,dashed",
            "fillcolor": styles.CONTAINER_FILL,
            "color": styles.FAINT,
        }
        yield from self._cluster(title, look, place)

    def _apart(self, place: Place) -> Iterator[str]:
        title = font(f"<I>{html(place.title[0])}</I>", size=10, color=styles.FAINT)
        look = {"style": "rounded,dotted", "color": styles.FAINT}
        yield from self._cluster(title, look, place)

    def _cluster(self, title: str, look: dict[str, str], place: Place) -> Iterator[str]:
        yield f"subgraph cluster_{next(self._numbers)} {{"
        yield f"  graph {attributes(label=f'<{title}>', labelloc='t', **look)};"
        for inside in self.content(place):
            yield f"  {inside}"
        yield "}"


def machine_titles(machine: Machine) -> list[Title]:
    """What stands above the nodes of a machine: name, addresses, whether anything is missing."""
    name = shortened(machine.name, LONGEST) or "(no name)"
    more = [shortened(line, LONGEST) for line in _addresses(machine)]
    if tells_no_problems(machine):
        more.append("not known whether everything could be read")
    elif machine.problems:
        more.append("not everything could be read")
    return [Title(name, 15 if len(name) <= _LONG_NAME else 12), *(Title(line, 10) for line in more)]


def _addresses(machine: Machine) -> list[str]:
    """The first addresses, as many on a line as fit."""
    shown = list(machine.addresses[:ADDRESSES_SHOWN])
    more = len(machine.addresses) - ADDRESSES_SHOWN
    if more > 0:
        shown.append(f"and {more:,} more")
    return filled(shown, _ADDRESSES_WIDE, ", ")

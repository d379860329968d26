"""Machines and what is inside of them, as clusters in DOT."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

from netviz.graph import Machine, Node
from netviz.render import styles
from netviz.render.dot_text import attributes, font, html
from netviz.render.places import Place
from netviz.render.text import shortened
from netviz.render.wording import LONGEST

ADDRESSES_SHOWN = 3


class Clusters:
    """Writes clusters; numbers them in the order in which they are asked for."""

    def __init__(self, statement: Callable[[Node], str]) -> None:
        self._statement = statement
        self._numbers = count(1)

    def machine(self, machine: Machine, place: Place) -> Iterator[str]:
        """The lines of one machine's cluster."""
        title = f"<B>{font(html(shortened(machine.name, LONGEST) or '(no name)'), size=15)}</B>"
        more = [*_addresses(machine)]
        if machine.problems:
            more.append("not everything could be read")
        title += "".join(f"<BR/>{font(html(line), size=10, color=styles.FAINT)}" for line in more)
        look = {
            "style": "rounded,filled",
            "fillcolor": styles.MACHINE_FILL,
            "color": styles.MACHINE_LINE,
        }
        yield from self._cluster(title, look, place)

    def _inner(self, place: Place) -> Iterator[str]:
        titles = [shortened(line, LONGEST) for line in place.title]
        title = f"<B>{html(titles[0])}</B>"
        title += "".join(f"<BR/>{font(html(line), size=10)}" for line in titles[1:])
        look = {
            "style": "rounded,filled,dashed",
            "fillcolor": styles.CONTAINER_FILL,
            "color": styles.FAINT,
        }
        yield from self._cluster(title, look, place)

    def _cluster(self, title: str, look: dict[str, str], place: Place) -> Iterator[str]:
        yield f"subgraph cluster_{next(self._numbers)} {{"
        yield f"  graph {attributes(label=f'<{title}>', labelloc='t', **look)};"
        for node in place.nodes:
            yield f"  {self._statement(node)}"
        for inner in place.places:
            for line in self._inner(inner):
                yield f"  {line}"
        yield "}"


def _addresses(machine: Machine) -> list[str]:
    if not machine.addresses:
        return []
    shown = ", ".join(machine.addresses[:ADDRESSES_SHOWN])
    more = len(machine.addresses) - ADDRESSES_SHOWN
    return [shown + (f" and {more:,} more" if more > 0 else "")]

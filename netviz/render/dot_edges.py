"""A line in DOT, for one flow or several: its look by the kind of match, its width by the count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from netviz.bundles import Bundle
from netviz.graph import Flow
from netviz.render import styles
from netviz.render.dot_text import attributes, html, tooltip
from netviz.render.text import counted
from netviz.render.wording import bundle_names, endpoint, endpoints, flow_name, when

FLOWS_NAMED = 3
FLOWS_TOLD = 10
"""Of flows that are one line: how many are named on it, and how many a pointer over it tells of."""

_GROUND = (
    f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1" BGCOLOR="{styles.PAPER}">'
)
"""A label's own ground: it keeps the text readable where another line crosses it."""


def dot_edge(
    source: str,
    target: str,
    flows: Bundle,
    machines: Mapping[str, str],
    *,
    endpoints: bool = False,
    labelled: bool = True,
    numeric: bool = False,
    name: str = "",
) -> str:
    """The statement for flows of one look between two opaque ids.

    ``machines`` has the names of machines by id. With ``endpoints`` the addresses and ports of
    the flow's first sample are on the line; not ``labelled`` there is nothing on it. With
    ``numeric`` ports have no names. ``name`` is the id of the line in SVG.
    """
    first = flows[0]
    told = tooltip([fact for flow in flows[:FLOWS_TOLD] for fact in _facts(flow, numeric)])
    identity = f'id="{name}", ' if name else ""
    connections = sum(flow.connections for flow in flows)
    look = _look(first.match, first.directed, styles.width(connections))
    names = bundle_names(flows, numeric=numeric, most=FLOWS_NAMED, with_endpoints=endpoints)
    more = _more(first, machines) if len(flows) == 1 else []
    label = f"label=<{_label([*names, *more])}>, " if labelled else ""
    return f"{source} -> {target} [{identity}{label}{look}, tooltip={told}, labeltooltip={told}];"


@lru_cache(1024)
def _look(match: str, directed: bool, penwidth: str) -> str:
    return attributes(**line(match, directed=directed), penwidth=penwidth)[1:-1]


def line(match: str, *, directed: bool) -> dict[str, str]:
    """The attributes that tell a kind of match from the others."""
    style = styles.LINES[match]
    look = {"color": style.color, "style": style.style, "arrowhead": style.arrowhead}
    return look if directed else look | {"arrowhead": "none"}


def _more(flow: Flow, machines: Mapping[str, str]) -> list[str]:
    """What stands below the name of a flow that has a line of its own."""
    parts = []
    if flow.via:
        parts.append("via " + ", ".join(machines.get(machine, machine) for machine in flow.via))
    if flow.dialled is not None:
        parts.append(f"dialled {endpoint(*flow.dialled)}")
    return parts


def _label(parts: Iterable[str]) -> str:
    text = "<BR/>".join(map(html, parts))
    return f"{_GROUND}<TR><TD>{text}</TD></TR></TABLE>"


def _facts(flow: Flow, numeric: bool) -> list[str]:
    """What a pointer over the line tells: the kinds of match and a few connections."""
    kinds = ", ".join([f"{count:,} {kind}" for kind, count in flow.matches.items()])
    return [
        flow_name(flow, numeric=numeric),
        f"{counted(flow.connections, 'connection')}: {kinds}",
        *[endpoints(flow, sample) for sample in flow.samples],
        *([f"seen {when(flow.seen)}"] if flow.seen else []),
    ]

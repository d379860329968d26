"""A flow in DOT: one line, its look by the kind of match, its width by the count."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from netviz.graph import Flow
from netviz.render import styles
from netviz.render.dot_text import attributes, html, tooltip
from netviz.render.text import counted
from netviz.render.wording import arrow, endpoint, flow_name

_GROUND = (
    f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1" BGCOLOR="{styles.PAPER}">'
)
"""A label's own ground: it keeps the text readable where another line crosses it."""


def dot_edge(
    source: str,
    target: str,
    flow: Flow,
    machines: Mapping[str, str],
    *,
    endpoints: bool,
    numeric: bool = False,
    name: str = "",
) -> str:
    """The statement for ``flow`` between two opaque ids.

    ``machines`` has the names of machines by id. With ``endpoints`` the addresses and ports of
    the flow's first sample are on the line. With ``numeric`` ports have no names. ``name`` is the
    id of the line in SVG.
    """
    called = flow_name(flow, numeric=numeric)
    told = tooltip(_facts(called, flow))
    identity = f'id="{name}", ' if name else ""
    look = _look(flow.match, flow.directed, styles.width(flow.connections))
    label = _label(called, flow, machines, endpoints)
    return (
        f"{source} -> {target} [{identity}label=<{label}>, {look}, "
        f"tooltip={told}, labeltooltip={told}];"
    )


@lru_cache(1024)
def _look(match: str, directed: bool, penwidth: str) -> str:
    return attributes(**line(match, directed=directed), penwidth=penwidth)[1:-1]


def line(match: str, *, directed: bool) -> dict[str, str]:
    """The attributes that tell a kind of match from the others."""
    style = styles.LINES[match]
    look = {"color": style.color, "style": style.style, "arrowhead": style.arrowhead}
    return look if directed else look | {"arrowhead": "none"}


def _label(called: str, flow: Flow, machines: Mapping[str, str], endpoints: bool) -> str:
    parts = [called]
    if endpoints and flow.samples:
        address, port, other, other_port = flow.samples[0]
        parts.append(f"{endpoint(address, port)} {arrow(flow)} {endpoint(other, other_port)}")
    if flow.via:
        parts.append("via " + ", ".join(machines.get(machine, machine) for machine in flow.via))
    if flow.dialled is not None:
        parts.append(f"dialled {endpoint(*flow.dialled)}")
    text = "<BR/>".join(map(html, parts))
    return f"{_GROUND}<TR><TD>{text}</TD></TR></TABLE>"


def _facts(called: str, flow: Flow) -> list[str]:
    """What a pointer over the line tells: the kinds of match and a few connections."""
    kinds = ", ".join([f"{count:,} {kind}" for kind, count in flow.matches.items()])
    to = arrow(flow)
    return [
        called,
        f"{counted(flow.connections, 'connection')}: {kinds}",
        *[f"{endpoint(a, p)} {to} {endpoint(b, q)}" for a, p, b, q in flow.samples],
    ]

"""A flow in DOT: one line, its look by the kind of match, its width by the count."""

from __future__ import annotations

from collections.abc import Mapping

from netviz.graph import Flow
from netviz.render import styles
from netviz.render.dot_text import attributes, html, tooltip
from netviz.render.text import counted
from netviz.render.wording import arrow, endpoint, flow_name


def dot_edge(
    source: str, target: str, flow: Flow, machines: Mapping[str, str], *, endpoints: bool
) -> str:
    """The statement for ``flow`` between two opaque ids.

    ``machines`` has the names of machines by id. With ``endpoints`` the addresses and ports of
    the flow's first sample are on the line.
    """
    return (
        f"{source} -> {target} "
        + attributes(
            label=f"<{_label(flow, machines, endpoints)}>",
            **line(flow.match, directed=flow.directed),
            penwidth=styles.width(flow.connections),
            tooltip=tooltip(_facts(flow)),
            labeltooltip=tooltip(_facts(flow)),
        )
        + ";"
    )


def line(match: str, *, directed: bool) -> dict[str, str]:
    """The attributes that tell a kind of match from the others."""
    style = styles.LINES[match]
    look = {"color": style.color, "style": style.style, "arrowhead": style.arrowhead}
    return look if directed else look | {"arrowhead": "none"}


def _label(flow: Flow, machines: Mapping[str, str], endpoints: bool) -> str:
    parts = [flow_name(flow)]
    if endpoints and flow.samples:
        address, port, other, other_port = flow.samples[0]
        parts.append(f"{endpoint(address, port)} {arrow(flow)} {endpoint(other, other_port)}")
    if flow.via:
        parts.append("via " + ", ".join(machines.get(machine, machine) for machine in flow.via))
    if flow.dialled is not None:
        parts.append(f"dialled {endpoint(*flow.dialled)}")
    text = "<BR/>".join(html(part) for part in parts)
    # A ground of its own keeps the text readable where another line crosses it.
    return (
        f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1" '
        f'BGCOLOR="{styles.PAPER}"><TR><TD>{text}</TD></TR></TABLE>'
    )


def _facts(flow: Flow) -> list[str]:
    """What a pointer over the line tells: the kinds of match and a few connections."""
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in flow.matches.items())
    facts = [flow_name(flow), f"{counted(flow.connections, 'connection')}: {kinds}"]
    for address, port, other, other_port in flow.samples:
        facts.append(f"{endpoint(address, port)} {arrow(flow)} {endpoint(other, other_port)}")
    return facts

"""A node in DOT: a table with a name, badges, details and listeners."""

from __future__ import annotations

from netviz.bundles import Bundle
from netviz.graph import Node
from netviz.render import styles
from netviz.render.dot_text import attributes, font, html, lines, tooltip
from netviz.render.text import filled, visible
from netviz.render.wording import bundle_names, details, is_root, is_unconfined, label, listeners

LISTENERS_SHOWN = 8
FLOWS_SHOWN = 8
_WIDE = 34

_SPACE = '<TD CELLPADDING="1"></TD>'
_SPACES = 8
"""Graphviz shares spare width among all cells of a row: many empty ones leave badges small."""


def dot_node(
    name: str,
    node: Node,
    *,
    on: str = "",
    inner: Bundle = (),
    width: int = 0,
    numeric: bool = False,
    with_id: bool = False,
) -> str:
    """The statement for ``node`` under the opaque id ``name``: its id in SVG too, if asked.

    ``on`` is its machine, where no box around it has the name. The flows that are ``inner`` stand
    in it. It is at least ``width`` points wide. With
    ``numeric`` ports have no names.
    """
    identity = {"id": name} if with_id else {}
    look = attributes(
        **identity,
        label=f"<{_table(node, on, inner, width, numeric)}>",
        tooltip=tooltip(_facts(node)),
    )
    return f"{name} {look};"


def _table(node: Node, on: str, inner: Bundle, width: int, numeric: bool) -> str:
    border = 3 if is_root(node) else 1
    look = "ROUNDED" if node.owner is None else "ROUNDED,DASHED"
    rows = [_heading(node, width)]
    about = [font(html(line), size=10, color=styles.FAINT) for line in details(node, on)]
    if about:
        rows.append(f'<TR><TD ALIGN="LEFT" BALIGN="LEFT">{lines(about)}</TD></TR>')
    ports = [font(html(line), size=10) for line in _listener_lines(node, numeric)]
    if ports:
        rows.append(
            f'<TR><TD ALIGN="LEFT" BALIGN="LEFT" BGCOLOR="{styles.LISTENER_FILL}">'
            f"{lines(ports)}</TD></TR>"
        )
    if inner:
        names = bundle_names(inner, numeric=numeric, most=FLOWS_SHOWN)
        inside = [font(html(line), size=10) for line in _led("inside", names)]
        rows.append(f'<TR><TD ALIGN="LEFT" BALIGN="LEFT">{lines(inside)}</TD></TR>')
    return (
        f'<TABLE BORDER="{border}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="4" '
        f'STYLE="{look}" COLOR="{styles.INK}" BGCOLOR="{styles.PAPER}">{"".join(rows)}</TABLE>'
    )


def _heading(node: Node, width: int) -> str:
    """The first row: the name, how many processes it stands for, and what must not be overlooked.

    It is at least ``width`` points wide, and all others with it.
    """
    count = f" x{len(node.pids):,}" if len(node.pids) > 1 else ""
    name = f"<B>{font(html(label(node)), size=13)}</B>{count}"
    least = f' WIDTH="{width}"' if width else ""
    badges = []
    if is_root(node):
        badges.append(_badge("root", styles.ROOT_FILL))
    if is_unconfined(node):
        badges.append(_badge("unconfined", styles.UNCONFINED_FILL))
    if not badges:
        return f'<TR><TD ALIGN="LEFT"{least}>{name}</TD></TR>'
    row = f'<TD ALIGN="LEFT">{name}</TD>{_SPACE * _SPACES}{_SPACE.join(badges)}'
    return (
        f'<TR><TD ALIGN="LEFT" CELLPADDING="2"{least}><TABLE BORDER="0" CELLBORDER="0" '
        f'CELLSPACING="0" CELLPADDING="2"><TR>{row}</TR></TABLE></TD></TR>'
    )


def _badge(word: str, fill: str) -> str:
    text = font(f"<B>{html(word)}</B>", size=10, color=styles.BADGE_INK)
    return f'<TD BGCOLOR="{fill}">{text}</TD>'


def _listener_lines(node: Node, numeric: bool) -> list[str]:
    """The listeners, several on a line where they are short."""
    ports = listeners(node, numeric=numeric)
    shown = ports[:LISTENERS_SHOWN]
    written = _led("listens", shown)
    if len(ports) > len(shown):
        written.append(f"and {len(ports) - len(shown):,} more")
    return written


def _led(what: str, texts: list[str]) -> list[str]:
    """Lines with several of the texts each, where they are short, after a word on what they are."""
    written = filled(texts, _WIDE, ", ")
    return [f"{what}: {written[0]}", *written[1:]] if written else []


def _facts(node: Node) -> list[str]:
    """What a pointer over the node tells: what is left out or shortened in the box."""
    facts = [visible(node.label)]
    for what, value in (
        ("program", node.exe),
        ("security context", node.security),
        ("unit", node.unit),
        ("container", node.container),
        ("network namespace", node.netns),
    ):
        if value is not None:
            facts.append(f"{what}: {value}")
    return facts

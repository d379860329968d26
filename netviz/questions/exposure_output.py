"""Listeners and who uses them, as a table, CSV or JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping

from netviz.questions.exposure import Exposed, Exposure
from netviz.render.columns import as_csv, as_table, cell
from netviz.render.gaps import not_seen_on
from netviz.render.json_flows import encode
from netviz.render.options import RenderOptions
from netviz.render.summary import unreadable
from netviz.render.text import counted, shortened, visible, whole
from netviz.render.wording import LONGEST, is_root, label

VERSION = 1

COLUMNS = (
    *("scope", "machine", "netns", "proto", "address", "port", "process", "user", "security"),
    *(
        "capabilities",
        "unit",
        "container",
        "owner",
        "seen",
        "callers",
        "machines",
        "near",
        "loopback",
    ),
    *("outside", "unknown"),
)

CAPABILITIES_SHOWN = 2

_SCOPES = {"all": "all interfaces", "address": "one address", "loopback": "loopback"}


def table(found: Exposure, options: RenderOptions) -> bytes:
    """A line for each listener, in words; below, what captures could not see."""
    headings = (
        "reachable on",
        "machine",
        "listens",
        "process",
        "user",
        "security",
        "can do",
        "part of",
    )
    lines = map(_line, found.listeners)
    text = as_table((*headings, "seen using it"), lines, width=options.width)
    for sentence in not_seen_on(found.machines):
        text += "\n" + textwrap.fill(visible(sentence), options.width) + "\n"
    return text.encode()


def _line(one: Exposed) -> tuple[str, ...]:
    node = one.node
    user = "root" if is_root(node) else "?" if node.uid is None else str(node.uid)
    return (
        _SCOPES[one.scope],
        shortened(one.machine, LONGEST),
        shortened(_listens(one), LONGEST),
        label(node),
        user,
        shortened(node.security or "", LONGEST),
        _abilities(one),
        shortened(node.container or node.unit or node.netns or "", LONGEST),
        _users(one),
    )


def _abilities(one: Exposed) -> str:
    """A few capabilities by name; nothing for none."""
    names = one.capabilities
    if names is None:
        return "?"
    shown = ", ".join(names[:CAPABILITIES_SHOWN])
    more = len(names) - CAPABILITIES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _listens(one: Exposed) -> str:
    proto, address, port = one.listener
    if port is None:
        return f"{proto} {address}"
    return f"{proto} [{address}]:{port}" if ":" in address else f"{proto} {address}:{port}"


def _users(one: Exposed) -> str:
    parts = []
    if one.remote:
        parts.append(f"{counted(len(one.remote), 'service')} on {one.machines:,} other machine")
        parts[0] += "" if one.machines == 1 else "s"
    if one.near:
        parts.append(f"{counted(len(one.near), 'service')} of this machine")
    if one.loopback:
        parts.append(f"{counted(len(one.loopback), 'service')} over loopback")
    if one.outside:
        parts.append(f"{counted(one.outside, 'socket')} from outside")
    if one.unknown:
        parts.append(f"{counted(one.unknown, 'socket')} from unknown")
    return ", ".join(parts) or ("cannot be told" if one.seen == "unknown" else "nobody")


def csv(found: Exposure, options: RenderOptions) -> bytes:
    """A line for each listener; ``callers``, ``near`` and ``loopback`` count services."""
    return as_csv(COLUMNS, map(_cells, found.listeners))


def _cells(one: Exposed) -> list[str | int]:
    node = one.node
    proto, address, port = one.listener
    return [
        *(one.scope, cell(one.machine), cell(node.netns)),
        *(proto, cell(address), "" if port is None else port),
        *(cell(node.label), "" if node.uid is None else node.uid, cell(node.security)),
        "?" if one.capabilities is None else " ".join(one.capabilities),
        *(cell(node.unit), cell(node.container), node.owner or "", one.seen),
        *(len(one.remote), one.machines, len(one.near), len(one.loopback)),
        *(one.outside, one.unknown),
    ]


def json(found: Exposure, options: RenderOptions) -> bytes:
    document = {
        "netviz_exposure": VERSION,
        "listeners": [_values(one) for one in found.listeners],
        "machines": [
            {"name": whole(one.name), "problems": [whole(problem) for problem in one.problems]}
            for one in found.machines
        ],
    }
    return encode(document) + b"\n"


def _values(one: Exposed) -> dict[str, object]:
    def text(value: str | None) -> str | None:
        return None if value is None else whole(value)

    node = one.node
    return {
        "machine": whole(one.machine),
        "netns": text(node.netns),
        "proto": one.listener.proto,
        "address": whole(one.listener.address),
        "port": one.listener.port,
        "scope": one.scope,
        "process": whole(node.label),
        "pids": list(node.pids),
        "user": node.uid,
        "security": text(node.security),
        "capabilities": None if one.capabilities is None else list(one.capabilities),
        "unit": text(node.unit),
        "container": text(node.container),
        "owner": node.owner,
        "seen": one.seen,
        "callers": {"services": len(one.remote), "machines": one.machines},
        "near": len(one.near),
        "loopback": len(one.loopback),
        "outside": one.outside,
        "unknown": one.unknown,
    }


FORMATS: Mapping[str, Callable[[Exposure, RenderOptions], bytes]] = {
    "csv": csv,
    "json": json,
    "table": table,
}


def summary(found: Exposure) -> str:
    """One line for standard error."""
    everywhere = [one for one in found.listeners if one.scope == "all"]
    idle = sum(1 for one in everywhere if one.seen in ("nobody", "loopback"))
    return (
        f"{counted(len(found.listeners), 'listener')}, {len(everywhere):,} on all interfaces,"
        f" {idle:,} of those used by nobody or over loopback alone;"
        f" {unreadable(found.machines)}"
    )

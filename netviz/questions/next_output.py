"""The machines that are missing, as a table, CSV or JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from netviz.graph import Machine, Missing
from netviz.questions.next_machines import NextMachine
from netviz.render.columns import as_csv, as_table, cell
from netviz.render.json_flows import encode
from netviz.render.options import RenderOptions
from netviz.render.summary import unreadable
from netviz.render.text import counted, whole

VERSION = 1

PORTS_SHOWN = 8

MOST_ENDS = 100
"""How many of the missing ends a stitch names."""

COLUMNS = ("address", "sockets", "ports")


def table(machines: Sequence[NextMachine], options: RenderOptions) -> bytes:
    """A line for each address."""
    lines = [
        (cell(one.address), f"{one.sockets:,}", _ports(one.ends, PORTS_SHOWN)) for one in machines
    ]
    return as_table(COLUMNS, lines, {"sockets"}, options.width).encode()


def csv(machines: Sequence[NextMachine], options: RenderOptions) -> bytes:
    """A line for each address; its ports as ``tcp/443 x3, udp/53 x1``."""
    return as_csv(
        COLUMNS,
        ([cell(one.address), one.sockets, _ports(one.ends, len(one.ends))] for one in machines),
    )


def json(machines: Sequence[NextMachine], options: RenderOptions) -> bytes:
    document = {
        "netviz_next": VERSION,
        "missing": [
            {
                "address": whole(one.address),
                "sockets": one.sockets,
                "ports": [
                    {"proto": end.proto, "port": end.port, "sockets": end.sockets}
                    for end in one.ends
                ],
            }
            for one in machines
        ],
    }
    return encode(document) + b"\n"


FORMATS: Mapping[str, Callable[[Sequence[NextMachine], RenderOptions], bytes]] = {
    "csv": csv,
    "json": json,
    "table": table,
}


def summary(machines: Sequence[NextMachine], captured: Sequence[Machine]) -> str:
    """One line for standard error; ``captured`` are the machines that there are."""
    if not machines:
        return f"no socket of the group talks to an address outside of it; {unreadable(captured)}"
    sockets = counted(sum(one.sockets for one in machines), "socket")
    addresses = "1 address" if len(machines) == 1 else f"{len(machines):,} addresses"
    full = sum(len(one.ends) for one in machines) >= MOST_ENDS
    more = f"; only the {MOST_ENDS} ports that most sockets talk to are counted" if full else ""
    return f"{addresses} to capture next, {sockets}{more}; {unreadable(captured)}"


def _ports(ends: Sequence[Missing], most: int) -> str:
    shown = ", ".join(f"{end.proto}/{end.port} x{end.sockets}" for end in ends[:most])
    return shown if len(ends) <= most else f"{shown} and {len(ends) - most:,} more"

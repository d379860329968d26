"""How a node, a listener or a flow is put into words, for every format that people look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from netviz.bundles import Bundle, busiest_first
from netviz.graph import OUTSIDE, Flow, Graph, Listener, Machine, Node, Sample, Seen
from netviz.render.moments import utc
from netviz.render.port_names import port_text
from netviz.render.text import counted, shortened, visible
from netviz.snapshot.model import NOT_TOLD

LONGEST = 44
"""How many characters of a name are shown; whatever a target says can be long."""

PIDS_SHOWN = 4

ROOT = 0

_WILDCARDS = ("0.0.0.0", "::", "*")

_IP_PROTOCOLS = {1: "icmp", 2: "igmp", 6: "tcp", 17: "udp", 47: "gre", 50: "esp", 51: "ah"} | {
    58: "ipv6-icmp",
    89: "ospf",
    103: "pim",
    112: "vrrp",
    132: "sctp",
    255: "any",
}
"""Names of IP protocols as the IANA registry has them; 255 is the kernel's IPPROTO_RAW."""

_ETHERTYPES = {0x0003: "all", 0x0800: "ipv4", 0x0806: "arp", 0x86DD: "ipv6", 0x88CC: "lldp"} | {
    0x888E: "eapol"
}
"""Names of what packet sockets take, <linux/if_ether.h>; 3 is ETH_P_ALL."""

_OWNERS = {
    "none": "sockets that no process holds",
    "unseen": "holder not visible to the capture",
    OUTSIDE: "outside of the group",
}


def label(node: Node) -> str:
    """What a node is called."""
    return shortened(node.label, LONGEST) or "(no name)"


def tells_no_problems(machine: Machine) -> bool:
    """Whether it is not known if everything of a machine could be read."""
    return machine.problems == (NOT_TOLD,)


def is_root(node: Node) -> bool:
    """Whether the processes of a node run as root."""
    return node.uid == ROOT


def is_unconfined(node: Node) -> bool:
    """Whether a security module is there, but lets the processes do as they like.

    AppArmor says ``unconfined`` or ``NAME (unconfined)``; SELinux has types of that name, the
    third field of ``user:role:type:level``.
    """
    security = node.security
    if security is None:
        return False
    if security == "unconfined" or security.endswith("(unconfined)"):
        return True
    fields = security.split(":")
    return len(fields) > 2 and fields[2].startswith("unconfined_")


def processes(pids: Sequence[int]) -> str:
    """``pid 7``, ``pids 7, 8``, ``pids 1, 2, 3, 4 and 5 more``; empty for none."""
    if not pids:
        return ""
    if len(pids) == 1:
        return f"pid {pids[0]}"
    shown = ", ".join(str(pid) for pid in pids[:PIDS_SHOWN])
    more = len(pids) - PIDS_SHOWN
    return f"pids {shown}" + (f" and {more:,} more" if more > 0 else "")


def machine_beside(graph: Graph, node: Node) -> str:
    """The name of a node's machine where the node stands on its own, and is not the machine."""
    if graph.level != "label":
        return ""
    return next((one.name for one in graph.machines if one.id == node.machine), "")


def details(node: Node, on: str = "") -> list[str]:
    """The lines below a node's name: the machine it is ``on``, who runs it, what it is part of."""
    lines = [f"on {shortened(on, LONGEST)}"] if on else []
    lines += [processes(node.pids)] if node.pids else []
    if node.spans > 1:
        lines.append(counted(node.spans, "machine"))
    if node.uid is not None and not is_root(node):
        lines.append(f"uid {node.uid}")
    if node.owner is not None:
        lines.append(_OWNERS.get(node.owner, visible(node.owner)))
    if node.security and node.security != "unconfined":
        lines.append(shortened(node.security, LONGEST))
    if node.unit and node.unit != node.label:
        lines.append(shortened(node.unit, LONGEST))
    return lines


def listeners(node: Node, *, numeric: bool) -> list[str]:
    """Every listener in words, each once: ``tcp/80 http``, ``udp/53 on 10.0.0.1``, ``raw icmp``."""
    ports = _in_reading_order(node.listeners)
    return list(dict.fromkeys(listener(one, numeric=numeric) for one in ports))


def listener(one: Listener, *, numeric: bool = True) -> str:
    """One listener in words; where it takes traffic on every address none is named.

    With ``numeric`` the port is a number alone, else its well-known name stands beside it.
    """
    if one.proto == "raw":
        name = _IP_PROTOCOLS.get(one.port or 0)
        what = f"raw {name} ({one.port})" if name else f"raw protocol {one.port}"
    elif one.proto == "packet":
        ethertype = one.port or 0
        name = _ETHERTYPES.get(ethertype)
        what = f"packet {name} (0x{ethertype:04x})" if name else f"packet 0x{ethertype:04x}"
        anywhere = one.address in ("", "0")
        return what if anywhere else f"{what} on interface {visible(one.address)}"
    elif one.proto == "icmp":
        what = f"icmp echo {one.port}"
    elif one.port is None:
        return f"{visible(one.proto)} {shortened(one.address, LONGEST)}"
    else:
        what = port_text(visible(one.proto), one.port, numeric=numeric)
    return what if one.address in _WILDCARDS else f"{what} on {visible(one.address)}"


def flow_name(flow: Flow, *, numeric: bool) -> str:
    """``tcp/5432 postgresql``, ``unix /run/db.sock``, with ``x60`` for several connections."""
    name = service(flow, numeric=numeric)
    return name if flow.connections == 1 else f"{name} x{flow.connections:,}"


def bundle_names(
    flows: Bundle, *, numeric: bool, most: int, with_endpoints: bool = False
) -> list[str]:
    """The names of flows that are one line, those of most connections first; the rest in sum.

    ``with_endpoints``: each is a connection, and its endpoints are below its name.
    """
    first = busiest_first(flows)
    names = []
    for flow in first[:most]:
        names.append(flow_name(flow, numeric=numeric))
        if with_endpoints and flow.samples:
            names.append(endpoints(flow, flow.samples[0]))
    rest = first[most:]
    if rest:
        names.append(f"and {len(rest):,} more x{sum(flow.connections for flow in rest):,}")
    return names


def service(flow: Flow, *, numeric: bool) -> str:
    """What a flow asks for: protocol and port, with the port's name unless ``numeric``, or path."""
    name = visible(flow.proto)
    if flow.port is not None:
        return port_text(name, flow.port, numeric=numeric)
    return name if flow.path is None else f"{name} {shortened(flow.path, LONGEST)}"


def endpoint(address: str, port: int) -> str:
    """``10.0.0.1:80``, ``[2001:db8::1]:80``."""
    return f"{_host(address)}:{port}"


def endpoints(flow: Flow, sample: Sample) -> str:
    """``10.0.0.1:40000 → 10.0.0.2:80``: both ends of a connection of a flow."""
    address, port, other, other_port = sample
    return f"{endpoint(address, port)} {arrow(flow)} {endpoint(other, other_port)}"


@lru_cache(4096)
def _host(address: str) -> str:
    shown = visible(address)
    return f"[{shown}]" if ":" in shown else shown


def when(seen: Seen) -> str:
    """``in 3 of 100 snapshots, from 2026-11-25T14:00:05Z to 2026-11-25T14:02:00Z``."""
    times = [time for time in (utc(seen.first), utc(seen.last)) if time is not None]
    text = f"in {seen.snapshots:,} of {counted(seen.of, 'snapshot')}"
    return f"{text}, from {times[0]} to {times[1]}" if len(times) == 2 else text


def arrow(flow: Flow) -> str:
    """What stands between the two ends of a flow."""
    return "→" if flow.directed else "—"


def _in_reading_order(ports: Iterable[Listener]) -> list[Listener]:
    """By protocol and port, so that one port's addresses stand together."""
    return sorted(ports, key=lambda one: (one.proto, one.port or 0, one.address))

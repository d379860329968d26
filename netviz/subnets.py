"""``--group-by subnet``: machines of one network are one node, for groups of hundreds."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from netviz.across import merge_across
from netviz.graph import OUTSIDE, Graph, Machine, Node
from netviz.group import Ungrouped

NETWORK_BITS = {4: 24, 6: 64}
"""How much of an address names a network here: what machines themselves say differs too much."""

WIDE_BITS = {4: 16, 6: 48}
"""The same where those are too many."""

NOWHERE = "no address"


def by_subnet(graph: Graph | Ungrouped, bits: Mapping[int, int] = NETWORK_BITS) -> Graph:
    """One node for the machines whose first address is in one network, such as /24 or /64.

    ``bits`` has the length of its prefix for each version of IP.
    """
    networks = {machine.id: _network(machine, bits) for machine in graph.machines}

    def name_of(node: Node) -> str | None:
        if node.owner == OUTSIDE:
            return None
        return networks.get(node.machine, NOWHERE)

    return merge_across(graph, "subnet", name_of)


def _network(machine: Machine, bits: Mapping[int, int]) -> str:
    """The network of the first IPv4 address, else of the first that is not link-local."""
    addresses = [ipaddress.ip_address(text) for text in machine.addresses]
    addresses.sort(key=lambda address: address.version)  # the order stays otherwise
    for address in addresses:
        if not address.is_link_local:
            prefix = f"{address}/{bits[address.version]}"
            return str(ipaddress.ip_network(prefix, strict=False))
    return NOWHERE

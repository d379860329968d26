"""For any group: every socket is explained, and what is told of it is what the coverage counted."""

from __future__ import annotations

from collections import Counter

from fates import FATES
from groups import MachineOf, snapshot
from hypothesis import given, settings
from random_machines import PORTS, groups

from netviz.explain.asking import explain_endpoint, explain_process
from netviz.explain.endpoint import Endpoint
from netviz.explain.explainer import Explainer
from netviz.fleet.fleet import Fleet
from netviz.fleet.parsed import parse_sample
from netviz.fleet.sockets import BoundSocket, PacketSocket
from netviz.join.sctp_sockets import SctpSocket
from netviz.join.trace import ConnectedSocket
from netviz.parsers.sctp import Endpoint as SctpEndpoint
from netviz.stitch import stitch

SAID = {
    "joined": "joined (",
    "listening": "a listener itself",
    "unconnected": "unconnected: ",
    "recent": "left out: closed already",
    "attempt": "an attempt: ",
    "external": "external: ",
    "ambiguous": "ambiguous: ",
    "unmatched": "unmatched: ",
    "other": "shown on its process",
}
"""How the first reason begins."""


class Everything:
    """Asks about every socket."""

    def ports(self, local: int, remote: int) -> bool:
        return True

    def connected(self, socket: ConnectedSocket) -> bool:
        return True

    def bound(self, namespace: int, socket: BoundSocket) -> bool:
        return True

    def packet(self, socket: PacketSocket) -> bool:
        return True

    def association(self, socket: SctpSocket) -> bool:
        return True

    def endpoint(self, namespace: int, endpoint: SctpEndpoint, owner: int) -> bool:
        return True


@given(groups())
@settings(max_examples=200, deadline=None)
def test_every_socket_is_explained_as_it_was_counted(machines: list[MachineOf]) -> None:
    fleet = Fleet()
    for machine in machines:
        fleet.absorb(parse_sample(snapshot(machine)))
    explained = Explainer(fleet).explain(Everything())
    fates = Counter(one.fate for one in explained)
    coverage = stitch([snapshot(machine) for machine in machines]).coverage
    assert {fate: fates[fate] for fate in FATES} == {f: getattr(coverage, f) for f in FATES}
    assert fates["other"] == sum(coverage.other.get(kind, 0) for kind in ("raw", "icmp", "packet"))
    for one in explained:
        assert one.reasons[0].startswith(SAID[one.fate]), one
    assert sum(one.holder.startswith("nobody") for one in explained if one.fate != "recent") >= (
        coverage.unowned
    )


@given(groups())
@settings(max_examples=100, deadline=None)
def test_the_other_end_says_the_same_of_this_one(machines: list[MachineOf]) -> None:
    fleet = Fleet()
    for machine in machines:
        fleet.absorb(parse_sample(snapshot(machine)))
    explained = Explainer(fleet).explain(Everything())
    ends = Counter(f"{one.socket} on {one.place}, held by {one.holder}" for one in explained)
    for one in explained:
        first = one.reasons[0]
        if first.startswith("joined (reciprocal") and "with itself" not in first:
            assert ends[first.partition(" with ")[2]]


@given(groups())
@settings(max_examples=60, deadline=None)
def test_the_order_of_snapshots_changes_no_explanation(machines: list[MachineOf]) -> None:
    for port in PORTS:
        forward = explain_endpoint(map(snapshot, machines), Endpoint(None, port))
        backward = explain_endpoint(map(snapshot, reversed(machines)), Endpoint(None, port))
        assert forward == backward
    once = explain_process(map(snapshot, machines), "server")
    assert once == explain_process(map(snapshot, reversed(machines)), "server")

"""Associations of SCTP are explained as other sockets are, with all their addresses."""

from __future__ import annotations

import pytest
from sctp_machines import COUNTED, Association, Endpoint, machine, stitched

from netviz.explain.asking import explain_endpoint, explain_process
from netviz.explain.endpoint import parse_endpoint
from netviz.snapshot.model import Snapshot

CALLS = (Association("*10.0.0.1 10.1.0.1", 5000, "*10.0.0.2", 36412, 7),)
CLIENT = machine("c", "10.0.0.1 10.1.0.1", *CALLS)
SERVER = machine(
    "s",
    "10.0.0.2",
    Endpoint("10.0.0.2", 36412, 3),
    Association("*10.0.0.2", 36412, "*10.0.0.1 10.1.0.1", 5000, 3),
)


def told(endpoint: str, *machines: Snapshot) -> list[tuple[str, str, str, str]]:
    """Place, socket, fate and the first reason."""
    found = explain_endpoint(machines, parse_endpoint(endpoint)).sockets
    return [(one.place, one.socket, one.fate, one.reasons[0]) for one in found]


@pytest.mark.parametrize("asked", ["10.0.0.1:5000", "10.1.0.1:5000", "*:5000"])
def test_any_address_of_a_set_finds_it(asked: str) -> None:
    assert told(asked, CLIENT, SERVER) == [
        (
            "c",
            "sctp 10.0.0.1,10.1.0.1:5000 -> 10.0.0.2:36412 ESTABLISHED",
            "joined",
            "joined (reciprocal; rule 12) with sctp 10.0.0.2:36412 -> 10.0.0.1,10.1.0.1:5000"
            " ESTABLISHED on s, held by p3 (pid 3)",
        ),
        (
            "s",
            "sctp 10.0.0.2:36412 -> 10.0.0.1,10.1.0.1:5000 ESTABLISHED",
            "joined",
            "joined (reciprocal; rule 12) with sctp 10.0.0.1,10.1.0.1:5000 -> 10.0.0.2:36412"
            " ESTABLISHED on c, held by p7 (pid 7)",
        ),
    ]


def test_its_listener_and_direction() -> None:
    found = explain_process([CLIENT, SERVER], "p3").sockets
    assert [(one.socket, one.reasons[-1]) for one in found] == [
        ("sctp 10.0.0.2:36412 LISTEN", "serves 1 association: 1 joined"),
        (
            "sctp 10.0.0.2:36412 -> 10.0.0.1,10.1.0.1:5000 ESTABLISHED",
            "this is the server (rule 11)",
        ),
    ]


ALONE = {
    "external": [],
    "unmatched": [machine("s", "10.0.0.2")],
    "ambiguous": [machine(name, "10.0.0.2") for name in ("x", "y")],
    "joined": [machine("s", "10.0.0.2", Endpoint("10.0.0.2", 36412, 3))],
}


@pytest.mark.parametrize("fate", ALONE)
def test_what_has_no_other_end_says_why(fate: str) -> None:
    graph = stitched(CLIENT, *ALONE[fate])
    assert getattr(graph.coverage, fate) == 1
    ((_, _, counted, reason),) = told("*:5000", CLIENT, *ALONE[fate])
    begins = "joined (one-sided; rules 6, 12)" if fate == "joined" else f"{fate}: "
    assert (counted, reason.startswith(begins)) == (fate, True)


@pytest.mark.parametrize(("state", "fate"), [(0, "recent"), (1, "attempt"), (2, "attempt")])
def test_states(state: int, fate: str) -> None:
    client = machine(
        "c", "10.0.0.1", Association("*10.0.0.1", 5000, "*10.0.0.2", 36412, 7, state=state)
    )
    ((_, _, counted, _),) = told("*:5000", client, machine("s", "10.0.0.2"))
    assert counted == fate


def test_every_count_is_explained() -> None:
    machines = [CLIENT, SERVER, machine("t", "10.0.0.3", Endpoint("10.0.0.3", 36412, 4, state=7))]
    coverage = stitched(*machines).coverage
    fates = [fate for _, _, fate, _ in told("*:36412", *machines)]
    assert {name: fates.count(name) for name in COUNTED} == {
        name: getattr(coverage, name) for name in COUNTED
    }


def test_nothing_matches_and_what_would() -> None:
    def advice(endpoint: str) -> str:
        return explain_endpoint([CLIENT, SERVER], parse_endpoint(endpoint)).advice

    assert advice("10.0.0.2:81") == "sockets of 10.0.0.2 have port 36412"
    assert advice("10.1.0.1:81") == "sockets of 10.1.0.1 have port 5000"
    assert advice("10.0.0.7:5000") == "port 5000 is on 10.0.0.1, 10.1.0.1"


def test_without_a_listener_no_end_is_the_client() -> None:
    server = machine(
        "s", "10.0.0.2", Association("*10.0.0.2", 36412, "*10.0.0.1 10.1.0.1", 5000, 3)
    )
    client = machine("c", "10.0.0.1 10.1.0.1", *CALLS, ports=None)
    reasons = explain_process([client, server], "p7").sockets[0].reasons
    assert reasons[1] == "which end is the client is not known: drawn without an arrow (rule 11)"


def test_doubtful_says_what_draws_it() -> None:
    server = machine("s", "10.0.0.2", Endpoint("10.0.0.2", 36412, 3), forwarding=None)
    reasons = explain_process([CLIENT, server], "p7").sockets[0].reasons
    assert "a translation could hide there (rule 6)" in reasons[0]
    assert reasons[1] == "doubtful, not refuted: --doubtful of netviz-stitch draws it"

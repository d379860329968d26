"""Of a socket without a holder no source says whether it has none, or whose it was not allowed to
see."""

from __future__ import annotations

from dataclasses import replace

import pytest
from texts_of_programs import SS_HEADER, from_ss, ss_line

from netviz.snapshot.model import IMPORTED
from netviz.stitch import StitchOptions, stitch

CLIENT = ("192.0.2.1:40001", "192.0.2.2:80")
TEXT = (
    SS_HEADER
    + ss_line("tcp", "ESTAB", *CLIENT, "ino:5 sk:1")
    + ss_line("tcp", "ESTAB", *CLIENT[::-1], "ino:6 sk:2")
)


@pytest.mark.parametrize(("imported", "owner"), [(True, "unseen"), (False, "none")])
def test_its_holder_was_not_seen(imported: bool, owner: str) -> None:
    snapshot = from_ss(TEXT)
    if not imported:  # as a capture by root that could read everything
        problems = [one for one in snapshot.problems if one.what != IMPORTED]
        snapshot = replace(snapshot, problems=problems)
    graph = stitch([snapshot], StitchOptions(), "process")
    assert {node.owner for node in graph.nodes} == {owner}


def test_what_cannot_be_shown_is_on_the_machine() -> None:
    graph = stitch([from_ss(TEXT)], StitchOptions(), "process")
    assert "limits" in graph.machines[0].problems

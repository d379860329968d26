"""Captures while 2,000 processes and 5,000 connections a second come and go.

The long run is ``benchmarks/figures.py churn``; docs/performance.md has its figures.
"""

from __future__ import annotations

import pytest
import under_churn
from churning import captured_under_churn
from steady_sockets import CONNECTION_ENDS

CAPTURES = 8


@pytest.fixture(scope="module")
def churned(tmp_path_factory: pytest.TempPathFactory) -> under_churn.Churned:
    return captured_under_churn(tmp_path_factory.mktemp("churn"), CAPTURES)


def test_none_fails_and_each_is_a_whole_document(churned: under_churn.Churned) -> None:
    assert (churned.failed, churned.invalid) == (0, 0)


def test_what_vanishes_is_counted_and_nothing_else_goes_wrong(
    churned: under_churn.Churned,
) -> None:
    assert churned.vanished > 0, "no process vanished in any capture: the test did not test"
    assert {what for what in churned.problems if not what.startswith("process ")} == set()
    assert churned.vanished == sum(churned.problems.values())


def test_sockets_that_stay_are_found_with_their_holders(churned: under_churn.Churned) -> None:
    assert churned.steady > 4000
    assert churned.share >= 0.999
    assert churned.drawn >= 0.999
    assert churned.wrong == 0


def test_the_load_was_there(churned: under_churn.Churned) -> None:
    assert churned.forks > 0 < churned.connections
    assert churned.rows > 2 * CONNECTION_ENDS, "the table held little but what stays"

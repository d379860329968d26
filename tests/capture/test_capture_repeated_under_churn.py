"""Three samples, while 2,000 processes and 5,000 connections a second come and go.

One sample misses a socket now and then, because the kernel loses its place in a table that changes
under the reader. Of three, together, no socket that lives through them is missed.
"""

from __future__ import annotations

import pytest
import under_churn
from churning import captured_under_churn

CAPTURES = 4
SAMPLES = ("--repeat", "3", "--every", "0.2")


@pytest.fixture(scope="module")
def churned(tmp_path_factory: pytest.TempPathFactory) -> under_churn.Churned:
    return captured_under_churn(tmp_path_factory.mktemp("churn"), CAPTURES, *SAMPLES)


def test_every_socket_that_lives_through_the_capture_is_found_with_its_owner(
    churned: under_churn.Churned,
) -> None:
    assert (churned.failed, churned.invalid) == (0, 0)
    assert churned.steady > 4000
    assert churned.missed_in == {}
    assert churned.wrong == 0


def test_every_connection_that_does_is_drawn_between_its_holders(
    churned: under_churn.Churned,
) -> None:
    assert churned.unjoined == 0

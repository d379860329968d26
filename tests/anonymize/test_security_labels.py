"""Labels of security modules keep how they are made up, and whether they confine."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.anonymize.names import Names
from netviz.anonymize.security import replaced_label
from netviz.fleet.roles import role_of
from netviz.graph import Node
from netviz.render.wording import is_unconfined


def is_free(label: str) -> bool:
    return is_unconfined(Node("n", "m", "n", "n", security=label))


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("unconfined", "unconfined"),
        ("docker-default (enforce)", "docker-default (enforce)"),
        ("/usr/sbin/billing (enforce)", "label-1 (enforce)"),
        ("billing (unconfined)", "label-1 (unconfined)"),
        ("billing//&unconfined (mixed)", "label-1 (mixed)"),
        ("system_u:system_r:billing_t:s0", "system_u:system_r:label-1:s0"),
        (
            "unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023",
            "unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023",
        ),
        ("system_u:system_r:container_t:s0:c12,c34", "system_u:system_r:container_t:s0:label-1"),
        ("u:r:unconfined_billing_t:s0", "label-1:label-2:unconfined_label-3:s0"),
        ("snap.acme.billing (complain)", "snap.label-1.process-1 (complain)"),
        ("System", "label-1"),
        ("_", "_"),
        ("", ""),
    ],
)
def test_a_label(label: str, expected: str) -> None:
    assert replaced_label(Names(b"k" * 32), label) == expected
    assert is_free(expected) == is_free(label)


LABELS = st.one_of(
    st.text(alphabet="a:._ ()/&", max_size=12),
    st.tuples(
        st.sampled_from(["unconfined", "a", "snap.a.b", "", "u:r:t:s", "u:r:unconfined_x"]),
        st.sampled_from(["", " (unconfined)", "(unconfined)", " (enforce)", ":s0"]),
    ).map("".join),
)


@settings(deadline=None)
@given(LABELS, LABELS)
def test_any_label(one: str, other: str) -> None:
    names = Names(b"k" * 32)
    made = replaced_label(names, one), replaced_label(names, other)
    assert (made[0] == made[1]) == (one == other)
    assert is_free(made[0]) == is_free(one)
    assert (role_of("x", None, made[0]) is None) == (role_of("x", None, one) is None)

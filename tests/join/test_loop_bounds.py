"""The compiled loops refuse numbers beyond what they index, which no bounds check would stop."""

from __future__ import annotations

import os
from array import array
from dataclasses import fields

import pytest

from netviz.tables import Candidates, ConnectedColumns

try:
    from netviz.loops import _fastjoin  # type: ignore[attr-defined,unused-ignore]
except ImportError:
    if os.environ.get("NETVIZ_REQUIRE_EXTENSIONS") == "1":
        raise
    pytest.skip("the compiled loops are not built", allow_module_level=True)


def test_a_number_beyond_the_values_is_refused() -> None:
    values = array("i", [5, 6])
    assert list(_fastjoin.take(values, array("I", [1, 0]))) == [6, 5]
    with pytest.raises(IndexError):
        _fastjoin.take(values, array("I", [2]))


def test_a_set_of_samples_that_was_not_made_is_refused() -> None:
    sightings = _fastjoin.Sightings()
    assert sightings.samples(sightings.add(0, 3)) == [3]
    with pytest.raises(IndexError):
        sightings.samples(2)
    with pytest.raises(IndexError):
        sightings.add(2, 4)


def test_too_few_flags_of_candidates_are_refused() -> None:
    with pytest.raises(ValueError, match="every candidate"):
        _fastjoin.left_over(array("i", [0, 0]), bytearray(1))


def test_too_few_flags_of_ports_are_refused() -> None:
    known, dialled = _fastjoin.AddressTable(), _fastjoin.Dialled()
    with pytest.raises(ValueError, match="65536"):
        _fastjoin.select(ConnectedColumns(), known, bytearray(80), False, 0, dialled, 0)


def test_flags_that_are_not_of_every_socket_are_refused() -> None:
    known, dialled = _fastjoin.AddressTable(), _fastjoin.Dialled()
    table = ConnectedColumns()
    for column in (getattr(table, field.name) for field in fields(table)):
        column.append(0)
    for below in (array("I"), array("I", [2]), array("I", [0, 0])):
        with pytest.raises(IndexError, match="below a listener"):
            _fastjoin.select(table, known, bytearray(2), False, 0, dialled, 0, below)


def test_sockets_that_do_not_fit_among_the_candidates_are_refused() -> None:
    table = ConnectedColumns()
    for column in (getattr(table, field.name) for field in fields(table)):
        column.append(0)
    chosen, candidates = array("I", [0]), Candidates.blank(2)
    for base in (0, 1):
        _fastjoin.gather(candidates, base, table, chosen, chosen, chosen, 7, 0)
    assert list(candidates.namespace) == [7, 7]
    with pytest.raises(IndexError, match="1 sockets at 2 do not fit into 2"):
        _fastjoin.gather(candidates, 2, table, chosen, chosen, chosen, 7, 0)

"""The tables of a sample that are no text, and where that is told."""

from __future__ import annotations

import pytest

from netviz.errors import TableError
from netviz.fleet.fleet import Fleet
from netviz.fleet.parsed import parse_sample
from netviz.snapshot.model import Host, NetworkNamespace, Snapshot

HALF_A_PAIR = "\ud800"
GOOD = {"tcp": "\n", "tcp6": "\n", "udp": "\n", "raw": "\n", "unix": "\n", "packet": "\n"}


@pytest.mark.parametrize("name", [*GOOD, "nf_conntrack"])
def test_the_table_that_is_no_text_is_named(name: str) -> None:
    tables = {**GOOD, name: HALF_A_PAIR}
    namespace = NetworkNamespace(1, addresses=("10.0.0.1/24",), tables=tables)
    with pytest.raises(TableError, match=f"^{name}: the table holds text that is not Unicode: "):
        parse_sample(Snapshot("a.json", 2, Host("a", "little"), [], [namespace]))


def test_of_several_such_tables_the_first_is_named_before_anything_is_kept() -> None:
    tables = dict.fromkeys(("unix", "udp", "tcp6"), HALF_A_PAIR)
    namespaces = [NetworkNamespace(1, tables=GOOD), NetworkNamespace(2, tables=tables)]
    with pytest.raises(TableError, match=r"^tcp6: "):
        parse_sample(Snapshot("a.json", 2, Host("a", "little"), [], namespaces))


def test_reports_are_in_the_order_of_the_tables() -> None:
    tables = {"udp": "what\n", "tcp6": "", "tcp": "no\nline\n", "unix": "here\n", "raw": "none\n"}
    namespace = NetworkNamespace(1, tables=tables)
    fleet = Fleet()
    fleet.absorb(parse_sample(Snapshot("a.json", 2, Host("a", "little"), [], [namespace])))
    assert fleet.samples[0].reports == (
        "raw: 1 line could not be read, the first: 'none'",
        "tcp: 2 lines could not be read, the first: 'no'",
        "tcp6: the table is empty, not even a header",
        "udp: 1 line could not be read, the first: 'what'",
        "unix: 1 line could not be read, the first: 'here'",
    )

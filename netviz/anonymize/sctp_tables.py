"""The tables of SCTP: associations and endpoints."""

from __future__ import annotations

import re

from netviz.anonymize.pseudonyms import Pseudonyms
from netviz.parsers.sctp import LISTENING, ONE_TO_ONE, parse_associations, parse_endpoints
from netviz.snapshot.kernel_text import association_line, endpoint_line, table

_ONE_TO_MANY = "0"
_NUMBER = re.compile("[0-9]{1,10}")

_OPEN = 1
"""A state of a socket (SST) that does not listen."""


def replaced_associations(text: str, pseudonyms: Pseudonyms) -> tuple[str, int]:
    """What stands for sctp/assocs, and how many of its lines are none and left out.

    Kept are number, addresses, ports, state, whether it waits to be accepted, user and inode.
    """
    found, bad = parse_associations(text)
    lines = []
    left_out = bad.count
    for one in found:
        if one.identity and not _NUMBER.fullmatch(one.identity):
            left_out += 1
            continue
        here, there = (
            [pseudonyms.addresses.text(address) for address in addresses]
            for addresses in (one.local, one.remote)
        )
        lines.append(
            association_line(
                one.identity or "0",
                int(ONE_TO_ONE if one.waits else _ONE_TO_MANY),
                LISTENING if one.waits else _OPEN,
                one.state,
                pseudonyms.users.number(one.uid),
                one.inode,
                (here, one.local_port),
                (there, one.remote_port),
            )
        )
    return table("sctp/assocs", lines), left_out


def replaced_endpoints(text: str, pseudonyms: Pseudonyms) -> tuple[str, int]:
    """What stands for sctp/eps, and how many of its lines are none and left out.

    Kept are addresses, port, state, user and inode.
    """
    found, bad = parse_endpoints(text)
    lines = [
        endpoint_line(
            number,
            one.state,
            one.port,
            pseudonyms.users.number(one.uid),
            one.inode,
            [pseudonyms.addresses.text(address) for address in one.addresses],
        )
        for number, one in enumerate(found, 1)
    ]
    return table("sctp/eps", lines), bad.count

"""Which listener covers a socket, at random: looked up sample by sample, it is the same."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from itertools import permutations

from groups import CAPTURED, Socket, listen, simple, snapshot
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.addresses import is_ipv4
from netviz.fleet.fleet import Fleet
from netviz.fleet.parsed import parse_sample
from netviz.join.listeners import Listeners
from netviz.loops import AddressTable

ON = ("10.0.0.1", "0.0.0.0", "::", "fd00::1")
LOCAL = ("10.0.0.1", "10.0.0.2", "fd00::1")
WIDER = {
    "10.0.0.1": ("10.0.0.1", "0.0.0.0", "::"),
    "10.0.0.2": ("0.0.0.0", "::"),
    "fd00::1": ("fd00::1", "::"),
}
Lives = list[set[tuple[str, int]]]
"""The address and the inode of each listener, in every sample; its holder has the inode as pid."""


def covering(lives: Lives, local: str, places: Sequence[int]) -> set[int] | None:
    """The holders of the listener of a socket that the samples at ``places`` list."""

    def there(place: int, one: tuple[str, int]) -> bool:
        listed = [number for number, life in enumerate(lives) if one in life]
        return bool(listed) and min(listed) <= place <= max(listed)

    every = sorted(set().union(*lives))
    for place in sorted(places):
        for address in WIDER[local]:
            holders = {one[1] for one in every if one[0] == address and there(place, one)}
            if holders:
                return holders
    return None


def number(address: str) -> int:
    parsed = ipaddress.ip_address(address)
    return int(parsed) | (0xFFFF << 32 if parsed.version == 4 else 0)


@given(
    st.lists(
        st.sets(st.tuples(st.sampled_from(ON), st.sampled_from((11, 12, 13))), max_size=4),
        min_size=2,
        max_size=4,
    ),
    st.data(),
)
@settings(max_examples=150, deadline=None)
def test_the_first_that_was_there_with_it_on_the_narrowest_address(
    lives: Lives, data: st.DataObject
) -> None:
    snapshots = []
    for place, life in enumerate(lives):
        # A socket has one address, so its inode is of that, too; both tables are always there.
        sockets = [listen(address, 1, 1) for address in ("0.0.0.0", "::")]
        for address, pid in sorted(life):
            inode = 100 * pid + ON.index(address)
            sockets.append(Socket("tcp", address, 80, state=10, pids=(pid,), inode=inode))
        machine = simple("a", "10.0.0.1", *sockets, captured=CAPTURED + place, source=str(place))
        snapshots.append(snapshot(machine))
    order = data.draw(st.sampled_from(list(permutations(range(len(lives))))))
    fleet = Fleet()
    for place in order:
        fleet.absorb(parse_sample(snapshots[place]))
    known = AddressTable()
    listeners = Listeners(fleet, known)
    places = data.draw(st.sets(st.sampled_from(range(len(lives))), min_size=1))
    seen = 0
    for place in sorted(places):
        seen = fleet.sightings.add(seen, order.index(place))
    for local in LOCAL:
        numeric = number(local)
        end = listeners.table.find(0, 0, 80, known.add(numeric), is_ipv4(numeric))
        found = listeners.times.covering(end, seen)
        expected = covering(lives, local, sorted(places))
        if expected is None:
            assert found < 0
        else:
            owner = fleet.owners[listeners.ends[found].owner]
            assert {fleet.processes[process].pid for process in owner} == expected

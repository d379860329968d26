"""The loops over single sockets in pure Python: the exact twin of ``_fastjoin.pyx``.

Everything here works on columns and numbers. What the numbers mean, and every decision that a rule
of the join takes per address, namespace or listener, is made outside.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence

from netviz._pyparse import parse_inet
from netviz.addresses import AMBIGUOUS, NOBODY, is_ipv4, is_loopback
from netviz.graph import Sample
from netviz.join.kinds import QUEUED, RECENT, RECIPROCAL
from netviz.loop_results import Account, End, Folded, Selection, Settled
from netviz.tables import (
    CLOSE_WAIT,
    CLOSING,
    ESTABLISHED,
    FIN_WAIT1,
    FIN_WAIT2,
    LAST_ACK,
    LISTEN,
    SYN_RECV,
    SYN_SENT,
    TIME_WAIT,
    Candidates,
    ConnectedColumns,
    ConntrackColumns,
    InetColumns,
)

IMPLEMENTATION = "pure"

NOT_ACCEPTED = (ESTABLISHED, SYN_RECV, CLOSE_WAIT)
"""States in which a socket without inode waits for its listener's process to accept it."""

SHOWN_SAMPLES = 5
SHOWN_MISSING = 100


class InodeOwners:
    """Which owner holds each inode, in one sample; ``expected`` is about how many there are.

    All are added before the first is asked for. It is of one thread: nothing in it is locked.
    """

    def __init__(self, expected: int = 64) -> None:
        self._owners: dict[int, int] = {}
        self._listed: set[int] = set()

    def add(
        self, owners: Sequence[int], inodes: Sequence[Sequence[int]]
    ) -> list[tuple[int, int, int]]:
        """Each of ``owners`` holds the inodes at its place in ``inodes``.

        Gives (inode, owner, other owner) for those that another one held already.
        """
        held = []
        for owner, its in zip(owners, inodes, strict=True):
            for inode in its:
                other = self._owners.setdefault(inode, owner)
                if other != owner and inode:
                    held.append((inode, owner, other))
        return held

    def replace(self, inode: int, owner: int) -> None:
        self._owners[inode] = owner

    def find(self, inodes: array[int]) -> array[int]:
        """The owner of each inode, 0 for none; inode 0 is never held. They count as listed."""
        get = self._owners.get
        self._listed.update(inodes)
        return array("I", [get(inode, 0) if inode else 0 for inode in inodes])

    def unlisted(self) -> int:
        """How many held inodes were never asked for."""
        return sum(1 for inode in self._owners if inode and inode not in self._listed)


def settle(
    tables: Sequence[tuple[str, bool]], big_endian: bool, owners: InodeOwners
) -> list[Settled]:
    """Parse tables, and part connected sockets from bound ones (listening, or no remote port).

    ``tables`` are texts, each with whether its addresses are those of IPv6. A repeat (same tuple
    and inode) is left out: the kernel prints sockets twice while the table changes under the reader
    (prometheus/procfs #576). ``served`` counts connections by (local port, owner) for ports that
    have a listening socket in this table. Raises UnicodeEncodeError for half of a surrogate pair.
    """
    parsed = [parse_inet(text, big_endian, wide) for text, wide in tables]
    return [_settled(columns, owners.find(columns.inode)) for columns in parsed]


def _settled(columns: InetColumns, owners: array[int]) -> Settled:
    connected = ConnectedColumns()
    bound, bound_owner = InetColumns(bad=columns.bad), array("I")
    seen = set()
    locals_: dict[tuple[int, int], int] = {}
    listening = {columns.local_port[i] for i in range(len(columns)) if columns.state[i] == LISTEN}
    served: dict[tuple[int, int], int] = {}
    for i in range(len(columns)):
        local = (columns.local_hi[i], columns.local_lo[i])
        remote_hi, remote_lo = columns.remote_hi[i], columns.remote_lo[i]
        local_port, remote_port = columns.local_port[i], columns.remote_port[i]
        state, inode, owner = columns.state[i], columns.inode[i], owners[i]
        identity = (local, local_port, remote_hi, remote_lo, remote_port, inode)
        if identity in seen:
            continue
        seen.add(identity)
        if state == LISTEN or remote_port == 0:
            for into, of in zip(bound.columns(), columns.columns(), strict=True):
                into.append(of[i])
            bound_owner.append(owner)
            continue
        connected.local.append(locals_.setdefault(local, len(locals_)))
        connected.remote_hi.append(remote_hi)
        connected.remote_lo.append(remote_lo)
        connected.local_port.append(local_port)
        connected.remote_port.append(remote_port)
        connected.state.append(state)
        connected.uid.append(columns.uid[i])
        connected.inode.append(inode)
        connected.owner.append(owner)
        if owner and local_port in listening:
            served[(local_port, owner)] = served.get((local_port, owner), 0) + 1
    connected.locals_hi = array("Q", [hi for hi, _ in locals_])
    connected.locals_lo = array("Q", [lo for _, lo in locals_])
    return Settled(connected, bound, bound_owner, served)


class Sightings:
    """Sets of samples, by number: each is an earlier one with one more sample; 0 is empty."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, int], int] = {}
        self._sets: list[tuple[int, int]] = [(0, -1)]

    def add(self, sightings: int, sample: int) -> int:
        """The set ``sightings`` with ``sample``, which may be the one that was added last."""
        if self._sets[sightings][1] == sample:
            return sightings
        number = self._numbers.setdefault((sightings, sample), len(self._sets))
        if number == len(self._sets):
            self._sets.append((sightings, sample))
        return number

    def samples(self, sightings: int) -> list[int]:
        """The samples of a set, the one that was added last first."""
        found = []
        while sightings:
            sightings, sample = self._sets[sightings]
            found.append(sample)
        return found


WAITING, HELD, LEAVING = range(3)
"""How a connection comes and goes: without an inode, with one, and without one again."""


def phase(state: int, inode: int) -> int:
    if inode:
        return HELD
    return WAITING if state in NOT_ACCEPTED else LEAVING


_PROGRESS = dict.fromkeys((SYN_SENT, SYN_RECV), 1) | dict.fromkeys((ESTABLISHED, CLOSE_WAIT), 4)
_PROGRESS |= {TIME_WAIT: 2} | dict.fromkeys((FIN_WAIT1, FIN_WAIT2, LAST_ACK, CLOSING), 3)
"""What a connection counts as that several samples saw in different states: the greatest."""


def unite(
    tables: Sequence[ConnectedColumns],
    samples: Sequence[int],
    ranks: Sequence[int],
    sightings: Sightings,
) -> ConnectedColumns:
    """The sockets of all tables of a namespace, each connection once, and who saw it.

    ``tables`` are in the order of time; ``samples[n]`` is the one that table n is of. The same
    tuple and inode is the same connection. Before it is accepted and when it is closed it has no
    inode: then it is the one of that tuple that comes next or came last. Its holder is the one that
    the table of the smallest of ``ranks`` knows that knows any, its state the one of
    ``_PROGRESS``. The column ``seen`` numbers the sets of samples in ``sightings``; of what is
    closed (TIME_WAIT) they are only counted where nothing earlier was seen.
    """
    united = ConnectedColumns()
    locals_: dict[tuple[int, int], int] = {}
    last: dict[tuple[int, ...], int] = {}
    by_inode: dict[tuple[tuple[int, ...], int], int] = {}
    phases: list[int] = []
    owner_rank: list[int] = []
    state_rank: list[int] = []

    def add(table: ConnectedColumns, i: int, here: int, sample: int, rank: int) -> None:
        ports = table.local_port[i], table.remote_port[i]
        key = (here, table.remote_hi[i], table.remote_lo[i], *ports)
        inode, state, owner = table.inode[i], table.state[i], table.owner[i]
        now = phase(state, inode)
        known = last.get(key, -1)
        if now == HELD:
            found = by_inode.get((key, inode), -1)
            if found < 0 and known >= 0 and phases[known] == WAITING:
                found = known
        elif now == WAITING:
            found = known if known >= 0 and phases[known] == WAITING else -1
        else:
            found = known
        if found < 0:
            found = len(phases)
            phases.append(now)
            owner_rank.append(rank)
            state_rank.append(rank)
            united.local.append(here)
            united.remote_hi.append(table.remote_hi[i])
            united.remote_lo.append(table.remote_lo[i])
            united.local_port.append(ports[0])
            united.remote_port.append(ports[1])
            united.state.append(state)
            united.uid.append(table.uid[i])
            united.inode.append(inode)
            united.owner.append(owner)
            united.seen.append(sightings.add(0, sample))
        else:
            phases[found] = now
            if state != TIME_WAIT or united.state[found] == TIME_WAIT:
                united.seen[found] = sightings.add(united.seen[found], sample)
            if owner and (not united.owner[found] or rank < owner_rank[found]):
                united.owner[found] = owner
                owner_rank[found] = rank
            farther = _PROGRESS.get(state, 0) - _PROGRESS.get(united.state[found], 0)
            if farther > 0 or (not farther and rank < state_rank[found]):
                united.state[found] = state
                united.uid[found] = table.uid[i]
                state_rank[found] = rank
            united.inode[found] = united.inode[found] or inode
        last[key] = found
        if inode:
            by_inode.setdefault((key, inode), found)

    for table, sample, rank in zip(tables, samples, ranks, strict=True):
        addresses = zip(table.locals_hi, table.locals_lo, strict=True)
        here = [locals_.setdefault(address, len(locals_)) for address in addresses]
        # What leaves was there before what has its tuple now.
        for leaving in (True, False):
            for i in range(len(table)):
                if (phase(table.state[i], table.inode[i]) == LEAVING) == leaving:
                    add(table, i, here[table.local[i]], sample, rank)
    united.locals_hi = array("Q", [hi for hi, _ in locals_])
    united.locals_lo = array("Q", [lo for _, lo in locals_])
    return united


class AddressTable:
    """Numbers for the addresses that matter: those of the group, loopback as it is met."""

    def __init__(self) -> None:
        self.addresses: list[int] = []
        self._numbers: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self.addresses)

    def add(self, address: int) -> int:
        """The number of ``address``, a new one if it has none."""
        number = self._numbers.setdefault(address, len(self.addresses))
        if number == len(self.addresses):
            self.addresses.append(address)
        return number

    def find(self, address: int) -> int:
        """The number of ``address``, or -1."""
        return self._numbers.get(address, -1)


class Dialled:
    """How many sockets dial which end that nobody owns; a protocol is a number here."""

    def __init__(self) -> None:
        self._sockets: dict[tuple[int, int, int], int] = {}

    def add(self, proto: int, address: int, port: int) -> None:
        end = (proto, address, port)
        self._sockets[end] = self._sockets.get(end, 0) + 1

    def most(self) -> list[tuple[int, int, int, int]]:
        """The (protocol, address, port, sockets) with most sockets, 100 at most."""
        most = sorted(self._sockets.items(), key=lambda item: (-item[1], item[0]))
        return [(*end, sockets) for end, sockets in most[:SHOWN_MISSING]]


def select(
    table: ConnectedColumns,
    known: AddressTable,
    listening: bytearray,
    with_recent: bool,
    proto: int,
    dialled: Dialled,
) -> Selection:
    """Throw away early: find the sockets whose remote address the group owns.

    ``listening[port]`` is 1 where the namespace has a listener on that port: the external sockets
    of other ports are added to ``dialled``. TIME_WAIT sockets are only counted unless
    ``with_recent``.
    """
    rows, remote, unaccepted = array("I"), array("I"), array("I")
    external = recent = unowned = 0
    for i in range(len(table)):
        state = table.state[i]
        if state == TIME_WAIT and not with_recent:
            recent += 1
            continue
        address = table.remote_hi[i] << 64 | table.remote_lo[i]
        number = known.add(address) if is_loopback(address) else known.find(address)
        if number >= 0:
            rows.append(i)
            remote.append(number)
        elif state == TIME_WAIT:
            recent += 1
        else:
            external += 1
            if not table.owner[i]:
                unowned += 1
                if not table.inode[i] and state in NOT_ACCEPTED:
                    unaccepted.append(i)
            if not listening[table.local_port[i]]:
                dialled.add(proto, address, table.remote_port[i])
    return Selection(rows, remote, external, recent, unowned, unaccepted)


def gather(
    into: Candidates,
    base: int,
    table: ConnectedColumns,
    rows: array[int],
    remote: array[int],
    local: array[int],
    namespace: int,
    proto: int,
) -> None:
    """Put the selected sockets of a table at ``base``; ``local`` maps its addresses to numbers.

    IndexError where there are not that many candidates.
    """
    n = len(rows)
    if base < 0 or base + n > len(into):
        raise IndexError(f"{n} sockets at {base} do not fit into {len(into)}")
    place = slice(base, base + n)
    into.namespace[place] = array("I", [namespace]) * n
    into.proto[place] = array("B", [proto]) * n
    into.local[place] = array("I", [local[table.local[i]] for i in rows])
    into.remote[place] = remote
    into.local_port[place] = take(table.local_port, rows)
    into.remote_port[place] = take(table.remote_port, rows)
    into.state[place] = take(table.state, rows)
    into.inode[place] = take(table.inode, rows)
    into.owner[place] = take(table.owner, rows)


def distinct(left: array[int], right: array[int]) -> tuple[array[int], array[int], array[int]]:
    """The different pairs of two columns: (left, right, number of its pair for each entry)."""
    numbers: dict[tuple[int, int], int] = {}
    of = array(
        "I", [numbers.setdefault(pair, len(numbers)) for pair in zip(left, right, strict=True)]
    )
    return array("I", [a for a, _ in numbers]), array("I", [b for _, b in numbers]), of


def take(values: array[int], numbers: array[int]) -> array[int]:
    """``values[n]`` for each n of ``numbers``."""
    return array(values.typecode, [values[n] for n in numbers])


def translating(entries: ConntrackColumns) -> array[int]:
    """The entries with ports whose reply does not mirror their original."""
    found = array("I")
    for i in range(len(entries)):
        original = (
            entries.original_source_hi[i],
            entries.original_source_lo[i],
            entries.original_source_port[i],
            entries.original_destination_hi[i],
            entries.original_destination_lo[i],
            entries.original_destination_port[i],
        )
        mirrored = (
            entries.reply_destination_hi[i],
            entries.reply_destination_lo[i],
            entries.reply_destination_port[i],
            entries.reply_source_hi[i],
            entries.reply_source_lo[i],
            entries.reply_source_port[i],
        )
        if entries.has_ports[i] and original != mirrored:
            found.append(i)
    return found


class ListenerTable:
    """Which listener covers an address and port of a namespace, by numbers."""

    def __init__(self, any4: int, any6: int) -> None:
        self._any4 = any4
        self._any6 = any6
        self._listeners: dict[tuple[int, int, int, int], int] = {}

    def add(self, namespace: int, proto: int, port: int, address: int, listener: int) -> None:
        self._listeners[(namespace, proto, port, address)] = listener

    def find(self, namespace: int, proto: int, port: int, address: int, ipv4: bool) -> int:
        """The listener on that address, else on the wildcard (``::`` takes IPv4 too), else -1."""
        get = self._listeners.get
        for covering in (address, self._any4 if ipv4 else -1, self._any6):
            listener = get((namespace, proto, port, covering))
            if listener is not None:
                return listener
        return -1


def cover(candidates: Candidates, listeners: ListenerTable, known: AddressTable) -> array[int]:
    """For each candidate the listener that covers its local end, or -1."""
    ipv4 = [is_ipv4(address) for address in known.addresses]
    return array(
        "i",
        [
            listeners.find(
                candidates.namespace[i],
                candidates.proto[i],
                candidates.local_port[i],
                candidates.local[i],
                ipv4[candidates.local[i]],
            )
            for i in range(len(candidates))
        ],
    )


def adopt(candidates: Candidates, listener: array[int], listener_owner: array[int]) -> array[int]:
    """Give sockets that wait in an accept queue the owner of their listener; 1 marks them."""
    queued = array("B", bytes(len(candidates)))
    for i in range(len(candidates)):
        if not candidates.inode[i] and candidates.state[i] in NOT_ACCEPTED and listener[i] >= 0:
            queued[i] = 1
            candidates.owner[i] = listener_owner[listener[i]]
    return queued


Pairing = Callable[[Candidates, Sequence[int], Sequence[int]], Iterable[tuple[int, int]]]
"""Pairs the candidates that have one tuple with those that have the tuple that mirrors it."""


def match(
    candidates: Candidates, target: array[int], pairing: Pairing | None = None
) -> tuple[array[int], array[int]]:
    """Pair sockets whose tuples mirror each other, each in the namespace the other means.

    ``target[i]`` is the namespace that owns the remote address of candidate i as seen from its own,
    negative for none. Where one tuple stands several times in a namespace, established sockets are
    paired first, then the smaller inode, or as ``pairing`` says.
    """
    by_tuple: dict[tuple[int, ...], list[int]] = {}
    for i in range(len(candidates)):
        if target[i] >= 0:
            by_tuple.setdefault(_tuple_of(candidates, i), []).append(i)

    def preference(i: int) -> tuple[bool, int, int]:
        return candidates.state[i] != ESTABLISHED, candidates.inode[i], candidates.state[i]

    left, right = array("I"), array("I")
    for key, ends in by_tuple.items():
        namespace, proto, local, local_port, remote, remote_port = key
        there = target[ends[0]]
        mirrored = (there, proto, remote, remote_port, local, local_port)
        if mirrored == key:
            # Connected to itself: one socket is both ends.
            left.extend(ends)
            right.extend(ends)
            continue
        if mirrored < key:
            continue
        others = by_tuple.get(mirrored)
        if others is None or target[others[0]] != namespace:
            continue
        ordered = sorted(ends, key=preference), sorted(others, key=preference)
        pairs: Iterable[tuple[int, int]] = zip(*ordered, strict=False)
        if pairing is not None and (len(ends) > 1 or len(others) > 1):
            pairs = pairing(candidates, ends, others)
        for i, j in pairs:
            left.append(i)
            right.append(j)
    return left, right


def find_tuples(
    candidates: Candidates, tuples: Sequence[tuple[int, int, int, int, int]]
) -> list[tuple[int, int]]:
    """(number of the tuple, candidate) for every candidate with one of ``tuples``, all different.

    A tuple is protocol, local address number and port, remote address number and port.
    """
    numbers = {wanted: number for number, wanted in enumerate(tuples)}
    if not numbers:
        return []
    found = []
    for i in range(len(candidates)):
        number = numbers.get(_tuple_of(candidates, i)[1:])
        if number is not None:
            found.append((number, i))
    return found


def _tuple_of(candidates: Candidates, i: int) -> tuple[int, int, int, int, int, int]:
    return (
        candidates.namespace[i],
        candidates.proto[i],
        candidates.local[i],
        candidates.local_port[i],
        candidates.remote[i],
        candidates.remote_port[i],
    )


def ends(candidates: Candidates, listener: array[int]) -> tuple[list[End], array[int]]:
    """The different ends among the candidates, and the number of each candidate's."""
    numbers: dict[End, int] = {}
    of = array("I")
    for i in range(len(candidates)):
        end = End(
            candidates.namespace[i],
            candidates.owner[i],
            listener[i],
            candidates.inode[i] == 0,
        )
        of.append(numbers.setdefault(end, len(numbers)))
    return list(numbers), of


def orient(
    candidates: Candidates,
    left: array[int],
    right: array[int],
    listener: array[int],
    first_port: array[int],
    last_port: array[int],
) -> tuple[array[int], array[int], array[int]]:
    """Client, server and whether that is known (1), for each pair (rule 11).

    The server is the one end with a listener; else the one outside the local port range of its
    namespace (``first_port`` to ``last_port``, 0 for unknown) where the other is inside its own.
    """

    def ephemeral(i: int) -> bool | None:
        namespace = candidates.namespace[i]
        if not last_port[namespace]:
            return None
        return first_port[namespace] <= candidates.local_port[i] <= last_port[namespace]

    client, server, directed = array("I"), array("I"), array("B")
    for a, b in zip(left, right, strict=True):
        listens_a, listens_b = listener[a] >= 0, listener[b] >= 0
        ephemeral_a, ephemeral_b = ephemeral(a), ephemeral(b)
        if listens_a != listens_b:
            a_serves, known = listens_a, True
        elif ephemeral_a is not None and ephemeral_b is not None and ephemeral_a != ephemeral_b:
            a_serves, known = ephemeral_b, True
        else:
            a_serves, known = False, False
        client.append(b if a_serves else a)
        server.append(a if a_serves else b)
        directed.append(known)
    return client, server, directed


def kinds(
    candidates: Candidates, client: array[int], server: array[int], queued: array[int]
) -> array[int]:
    """What kind of match each pair is: RECENT, QUEUED or RECIPROCAL."""
    found = array("B")
    for c, s in zip(client, server, strict=True):
        if candidates.state[c] == TIME_WAIT or candidates.state[s] == TIME_WAIT:
            found.append(RECENT)
        else:
            found.append(QUEUED if queued[c] or queued[s] else RECIPROCAL)
    return found


def left_over(target: array[int], joined: bytearray) -> tuple[array[int], array[int]]:
    """The candidates that are not joined: those with a target, those with an ambiguous one."""
    targeted = [i for i, n in enumerate(target) if n >= 0 and not joined[i]]
    ambiguous = [i for i, n in enumerate(target) if n == AMBIGUOUS and not joined[i]]
    return array("I", targeted), array("I", ambiguous)


def account(candidates: Candidates, target: array[int], joined: bytearray) -> Account:
    """Count every candidate: ``joined[i]`` is 1 where it has its other end, else why not."""
    counts = dict.fromkeys(Account._fields, 0)
    for i in range(len(candidates)):
        state = candidates.state[i]
        if not candidates.owner[i] and state != TIME_WAIT:
            counts["unowned"] += 1
        if joined[i]:
            counts["joined"] += 1
        elif state == TIME_WAIT:
            counts["recent"] += 1
        elif target[i] == NOBODY:
            counts["external"] += 1
        elif target[i] == AMBIGUOUS:
            counts["ambiguous"] += 1
        else:
            counts["attempt" if state == SYN_SENT else "unmatched"] += 1
    return Account(**counts)


def mark(numbers: array[int], flags: bytearray, of: array[int] | None = None) -> None:
    """Set to 1 the flag n, or ``of[n]``, for each n of ``numbers``."""
    for number in numbers:
        flags[number if of is None else of[number]] = 1


def fold(
    candidates: Candidates,
    client: array[int],
    server: array[int],
    directed: array[int],
    kind: array[int],
    place: array[int],
    process: array[int],
    with_self: bool,
    texts: Sequence[str],
) -> tuple[list[Folded], int]:
    """Fold the directed pairs by (client's place, server's place, protocol, server port, kind).

    ``place[i]`` is where the end of candidate i is drawn, ``process[i]`` who it is, negative for
    nobody. Also gives how many pairs are within one process, which are left out unless
    ``with_self``. ``texts`` are those of the known addresses; samples are sorted by them.
    """
    members: dict[tuple[int, int, int, int, int], list[int]] = {}
    within = 0
    for pair, (c, s) in enumerate(zip(client, server, strict=True)):
        if not directed[pair]:
            continue
        if process[c] == process[s] >= 0:
            within += 1
            if not with_self:
                continue
        key = (place[c], place[s], candidates.proto[s], candidates.local_port[s], kind[pair])
        members.setdefault(key, []).append(pair)

    def sample(pair: int) -> Sample:
        c, s = client[pair], server[pair]
        return (
            texts[candidates.local[c]],
            candidates.local_port[c],
            texts[candidates.local[s]],
            candidates.local_port[s],
        )

    folded = [
        Folded(*key, len(pairs), tuple(sorted(map(sample, pairs))[:SHOWN_SAMPLES]))
        for key, pairs in members.items()
    ]
    return folded, within

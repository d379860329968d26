"""One sample of one machine, as read from a snapshot file of either format.

Everything is as the target said it: nothing here is decoded, trusted or joined yet.
``None`` always means unknown.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

ByteOrder = str
"""``"little"`` or ``"big"``: the byte order of the machine that was captured."""


@dataclass(frozen=True, slots=True)
class Host:
    """Who the captured machine is."""

    name: str
    byteorder: ByteOrder
    machine_id: str | None = None
    boot_id: str | None = None
    kernel: str | None = None
    arch: str | None = None
    btime: int | None = None
    clk_tck: int | None = None


@dataclass(slots=True)
class Process:
    """One process; ``start`` in clock ticks since boot, ``uid`` the effective one.

    Not to be changed, like all of these, but not frozen: there are many, and a frozen dataclass
    takes six times as long to make.
    """

    pid: int
    ppid: int | None = None
    start: int | None = None
    comm: str | None = None
    exe: str | None = None
    uid: int | None = None
    security: str | None = None
    caps: str | None = None
    netns: int | None = None
    cgroup: str | None = None
    argv: tuple[str, ...] | None = None
    sockets: Sequence[int] = field(default_factory=lambda: array("Q"))
    pipes: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class NetworkNamespace:
    """One network namespace: its addresses, interfaces, and the texts of its tables, by name."""

    id: int | None
    name: str | None = None
    addresses: tuple[str, ...] | None = None
    ip_local_port_range: tuple[int, int] | None = None
    forwarding: bool | None = None
    tables: dict[str, str] = field(default_factory=dict)
    interfaces: dict[int, str] = field(default_factory=dict)


IMPORTED = "import"
"""What a problem is about that says what the source of an imported snapshot cannot show, or what
kind of capture it was: its ``error`` is the whole sentence."""

NOT_TOLD = "made of format 1, which does not tell what could not be read"
"""The sentence that is true of every snapshot of format 1."""

UNREADABLE_LINE = "unreadable line"
UNREADABLE_FILE = "unreadable file"
NO_OUTPUT_OF_SS = "is no output of ss"
LEFT_OUT = (UNREADABLE_LINE, UNREADABLE_FILE, NO_OUTPUT_OF_SS)
"""The ``error`` of problems of an imported snapshot that leave sockets out, of whatever table."""

NO_LISTENERS = "has no listening socket"
"""What a sentence of an imported snapshot holds whose source was asked for connections alone."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What the capture could not see: ``what`` was asked for, ``error`` the errno name."""

    what: str
    error: str
    count: int
    example: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One sample. ``source`` names it in messages: the file, with ``:N`` for line N of several."""

    source: str
    format: int
    host: Host
    processes: list[Process]
    netns: list[NetworkNamespace]
    unix_peers: list[tuple[int, int]] = field(default_factory=list)
    unix_names: list[tuple[int, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    euid: int | None = None
    cap_eff: str | None = None
    pid_namespace: int | None = None
    started: float | None = None
    finished: float | None = None

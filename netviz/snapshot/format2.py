"""Format 2, as ``netviz-capture.pyz`` writes it: a decoded document becomes a Snapshot.

docs/snapshot-format.md says what the keys mean.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from netviz.snapshot import checks
from netviz.snapshot.faults import Fault, member, mismatch, quoted
from netviz.snapshot.limits import LONGEST_NAME
from netviz.snapshot.model import Host, NetworkNamespace, Problem, Snapshot
from netviz.snapshot.processes2 import processes

VERSION = 2

MAX_PORT = 65535
MAX_CLOCK_TICKS = 10**9
MAX_TIME = 253402300799
"""The last second of the year 9999: dates end there."""

UPGRADE = "upgrade netviz: python3 -m pip install --upgrade netviz-flows"


def to_snapshot(document: dict[str, Any], source: str) -> Snapshot:
    """The snapshot of a document that has the key ``netviz_snapshot``. Raises Fault."""
    _check_version(document.get("netviz_snapshot"))
    if document.get("complete") is not True:
        raise _incomplete(document.get("complete"))
    for key in ("host", "processes", "netns"):
        checks.required(document.get(key), key)
    tool = checks.mapping(document.get("tool"), "tool")
    for key in ("version", "python"):
        checks.text(tool.get(key), f"tool.{key}")
    privileges = checks.mapping(document.get("privileges"), "privileges")
    time = checks.mapping(document.get("time"), "time")
    return Snapshot(
        source=source,
        format=VERSION,
        host=_host(checks.mapping(document["host"], "host")),
        processes=processes(checks.sequence(document["processes"], "processes")),
        netns=_namespaces(checks.sequence(document["netns"], "netns")),
        unix_peers=_unix_peers(checks.sequence(document.get("unix_peers"), "unix_peers")),
        unix_names=_unix_names(checks.sequence(document.get("unix_names"), "unix_names")),
        problems=_problems(checks.sequence(document.get("problems"), "problems")),
        euid=checks.integer(privileges.get("euid"), "privileges.euid"),
        cap_eff=checks.text(privileges.get("cap_eff"), "privileges.cap_eff"),
        pid_namespace=checks.integer(privileges.get("pid_namespace"), "privileges.pid_namespace"),
        started=_time(time.get("started"), "time.started"),
        finished=_time(time.get("finished"), "time.finished"),
    )


def _check_version(version: object) -> None:
    if type(version) is int and version > VERSION:
        raise Fault(f"format {version} was written by a newer netviz", "netviz_snapshot", UPGRADE)
    if type(version) is not int or version != VERSION:
        raise mismatch("netviz_snapshot", f"the format number {VERSION}", version)


def _incomplete(complete: object) -> Fault:
    if complete is None:
        return Fault("is missing: the capture was cut short", "complete")
    if complete is False:
        return Fault("is false: the capture was cut short", "complete")
    return mismatch("complete", "true", complete)


def _host(host: dict[str, Any]) -> Host:
    name = checks.text(checks.required(host.get("name"), "host.name"), "host.name", LONGEST_NAME)
    byteorder = checks.required(host.get("byteorder"), "host.byteorder")
    if byteorder not in ("little", "big"):
        raise mismatch("host.byteorder", '"little" or "big"', byteorder)
    return Host(
        name=name or "",
        byteorder="big" if byteorder == "big" else "little",
        machine_id=checks.text(host.get("machine_id"), "host.machine_id"),
        boot_id=checks.text(host.get("boot_id"), "host.boot_id"),
        kernel=checks.text(host.get("kernel"), "host.kernel"),
        arch=checks.text(host.get("arch"), "host.arch"),
        btime=checks.integer(host.get("btime"), "host.btime"),
        clk_tck=checks.integer(host.get("clk_tck"), "host.clk_tck", 1, MAX_CLOCK_TICKS),
    )


def _time(value: object, where: str) -> float | None:
    if value is None:
        return None
    if type(value) in (int, float) and 0 <= value <= MAX_TIME:  # type: ignore[operator]
        return float(value)  # type: ignore[arg-type]
    raise mismatch(where, f"seconds since 1970, from 0 to {MAX_TIME}", value)


def _namespaces(entries: list[Any]) -> list[NetworkNamespace]:
    return [_namespace(entry, f"netns[{index}]") for index, entry in enumerate(entries)]


def _namespace(entry: object, where: str) -> NetworkNamespace:
    if not isinstance(entry, dict):
        raise mismatch(where, "an object", entry)
    return NetworkNamespace(
        id=checks.integer(entry.get("id"), f"{where}.id"),
        name=checks.text(entry.get("name"), f"{where}.name", LONGEST_NAME),
        addresses=_addresses(entry.get("addresses"), f"{where}.addresses"),
        ip_local_port_range=_ports(
            entry.get("ip_local_port_range"), f"{where}.ip_local_port_range"
        ),
        forwarding=checks.boolean(entry.get("forwarding"), f"{where}.forwarding"),
        tables=_tables(checks.mapping(entry.get("tables"), f"{where}.tables"), f"{where}.tables"),
        interfaces=_interfaces(entry.get("interfaces"), f"{where}.interfaces"),
    )


def _interfaces(value: object, where: str) -> dict[int, str]:
    found = {}
    for number, pair in enumerate(checks.sequence(value, where)):
        place = f"{where}[{number}]"
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[1], str):
            raise mismatch(place, "an index and a name", pair)
        checks.text(pair[1], f"{place}[1]", LONGEST_NAME)
        index = checks.integer(checks.required(pair[0], f"{place}[0]"), f"{place}[0]")
        found[index or 0] = pair[1]
    return found


def _tables(tables: dict[str, Any], where: str) -> dict[str, str]:
    for name, table in tables.items():
        checks.text(table, member(where, name), None)
    return {name: table for name, table in tables.items() if table is not None}


def _addresses(value: object, where: str) -> tuple[str, ...] | None:
    if value is None:
        return None
    addresses = checks.sequence(value, where)
    for index, address in enumerate(addresses):
        if not isinstance(address, str):
            raise mismatch(f"{where}[{index}]", "an address", address)
        if not is_address(address):
            raise Fault(f"{quoted(address)} is no IP address", f"{where}[{index}]")
    return tuple(addresses)


def is_address(text: str) -> bool:
    """Whether ``text`` is an IPv4 or IPv6 address, with or without a prefix length."""
    bare, slash, prefix = text.partition("/")
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return False
    if "%" in bare:
        return False
    if not slash:
        return True
    digits = prefix.isascii() and prefix.isdecimal() and len(prefix) <= 3
    return digits and int(prefix) <= address.max_prefixlen


def _ports(value: object, where: str) -> tuple[int, int] | None:
    if value is None:
        return None
    ports = checks.sequence(value, where)
    if len(ports) != 2:
        raise mismatch(where, "the first and the last port", value)
    first, last = (
        checks.integer(checks.required(port, f"{where}[{index}]"), f"{where}[{index}]", 0, MAX_PORT)
        for index, port in enumerate(ports)
    )
    return (first or 0, last or 0)


def _unix_peers(entries: list[Any]) -> list[tuple[int, int]]:
    if not checks.are_pairs(entries):
        for index, entry in enumerate(entries):
            if not isinstance(entry, list) or len(entry) != 2:
                raise mismatch(f"unix_peers[{index}]", "an inode and its peer's", entry)
    for side in (0, 1):
        checks.known_integers(
            [entry[side] for entry in entries],
            lambda index, side=side: f"unix_peers[{index}][{side}]",  # type: ignore[misc]
        )
    return [(inode, peer) for inode, peer in entries]


def _unix_names(entries: list[Any]) -> list[tuple[int, str]]:
    for index, entry in enumerate(entries):
        where = f"unix_names[{index}]"
        if not isinstance(entry, list) or len(entry) != 2:
            raise mismatch(where, "an inode and a name", entry)
        checks.integer(checks.required(entry[0], f"{where}[0]"), f"{where}[0]")
        checks.text(checks.required(entry[1], f"{where}[1]"), f"{where}[1]")
    return [(inode, name) for inode, name in entries]


def _problems(entries: list[Any]) -> list[Problem]:
    return [_problem(entry, f"problems[{index}]") for index, entry in enumerate(entries)]


def _problem(entry: object, where: str) -> Problem:
    if not isinstance(entry, dict):
        raise mismatch(where, "an object", entry)
    count = checks.integer(entry.get("count"), f"{where}.count")
    return Problem(
        what=checks.text(entry.get("what"), f"{where}.what") or "unknown",
        error=checks.text(entry.get("error"), f"{where}.error") or "unknown",
        count=1 if count is None else count,
        example=checks.text(entry.get("example"), f"{where}.example"),
    )

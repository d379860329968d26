"""An sosreport into a machine: sockets as ss (else netstat) told them, and who the processes are.

Where its files are is decided by the plugins networking, process, host and systemd of sos: the
output of a command is in ``sos_commands/PLUGIN/COMMAND_WITH_UNDERSCORES``, copied files keep their
paths.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from netviz.capture.namespace_writer import parse_forwarding
from netviz.capture.processes import effective_uid, status_field
from netviz.errors import SourceError
from netviz.importing import netstat, ss
from netviz.importing.ip_addr import parse_ip_addr
from netviz.importing.machine import ImportedMachine, ImportedNamespace
from netviz.importing.ps import read_ps
from netviz.importing.report_files import report_files
from netviz.importing.texts import U32, decimal
from netviz.snapshot.faults import escaped
from netviz.snapshot.model import NO_OUTPUT_OF_SS

NETWORKING = "sos_commands/networking/"

_NETWORKING = re.compile(
    rf"{NETWORKING}(?:namespaces/(?P<folder>[^/]+)/)?(?:ip_netns_exec_(?P<netns>.+?)_)?"
    r"(?:(?P<ss>ss_-[a-zA-Z]*)|(?P<netstat>netstat_(?:-[WT]_)?-neopa)"
    r"|(?P<addresses>ip_(?:-o_|-d_)?addr(?:ess)?(?:_show)?))"
)
_STATUS = re.compile(r"proc/([0-9]+)/status")
_OWN_TABLES = re.compile(r"proc/([0-9]+/|self/|)net/(snmp|nf_conntrack)")
_PS = re.compile(r"sos_commands/process/ps_[^/]*")
_NAME = ("sos_commands/host/hostname", "etc/hostname")
_MACHINE_ID = "etc/machine-id"
_HOSTNAMECTL = "sos_commands/host/hostnamectl_status"
_TOLD_MACHINE_ID = re.compile(r"^\s*Machine ID: ([0-9a-f]{32})$", re.MULTILINE)


class Report(NamedTuple):
    """What a report says of who its machine is; ``limits`` is what it does not show."""

    name: str | None
    machine_id: str | None
    limits: str


def is_wanted(path: str) -> bool:
    """Whether a file of a report is read."""
    return path in (*_NAME, _MACHINE_ID, _HOSTNAMECTL) or any(
        pattern.fullmatch(path) for pattern in (_NETWORKING, _STATUS, _OWN_TABLES, _PS)
    )


def read_sosreport(machine: ImportedMachine, path: str) -> Report:
    """Add what the report in a folder or an archive says. Raises SourceError."""
    files = report_files(path, is_wanted)
    used = set()
    own = machine.namespace()
    for name, texts in sorted(_by_namespace(files).items()):
        namespace = machine.namespace(name) if name else own
        used.add(_read_sockets(machine, namespace, texts))
        _read_addresses(namespace, texts)
    used.discard("")
    if not used:
        advice = f"a report has it in {NETWORKING}ss_-peaonmi"
        raise SourceError(escaped(path), "holds no output of ss or netstat", advice)
    _read_processes(machine, files)
    _read_own_tables(own, files)
    sources = " and ".join(sorted(used, reverse=True))
    limits = ", ".join(_limits(machine, own, used))
    return Report(
        next((line for file in _NAME if (line := _first_line(files.get(file)))), None),
        _machine_id(files),
        f"imported from an sosreport ({sources}), which does not show {limits}",
    )


def _limits(machine: ImportedMachine, own: ImportedNamespace, used: set[str]) -> Iterator[str]:
    """What this report does not show."""
    yield "when processes were started"
    yield "their executables"
    if all(process.cgroup is None for process in machine.processes.values()):
        yield "their units and containers"
    yield "whose sockets sos was not allowed to see"
    yield "the range of local ports"
    if "nf_conntrack" not in own.texts:
        yield "translations"
    if own.forwarding is None:
        yield "whether the machine forwards"
    if "netstat" in used:
        yield netstat.LIMITS


class _Texts(NamedTuple):
    """The outputs of one namespace: path and text of each."""

    ss: list[tuple[str, str]]
    netstat: list[tuple[str, str]]
    addresses: list[tuple[str, str]]


def _by_namespace(files: Mapping[str, str]) -> dict[str, _Texts]:
    """By name; that of the machine's own is empty."""
    found: dict[str, _Texts] = {}
    for path, text in sorted(files.items()):
        output = _NETWORKING.fullmatch(path)
        if output is None or not text.strip():
            continue
        texts = found.setdefault(output["folder"] or output["netns"] or "", _Texts([], [], []))
        for kind in ("ss", "netstat", "addresses"):
            if output[kind] is not None:
                getattr(texts, kind).append((path, text))
    return found


def _read_sockets(machine: ImportedMachine, namespace: ImportedNamespace, texts: _Texts) -> str:
    """Which command told of the sockets of a namespace, empty for none."""
    for path, text in texts.ss:
        try:
            ss.read_ss(machine, namespace, text, path)
        except SourceError:
            machine.unread.count(path, NO_OUTPUT_OF_SS, text.strip().split("\n")[0])
        else:
            return "ss"
    for path, text in texts.netstat[:1]:
        netstat.read_netstat(machine, namespace, text, path)
        return "netstat"
    return ""


def _read_addresses(namespace: ImportedNamespace, texts: _Texts) -> None:
    for path, text in texts.addresses:
        try:
            found = parse_ip_addr(text, path)
        except SourceError:
            continue  # the addresses of its sockets stand in
        namespace.addresses = tuple(dict.fromkeys([*(namespace.addresses or ()), *found]))


def _read_processes(machine: ImportedMachine, files: Mapping[str, str]) -> None:
    for path, text in sorted(files.items()):
        if _PS.fullmatch(path):
            read_ps(machine, text)
    for path, text in sorted(files.items()):
        status = _STATUS.fullmatch(path)
        pid = decimal(status[1], U32) if status else None
        if pid is None or pid not in machine.processes or not text:
            continue
        process, lines = machine.process(pid), text.encode()
        process.ppid = decimal(status_field(lines, b"PPid:"), U32)
        process.uid = effective_uid(lines)
        process.caps = status_field(lines, b"CapEff:")


def _read_own_tables(namespace: ImportedNamespace, files: Mapping[str, str]) -> None:
    """Whether the machine forwards, and its translations, as sos itself saw them in /proc/net.

    That is a link to the folder of its own process, of which reports have no other.
    """
    tables = {path: found for path in files if (found := _OWN_TABLES.fullmatch(path))}
    if len({found[1] for found in tables.values()}) != 1:
        return
    for path, found in tables.items():
        if found[2] == "snmp":
            namespace.forwarding = parse_forwarding(files[path].encode())
        elif files[path]:
            namespace.texts["nf_conntrack"] = files[path]


def _machine_id(files: Mapping[str, str]) -> str | None:
    told = _TOLD_MACHINE_ID.search(files.get(_HOSTNAMECTL, ""))
    return _first_line(files.get(_MACHINE_ID)) or (told[1] if told else None)


def _first_line(text: str | None) -> str | None:
    return (text or "").strip().split("\n")[0].strip() or None

"""Which machines are asked: how they are named on the command line and in files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from netviz.errors import NetvizError, SourceError
from netviz.snapshot.faults import Fault, quoted
from netviz.snapshot.files import read_written, shown_name, told

LONGEST_NAME = 200
"""Characters that a name may have as the name of a file; most file systems take 255 bytes."""

MOST_HOSTS = 100_000

SUFFIX = ".json.gz"

# What ssh itself refuses in a host name since 9.6, because %h in a ProxyCommand is read by a shell.
_NOT_IN_A_NAME = re.compile(r"[\s'`\"$\\;&<>|(){}!*?#]|[^\x20-\x7e\u00a0-\U0010ffff]")
_PLAIN = re.compile(rb"[A-Za-z0-9._@:,+\[\]-]")


class HostNameError(NetvizError):
    """A text that names no host; it says which and why."""


@dataclass(frozen=True, slots=True)
class Host:
    """A machine to ask. ``name`` is what the person calls it, ``address`` what ssh is told.

    ``user`` and ``port`` are None where the person's ssh configuration decides.
    """

    name: str
    address: str
    user: str | None = None
    port: int | None = None


def parse_host(text: str) -> Host:
    """A host as ssh takes it: ``[USER@]HOST`` or ``ssh://[USER@]HOST[:PORT]``. HostNameError."""
    check_name(text)
    return Host(text, text)


def check_name(text: str) -> None:
    """HostNameError where ``text`` could mean something else to ssh, or to a shell."""
    if not text:
        raise HostNameError("a host name is empty")
    if text.startswith("-") or "@-" in text or "//-" in text:
        raise HostNameError(f"{quoted(text)} is no host: a name does not begin with -")
    bad = _NOT_IN_A_NAME.search(text)
    if bad:
        raise HostNameError(f"{quoted(text)} is no host: {quoted(bad.group())} is in it")
    if len(file_name(text)) > LONGEST_NAME + len(SUFFIX):
        raise HostNameError(f"{quoted(text)} is no host: it is too long")


def file_name(name: str) -> str:
    """The name of the file that the snapshot of a host goes to.

    What is not common in file names is written as ``%XX``, so two hosts never share a file.
    """
    text = name.removeprefix("ssh://").encode("utf-8", "surrogateescape")
    parts = [text[n : n + 1] for n in range(len(text))]
    safe = "".join(
        part.decode() if _PLAIN.fullmatch(part) and (n or part != b".") else f"%{part[0]:02X}"
        for n, part in enumerate(parts)
    )
    return safe + SUFFIX


def read_hosts(path: str) -> list[Host]:
    """The hosts in a file: one a line, nothing after ``#``. Raises NetvizError."""
    hosts = []
    for number, line in enumerate(read_text(path).split("\n"), 1):
        name = line.partition("#")[0].strip()
        if not name:
            continue
        try:
            hosts.append(parse_host(name))
        except HostNameError as error:
            raise NetvizError(f"{shown_name(path)}: line {number}: {error}") from error
    if not hosts:
        raise NetvizError(f"{shown_name(path)}: names no host\n  write one a line, such as web1")
    return hosts


def read_text(path: str) -> str:
    """The text of a file that the person wrote. Raises NetvizError."""
    try:
        return read_written(path, "utf-8-sig")
    except Fault as fault:
        raise SourceError(*told(path, fault)) from None
    except ValueError as error:
        raise NetvizError(f"{shown_name(path)}: is no UTF-8 text") from error


def each_once(hosts: Iterable[Host]) -> list[Host]:
    """The hosts in their order, without repeats. NetvizError where two go to one file."""
    by_file: dict[str, Host] = {}
    for host in hosts:
        before = by_file.setdefault(file_name(host.name), host)
        if before != host:
            raise NetvizError(
                f"{host.name} is named twice, with another address, user or port"
                "\n  name it once: on the command line, in --hosts or in --inventory"
            )
    return list(by_file.values())

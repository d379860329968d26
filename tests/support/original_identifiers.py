"""What a snapshot holds that names somebody, in every form in which it could come out again.

Read off the document as it is, by splitting texts: nothing here is shared with the loader, the
parsers or with what replaces names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

COMMON = frozenset(
    {"", "0", "1", "lo", "init.scope", "system.slice", "user.slice", "machine.slice", "docker"}
    | {"bin", "dev", "etc", "home", "lib", "local", "log", "opt", "proc", "root", "run", "sbin"}
    | {"snap", "tmp", "usr", "var", "share", "libexec", "lib64", "unconfined", "supervisor"}
    | {"gunicorn.service"}
    | {"python3", "python3.11", "python3.12", "python3.13", "gunicorn", "java", "uwsgi"}
    | {"beam.smp", "enforce", "complain", "docker-default", "python", "node", "perl", "ruby"}
)
"""Words that every system has; docs/anonymize.md says that they stay."""

KEPT = tuple(
    map(
        IPv6Network,
        (
            *("::/127", "::ffff:0.0.0.0/128", "::ffff:127.0.0.0/104"),
            *("::ffff:224.0.0.0/120", "::ffff:255.255.255.255/128"),
            *(f"ff0{scope}::/111" for scope in "0123456789abcdef"),
        ),
    )
)
"""Addresses that mean the same everywhere, those of IPv4 as IPv6 has them."""

Address = IPv4Address | IPv6Address

_DOTTED = re.compile(r"(?<![0-9A-Za-z.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9A-Za-z.])")
_COLONS = re.compile(r"(?<![0-9A-Za-z:])[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(?![0-9A-Za-z:])")
_HEX_END = re.compile(r"\b([0-9A-F]{32}|[0-9A-F]{8}):[0-9A-F]{4}\b")
WHOLE = re.compile(
    r"init\.scope|(system|user|machine)\.slice|user[-@][0-9]+\.(slice|service)|name=systemd"
)
"""Words that stay as a whole, and whose parts may be names elsewhere: a process called init."""

_ROOTS = re.compile(r"user-0(\.slice)?|session-[0-9]+(\.scope)?")
"""Control groups of root's logins, whose number says nothing."""


def names_of(document: dict[str, Any]) -> set[str]:
    """Names, paths and their parts, ids, labels: of either format."""
    if "net" in document:
        return {name for name in _format_1(document) if not _is_common(name)}
    host = document["host"]
    found = {host["name"], host.get("machine_id"), host.get("boot_id")}
    for process in document["processes"]:
        found |= {process.get("comm"), *(process.get("argv") or ())}
        found |= set(_parts(process.get("exe")))
        found |= set(_parts(process.get("security")))
        for line in (process.get("cgroup") or "").split("\n"):
            found |= set(_parts(line.rpartition(":")[2]))
    for namespace in document["netns"]:
        found |= {namespace.get("name")}
        found |= {name for _, name in namespace.get("interfaces") or ()}
        for line in namespace["tables"].get("unix", "").split("\n")[1:]:
            found |= set(_parts(line.split(" ", 7)[-1] if line.count(" ") > 6 else ""))
    for _, name in document.get("unix_names") or ():
        found |= set(_parts(name))
    for problem in document.get("problems") or ():
        found |= {problem.get("example")}
    return {name for name in found if name and not _is_common(name)}


def addresses_of(document: dict[str, Any]) -> set[Address]:
    """Every address, but for those that mean the same everywhere."""
    found: set[Address] = set()
    if "net" in document:
        ends = [s.get(end) for s in document["net"].values() for end in ("local", "remote")]
        texts = [end[0] for end in ends if isinstance(end, list)]
        swapped = [_swapped(ip_address(text)) for text in texts]
        return {one for one in swapped if not _is_kept(one)}
    little = document["host"]["byteorder"] == "little"
    for namespace in document["netns"]:
        for text in namespace["addresses"] or ():
            found.add(ip_address(text.partition("/")[0]))
        for name, table in namespace["tables"].items():
            if name == "nf_conntrack" or name.startswith("sctp/"):
                found |= set(_texts(table))
            elif name not in ("unix", "packet"):
                found |= {_from_hex(digits, little) for digits in _HEX_END.findall(table)}
    return {one for one in found if not _is_kept(one)}


def forms(address: Address) -> set[str]:
    """How an address can be written: dotted, with colons, mapped, in hex of either byte order."""
    packed = address.packed
    mapped = address.version == 6 and address.ipv4_mapped
    if mapped:
        return forms(mapped)
    words = [packed[start : start + 4] for start in range(0, len(packed), 4)]
    reverse = b"".join(word[::-1] for word in words).hex()
    found = {str(address), packed.hex(), reverse, reverse.upper(), packed.hex().upper()}
    if isinstance(address, IPv6Address):
        found |= {address.exploded, address.compressed.upper(), address.exploded.upper()}
    else:
        high, low = packed[:2].hex(), packed[2:].hex()
        for wide in (f"::ffff:{address}", f"::ffff:{high}:{low}"):
            found |= {wide, wide.upper()}
    return found


def leaks(written: bytes, names: Iterable[str], addresses: Iterable[Address]) -> list[str]:
    """Which of them stand in what was written, as words of their own."""
    text = written.decode()
    # The text of tables stands in JSON, where a line ends with the two characters \n.
    text = text.replace("\\n", "\n").replace("\\\\", "\\").replace('\\"', '"')
    text = re.sub('"[a-z0-9_/]+":', "", text)  # keys
    text = WHOLE.sub("", text)
    return sorted(
        one
        for one in {*names, *(form for address in addresses for form in forms(address))}
        if re.search(rf"(?<![0-9A-Za-z]){re.escape(one)}(?![0-9A-Za-z])", text)
    )


def words(written: bytes) -> set[str]:
    """All words of two letters or more; digits of numbers in either base are none."""
    text = written.decode().replace("\\n", "\n").replace("\\t", "\t")
    found = re.findall(r"[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]+", text)
    return {word for word in found if not re.fullmatch("[0-9A-Fa-f]+", word)}


def _parts(text: str | None) -> Iterator[str]:
    """The text, and its parts between slashes, at signs, colons, dots of units and blanks."""
    text = text or ""
    yield text.removeprefix("@")
    for part in re.split(r"[/@:]", text):
        yield part
        name, dot, kind = part.rpartition(".")
        if dot and kind in ("service", "scope", "slice", "socket", "mount", "sock"):
            yield name
    for id_ in re.findall(r"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{32})(?![0-9a-f])", text):
        yield id_
        yield id_[:12]
    yield from (word for word in re.split(r"[^A-Za-z0-9_.-]", text) if len(word) > 3)


def _is_common(name: str) -> bool:
    """Whether a name is made of nothing but numbers and words that every system has."""
    parts = re.split(r"[/:]", name)
    return all(part in COMMON or part.isdecimal() or _ROOTS.fullmatch(part) for part in parts)


def _format_1(document: dict[str, Any]) -> Iterator[str]:
    for process in document["processes"].values():
        yield process.get("cmd") or ""
        yield from _parts(process.get("selinux"))
    for socket in document["net"].values():
        yield from _parts(socket.get("path"))


def _texts(table: str) -> Iterator[Address]:
    for text in [*_DOTTED.findall(table), *_COLONS.findall(table)]:
        try:
            yield ip_address(text)
        except ValueError:
            continue


def _from_hex(digits: str, little: bool) -> Address:
    packed = bytes.fromhex(digits)
    if little:
        packed = b"".join(packed[at : at + 4][::-1] for at in range(0, len(packed), 4))
    return ip_address(packed)


def _swapped(address: Address) -> Address:
    """The true address of format 1, whose 32-bit words stand in pairs the wrong way round."""
    packed = address.packed
    if len(packed) == 4:
        return address
    return ip_address(packed[4:8] + packed[:4] + packed[12:] + packed[8:12])


def _is_kept(address: Address) -> bool:
    wide = IPv6Address(f"::ffff:{address}") if address.version == 4 else address
    return any(wide in network for network in KEPT)

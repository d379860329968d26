"""The map of a group: the secret, and everything that stands for something, as a JSON document.

    {"netviz_map": 1, "key": "64 hexadecimal digits",
     "names": {"host": {"web1": "host-1"}, ...},
     "users": {"1000": 1001}, "addresses": {"10.0.0.5": "10.93.1.7"}}

Whoever has it can undo the replacement.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from netviz.addresses import format_address, parse_address
from netviz.anonymize.names import DIGITS, NUMBERED
from netviz.anonymize.pseudonyms import KEY_SIZE, Pseudonyms
from netviz.anonymize.users import FIRST, MOST
from netviz.errors import NetvizError
from netviz.snapshot import checks
from netviz.snapshot.documents import decode
from netviz.snapshot.faults import Fault, escaped, member, mismatch, quoted
from netviz.snapshot.files import read
from netviz.snapshot.strict_json import CUT_SHORT

VERSION = 1

ADVICE = "give the file that --map wrote for this group, or the name of a new one"


class MapError(NetvizError):
    """A map that cannot be read or used: says which, where and what is wrong."""


def read_map(path: str) -> Pseudonyms | None:
    """What a map says; None where there is no such file. Raises MapError."""
    try:
        if not Path(path).exists():
            return None
        content = read(path)
        if not content.strip():
            raise Fault("is empty")
        return _pseudonyms(decode(content))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise MapError(f"{escaped(path)}: the map cannot be read: {reason}") from error
    except Fault as fault:
        place = f"{escaped(path)}: {fault.where}".removesuffix(": ")
        # What the fault says of captures is not so of a map.
        what = "is cut short" if fault.what == CUT_SHORT else fault.what
        raise MapError(f"{place}: {what}\n  {ADVICE}") from None


def written_map(pseudonyms: Pseudonyms) -> bytes:
    """The document of a map, a line for each entry."""
    document = {
        "netviz_map": VERSION,
        "key": pseudonyms.key.hex(),
        "names": pseudonyms.names.replaced,
        "users": {str(uid): number for uid, number in pseudonyms.users.replaced.items()},
        "addresses": {
            format_address(address): format_address(number)
            for address, number in pseudonyms.addresses.replaced.items()
        },
    }
    return json.dumps(document, indent=1).encode() + b"\n"


def _pseudonyms(value: object) -> Pseudonyms:
    if not isinstance(value, dict) or "netviz_map" not in value:
        raise Fault("is no map of netviz anonymize")
    if value["netviz_map"] != VERSION:
        raise mismatch("netviz_map", f"the number {VERSION}", value["netviz_map"])
    kinds = checks.mapping(value.get("names"), "names")
    for kind in kinds:
        if kind not in NUMBERED and kind not in DIGITS:
            what = "is no kind of name; a newer netviz may have written it"
            raise Fault(what, member("names", kind))
    pseudonyms = Pseudonyms(
        _key(value.get("key")),
        {kind: _numbered(kind, kinds[kind]) for kind in kinds if kind in NUMBERED},
        _users(checks.mapping(value.get("users"), "users")),
    )
    for kind in DIGITS:
        where = member("names", kind)
        for name, replaced in checks.mapping(kinds.get(kind), where).items():
            _check_key(pseudonyms.names.digits(kind, name), replaced, member(where, name))
    for text, replaced in checks.mapping(value.get("addresses"), "addresses").items():
        where = member("addresses", text)
        try:
            made = pseudonyms.addresses.text(parse_address(text))
        except ValueError:
            raise Fault(f"{quoted(text)} is no IP address", "addresses") from None
        _check_key(made, replaced, where)
    return pseudonyms


def _key(value: object) -> bytes:
    text = checks.text(checks.required(value, "key"), "key") or ""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_SIZE:
        raise Fault(f"is not {2 * KEY_SIZE} hexadecimal digits", "key")  # it is secret: not shown
    return key


def _numbered(kind: str, value: object) -> dict[str, str]:
    """The names of a kind that are numbered."""
    where = member("names", kind)
    names = checks.mapping(value, where)
    for name, replaced in names.items():
        if not isinstance(replaced, str) or not re.fullmatch(f"{kind}-[0-9]{{1,18}}", replaced):
            raise mismatch(member(where, name), f"{kind}- and a number", replaced)
    _check_distinct(names, where)
    return names


def _users(users: Mapping[str, Any]) -> dict[int, int]:
    found = {}
    for text, number in users.items():
        where = member("users", text)
        if not (text.isascii() and text.isdecimal()) or len(text) > 20:
            raise Fault(f"{quoted(text)} is no user id", "users")
        checks.integer(checks.required(number, where), where, FIRST, MOST)
        found[int(text)] = number
    _check_distinct(found, "users")
    return found


def _check_distinct(replaced: Mapping[Any, Any], where: str) -> None:
    if len(set(replaced.values())) != len(replaced):
        raise Fault("two stand for the same", where)


def _check_key(made: str, replaced: object, where: str) -> None:
    """What depends on the key alone is as it says, or it is the key of another group."""
    if made != replaced:
        raise Fault("does not come of the key", where)

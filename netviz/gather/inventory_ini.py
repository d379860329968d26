"""Groups from an Ansible inventory in its own INI format."""

from __future__ import annotations

import re
import shlex

from netviz.gather.inventory import ADVICE, ALL, Group, Groups, InventoryError, Variables
from netviz.gather.ranges import expanded

UNGROUPED = "ungrouped"
"""The group of hosts that stand before every heading."""

SECTIONS = ("hosts", "vars", "children")

_HEADING = re.compile(r"\[([^:\]]+)(?::([^\]]*))?\]\s*(?:[#;].*)?")


def parse_ini(text: str) -> Groups:
    """The groups in ``text``. Raises InventoryError."""
    groups: Groups = {ALL: Group()}
    group, section = groups.setdefault(UNGROUPED, Group()), "hosts"
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if not line or line[0] in "#;":
            continue
        try:
            heading = _HEADING.fullmatch(line)
            if heading:
                section = heading.group(2) or "hosts"
                if section not in SECTIONS:
                    raise ValueError(f"{section} is none of {', '.join(SECTIONS)}")
                group = groups.setdefault(heading.group(1), Group())
            elif section == "hosts":
                _add_hosts(group, line)
            elif section == "vars":
                group.variables.update([_variable(line)])
            else:
                child = line.partition("#")[0].strip()
                groups.setdefault(child, Group())
                group.children.append(child)
        except ValueError as error:
            raise InventoryError(f"line {number}: {error}\n  {ADVICE}") from error
    return groups


def _add_hosts(group: Group, line: str) -> None:
    pattern, *assignments = shlex.split(line, comments=True)
    variables: Variables = dict(map(_variable, assignments))
    for host in expanded(pattern):
        group.hosts.setdefault(host, {}).update(variables)


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ValueError(f"{text} is no NAME=VALUE")
    return name.strip(), value.strip().strip("'\"")

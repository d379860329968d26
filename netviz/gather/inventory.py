"""The hosts of an Ansible inventory, with the three variables that say how to reach them.

Ansible's documentation ("How to build your inventory") says what is read here: groups, children,
ranges, and variables of hosts and of groups, of which the nearest counts. Not read: folders
``host_vars`` and ``group_vars``, templates, and programs that print an inventory. Ansible itself
writes all of those down: ``ansible-inventory --list --yaml``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from netviz.errors import NetvizError
from netviz.gather.host import Host, HostNameError, check_name, read_text
from netviz.snapshot.files import shown_name

ADVICE = "let Ansible write it down plainly: ansible-inventory --list --yaml > hosts.yml"

ADDRESS, USER, PORT = "ansible_host", "ansible_user", "ansible_port"

OLDER_NAMES = {"ansible_ssh_host": ADDRESS, "ansible_ssh_user": USER, "ansible_ssh_port": PORT}
"""How the variables were called before Ansible 2.0; they still work there."""

ALL = "all"

Variables = dict[str, object]


class InventoryError(NetvizError):
    """An inventory that cannot be used; the text has no name of a file yet."""


@dataclass(slots=True)
class Group:
    """A group: the variables that it gives, its hosts with theirs, and the groups in it."""

    variables: Variables = field(default_factory=dict)
    hosts: dict[str, Variables] = field(default_factory=dict)
    children: list[str] = field(default_factory=list)


Groups = dict[str, Group]


def read_inventory(path: str) -> list[Host]:
    """The hosts of the inventory in a file: YAML by its ending, else INI. Raises NetvizError."""
    if Path(path).is_dir():
        raise NetvizError(f"{shown_name(path)}: is a directory\n  {ADVICE}")
    text = read_text(path)
    try:
        hosts = hosts_of(_groups(path, text))
    except InventoryError as error:
        raise NetvizError(f"{shown_name(path)}: {error}") from error
    if not hosts:
        raise NetvizError(f"{shown_name(path)}: names no host\n  {ADVICE}")
    return hosts


def _groups(path: str, text: str) -> Groups:
    if text.startswith("#!"):
        raise InventoryError(f"is a program that prints an inventory\n  {ADVICE}")
    if Path(path).suffix in {".yml", ".yaml", ".json"}:
        from netviz.gather.inventory_yaml import parse_yaml  # PyYAML is not always there

        return parse_yaml(text)
    from netviz.gather.inventory_ini import parse_ini

    return parse_ini(text)


def hosts_of(groups: Groups) -> list[Host]:
    """Every host of the groups, in their order, as the nearest variables say. InventoryError.

    A host's own variables count before those of its groups, and of these the ones of a group that
    is inside of another before the other's.
    """
    depths = _depths(groups)
    known: dict[str, Variables] = {}
    for name in sorted(groups, key=lambda name: depths[name]):
        for host in _hosts_below(groups, name):
            known.setdefault(host, {}).update(groups[name].variables)
    for group in groups.values():
        for host, variables in group.hosts.items():
            known[host].update(variables)
    order = dict.fromkeys(host for group in groups.values() for host in group.hosts)
    return [_host(name, known[name]) for name in order]


def _depths(groups: Groups) -> dict[str, int]:
    """How many groups each group is inside of, at most. InventoryError where that has no end."""
    depths = {name: int(name != ALL) for name in groups}
    for _ in groups:
        changed = False
        for name, group in groups.items():
            for child in group.children:
                if depths[child] <= depths[name]:
                    depths[child] = depths[name] + 1
                    changed = True
        if not changed:
            return depths
    raise InventoryError(f"a group is inside of itself\n  {ADVICE}")


def _hosts_below(groups: Groups, name: str) -> Iterator[str]:
    if name == ALL:
        for group in groups.values():
            yield from group.hosts
        return
    found, waiting = {name}, [name]
    while waiting:
        group = groups[waiting.pop()]
        yield from group.hosts
        waiting += [child for child in group.children if child not in found]
        found.update(group.children)


def _host(name: str, variables: Variables) -> Host:
    """Raises InventoryError."""
    variables = {OLDER_NAMES.get(key, key): value for key, value in variables.items()}
    address = _text(name, ADDRESS, variables) or name
    user = _text(name, USER, variables)
    try:
        for given in filter(None, (name, address, user)):
            check_name(given)
    except HostNameError as error:
        raise InventoryError(f"host {name}: {error}") from error
    return Host(name, address, user, _port(name, variables))


def _text(host: str, variable: str, variables: Variables) -> str | None:
    value = variables.get(variable)
    if value is None:
        return None
    if not isinstance(value, str) or "{{" in value:
        raise InventoryError(f"host {host}: {variable} is no plain text\n  {ADVICE}")
    return value


def _port(host: str, variables: Variables) -> int | None:
    value = variables.get(PORT)
    if value is None:
        return None
    text = str(value)
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and 0 < int(text) < 65536):
        raise InventoryError(f"host {host}: {PORT} is no port from 1 to 65535\n  {ADVICE}")
    return int(text)

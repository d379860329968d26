"""Groups from an Ansible inventory in YAML."""

from __future__ import annotations

from collections import deque

from netviz.errors import NetvizError
from netviz.gather.inventory import ADVICE, ALL, Group, Groups, InventoryError, Variables
from netviz.gather.ranges import expanded

MOST_TEXT = 16 * 2**20
"""Characters of an inventory that are read."""

MOST_ENTRIES = 1_000_000
"""Hosts and groups, each counted wherever it stands."""

KEYS = {"hosts", "vars", "children"}


def parse_yaml(text: str) -> Groups:
    """The groups in ``text``. Raises InventoryError, NetvizError where PyYAML is missing."""
    document = _document(text)
    if not isinstance(document, dict):
        raise InventoryError(f"is no Ansible inventory: it holds no groups\n  {ADVICE}")
    if "_meta" in document:
        raise InventoryError(f"is what a program printed for Ansible, without --yaml\n  {ADVICE}")
    groups: Groups = {ALL: Group()}
    waiting = deque((str(name), body) for name, body in document.items())
    entries = 0
    while waiting:
        name, body = waiting.popleft()
        waiting += _add(groups.setdefault(name, Group()), name, body)
        # With aliases a small file can stand for a huge inventory, or for one without an end.
        entries += 1 + len(groups[name].hosts) + len(groups[name].children)
        if entries > MOST_ENTRIES:
            raise InventoryError(f"has more than {MOST_ENTRIES} groups and hosts")
    return groups


def _document(text: str) -> object:
    try:
        import yaml
    except ImportError:
        raise NetvizError(
            "an inventory in YAML needs PyYAML, which is not installed"
            "\n  pip install 'netviz-flows[inventory]', or give the hosts with --hosts FILE"
        ) from None

    class Loader(yaml.SafeLoader):
        """Makes plain values, and nothing of what has a tag of its own."""

    # A value that Ansible decrypts or takes literally is none of the three that count here.
    Loader.add_multi_constructor("!", lambda loader, suffix, node: None)
    if len(text) > MOST_TEXT:
        raise InventoryError(f"has more than {MOST_TEXT} characters")
    try:
        document: object = yaml.load(text, Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or "cannot be understood"
        raise InventoryError(f"{place}is no YAML: {problem}") from error
    except (RecursionError, ValueError) as error:
        raise InventoryError(f"is no YAML that can be read: {error}") from error
    return document


def _add(group: Group, name: str, body: object) -> list[tuple[str, object]]:
    """Add what the document says of a group, and give the groups inside it."""
    parts = _mapping(body, name)
    unknown = sorted(str(key) for key in parts if key not in KEYS)
    if unknown:
        raise InventoryError(f"group {name}: {unknown[0]} is none of hosts, vars, children")
    for pattern, variables in _mapping(parts.get("hosts"), f"{name}: hosts").items():
        for host in expanded(str(pattern)):
            known = group.hosts.setdefault(host, {})
            known.update(_variables(variables, f"host {host}"))
    group.variables.update(_variables(parts.get("vars"), f"{name}: vars"))
    children = _mapping(parts.get("children"), f"{name}: children")
    group.children += [str(child) for child in children]
    return [(str(child), inside) for child, inside in children.items()]


def _variables(value: object, where: str) -> Variables:
    return {str(key): inside for key, inside in _mapping(value, where).items()}


def _mapping(value: object, where: str) -> dict[object, object]:
    """A mapping; nothing, and the name of one thing alone, count as one too."""
    if value is None:
        return {}
    if isinstance(value, str):
        return {value: None}
    if not isinstance(value, dict):
        raise InventoryError(f"{where}: expected names with a colon behind each")
    return value

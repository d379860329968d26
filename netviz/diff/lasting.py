"""The part of a name that is the same after a restart."""

from __future__ import annotations

import re

ANY = "*"
"""Stands in a name for what is another one after each start."""

ANOTHER = "another"
"""A network namespace that has no name but its inode number."""

_NUMBERED_NAMESPACE = re.compile(r"netns (\d+|None)")

_CONTAINER_ID = re.compile(r"([a-z0-9-]+):[0-9a-f]{12}")

_UUID = r"[0-9a-f]{8}(?:[-_]|\\x2d)(?:[0-9a-f]{4}(?:[-_]|\\x2d)){3}[0-9a-f]{12}"

_PASSING = (
    # systemd-run: run-u7.service, run-r<32 digits>.scope, run-1234.scope, run-p12-i34.service
    (re.compile(r"^run-(?:u?\d+|r[0-9a-f]{32}|p\d+-i\d+)\."), f"run-{ANY}."),
    # a socket unit with Accept=yes: NUMBER-LOCAL:PORT-REMOTE:PORT, or NUMBER-PID-UID
    (
        re.compile(r"@\d+-(?:[^\s@-]+:\d+-[^\s@-]+:\d+|\d+-\d+)(?:-\d+)?\.service$"),
        f"@{ANY}.service",
    ),
    # desktops: app-NAME-1234.scope, app-NAME@<digits>.service
    (re.compile(r"^(app-.+?)-\d+\.scope$"), rf"\1-{ANY}.scope"),
    (re.compile(r"^(app-.+?)@[0-9a-f]{8,}\.service$"), rf"\1@{ANY}.service"),
    # machined: machine-qemu-NUMBER-NAME.scope, its dashes escaped
    (re.compile(r"^machine-(qemu|lxc)(-|\\x2d)\d+(-|\\x2d)"), rf"machine-\1\g<2>{ANY}\g<3>"),
    # login sessions whose slice is not known
    (re.compile(r"^session-c?\d+\.scope$"), f"session-{ANY}.scope"),
    (re.compile(_UUID), ANY),
    (re.compile(r"(?<![0-9a-z])(?=[a-f]*\d)[0-9a-f]{12,64}(?![0-9a-z])"), ANY),
)
"""Parts of the names of units that are made for one start, and what stands in their place."""

_RANDOM_CATEGORIES = re.compile(r"^([^:]+:[^:]+:[^:]+:s\d+):c\d+,c\d+$")
"""An SELinux context whose two categories keep one container or virtual machine from the others."""

_VIRTUAL_ETHERNET = re.compile(r"^(?:veth|vnet|tap|cali|lxc)[0-9a-f]+(?:@if\d+)?$|^\d+$")


def lasting_unit_name(unit: str | None) -> str:
    """The unit, ``*`` in the place of what only that start had; empty for none."""
    name = unit or ""
    for passing, instead in _PASSING:
        name = passing.sub(instead, name)
    return name


def lasting_container(container: str | None) -> str:
    """The container's name; of one that is known by an id alone, its runtime and ``*``.

    A control group names containers of most engines by ids, and pods by those of Kubernetes, all of
    which are new with every container and pod (``netviz.fleet.cgroup``).
    """
    if container is None:
        return ""
    if container.startswith("pod "):
        return f"pod {ANY}"
    known_by_id = _CONTAINER_ID.fullmatch(container)
    return f"{known_by_id[1]}:{ANY}" if known_by_id else container


def lasting_namespace(netns: str | None) -> str:
    """The name of an extra network namespace; ANOTHER for one that has a number alone."""
    if netns is None:
        return ""
    return ANOTHER if _NUMBERED_NAMESPACE.fullmatch(netns) else netns


def lasting_context(security: str | None) -> str | None:
    """The security context, without the random pair of categories that a container is given."""
    return None if security is None else _RANDOM_CATEGORIES.sub(r"\1", security)


def lasting_interface(interface: str) -> str:
    """The interface of a packet socket; ``*`` for a number, and for one half of a virtual pair."""
    return ANY if _VIRTUAL_ETHERNET.match(interface) else interface

"""The systemd unit and the container that a process's control groups name.

Input is the text of /proc/PID/cgroup, lines of ``hierarchy:controllers:path`` (cgroups(7)). With
version 2 there is one line, with version 1 one per hierarchy, hybrid has both; the paths agree but
for hierarchies that nobody manages. Paths are chosen by the machine, so nothing of them is trusted:
what looks like no unit or container gives None.
"""

from __future__ import annotations

import re
from functools import lru_cache

from netviz.snapshot.limits import LONGEST_NAME

_ID = r"[0-9a-f]{64}"

# Path components that name a container, the most telling first. ``{id}`` is 64 hex digits.
_CONTAINERS = tuple(
    (re.compile(rf"(?:^|/){pattern}(?=/|$)".replace("{id}", f"(?P<id>{_ID})")), runtime)
    for pattern, runtime in (
        (r"docker-{id}\.scope", "docker"),
        (r"docker/{id}", "docker"),
        (r"libpod-(?:payload-)?{id}(?:\.scope)?", "podman"),
        (r"cri-containerd-{id}\.scope", "containerd"),
        (r"nerdctl-{id}\.scope", "containerd"),
        (r"[^/]*:cri-containerd:{id}", "containerd"),
        (r"(?:default|k8s\.io|moby)/{id}", "containerd"),
        (r"crio-{id}(?:\.scope)?", "cri-o"),
        (r"lxc\.payload[./](?P<id>[^/]+)", "lxc"),
        (r"lxc/(?P<id>[^/]+)", "lxc"),
        (r"machine-(?!qemu)(?P<id>[^/]+)\.scope", "machine"),
        (r"systemd-nspawn@(?P<id>[^/]+)\.service(?=/payload)", "machine"),
        (r"{id}", "container"),
    )
)
_MONITOR = re.compile(r"(?:^|/)(?:(?:libpod|crio)-conmon-[^/]*|lxc\.monitor[./][^/]+|supervisor$)")
"""Runs beside a container, outside of it."""

_POD = re.compile(
    r"(?:^|/|-)pod(?P<uid>[0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}"
    r"|[0-9a-f]{32})(?:\.slice)?(?=/|$|:)"
)
_UNIT = re.compile(r"[^/]+\.(?:service|scope|socket|mount|swap)$")
_PAYLOAD = "/libpod-payload-"
"""How podman names the part of a service's own cgroup that its container is in."""

_SHOWN_ID = 12


@lru_cache(1 << 16)  # the processes of a unit have one text
def placement(cgroup: str | None) -> tuple[str | None, str | None]:
    """(unit, container) of the text of /proc/PID/cgroup; None for what it does not name.

    The container is ``runtime:id`` with the first 12 digits of a hex id, in a Kubernetes pod
    ``pod UID/id``; of containers in containers it is the innermost. A process in a container has
    the unit that it has inside of it, if any.
    """
    paths = _paths(cgroup or "")
    container, unit = None, None
    for path in paths:
        found = _container(path)
        if found is not None:
            container = container or found[0]
            unit = unit or _unit(path[found[1] :])
            if unit is None and _PAYLOAD in path:
                unit = _unit(path[: path.index(_PAYLOAD)])
    if container is None:
        unit = next(filter(None, map(_unit, paths)), None)
    return unit, container


def has_impossible_name(path: str) -> bool:
    """Whether a part of the path is longer than the name of any directory."""
    return max(map(len, path.split("/"))) > LONGEST_NAME


def _paths(cgroup: str) -> list[str]:
    """The paths of the lines, those that systemd manages first."""
    managed: list[str] = []
    others: list[str] = []
    for line in cgroup.split("\n"):
        hierarchy, _, rest = line.partition(":")
        controllers, colon, path = rest.partition(":")
        if not colon or not path.startswith("/") or path == "/" or has_impossible_name(path):
            continue
        chosen = managed if controllers == "name=systemd" or hierarchy == "0" else others
        chosen.append(path)
    return managed + others


def _container(path: str) -> tuple[str, int] | None:
    """The innermost container of a path, and where its name ends there."""
    if _MONITOR.search(path):
        return None
    matches = [
        (found.end(), -order, found, runtime)
        for order, (pattern, runtime) in enumerate(_CONTAINERS)
        for found in pattern.finditer(path)
    ]
    if not matches:
        return None
    end, _, found, runtime = max(matches, key=lambda match: match[:2])
    name = found["id"]
    if re.fullmatch(_ID, name):
        name = name[:_SHOWN_ID]
    pods = list(_POD.finditer(path, 0, end))
    if pods:
        return f"pod {pods[-1]['uid'].replace('_', '-')}/{name}", end
    return f"{runtime}:{name}", end


def _unit(path: str) -> str | None:
    """The innermost systemd unit of a path."""
    return next((part for part in reversed(path.split("/")) if _UNIT.fullmatch(part)), None)

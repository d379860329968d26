"""The systemd unit and the container that a process's control groups name.

Input is the text of /proc/PID/cgroup, lines of ``hierarchy:controllers:path`` (cgroups(7)). With
version 2 there is one line, with version 1 one per hierarchy, hybrid has both; the paths agree but
for hierarchies that nobody manages. Paths are chosen by the machine, so nothing of them is trusted:
what looks like no unit or container gives None.
"""

from __future__ import annotations

import re
from functools import lru_cache

_ID = r"[0-9a-f]{64}"

# A path component (or two) that names a container, most telling first. ``{id}`` is 64 hex digits.
_CONTAINERS = tuple(
    (re.compile(pattern.replace("{id}", f"(?P<id>{_ID})")), runtime)
    for pattern, runtime in (
        (r"(?:^|/)docker-{id}\.scope(?:/|$)", "docker"),
        (r"(?:^|/)docker/{id}(?:/|$)", "docker"),
        (r"(?:^|/)libpod-{id}(?:\.scope)?(?:/|$)", "podman"),
        (r"(?:^|/)cri-containerd-{id}\.scope(?:/|$)", "containerd"),
        (r"(?:^|/)nerdctl-{id}\.scope(?:/|$)", "containerd"),
        (r"(?:^|/)crio-{id}(?:\.scope)?(?:/|$)", "cri-o"),
        (r":cri-containerd:{id}(?:/|$)", "containerd"),
        (r"(?:^|/)kubepods[^/]*(?:/[^/]+)*/{id}(?:/|$)", "kubernetes"),
        (r"(?:^|/)(?:default|k8s\.io|moby)/{id}(?:/|$)", "containerd"),
        (r"(?:^|/)lxc\.payload[./](?P<id>[^/]+)(?:/|$)", "lxc"),
        (r"(?:^|/)lxc/(?P<id>[^/]+)(?:/|$)", "lxc"),
        (r"(?:^|/)machine-(?P<id>[^/]+)\.scope(?:/|$)", "machine"),
    )
)
_CONMON = re.compile(r"(?:^|/)(?:libpod-conmon-|crio-conmon-)[^/]*")
_POD = re.compile(
    r"(?:^|/|-)pod(?P<uid>[0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}"
    r"|[0-9a-f]{32})(?:\.slice)?(?:/|$|:)"
)
_UNIT = re.compile(r"[^/]+\.(?:service|scope|socket|mount|swap)$")
_SHOWN_ID = 12


@lru_cache(1 << 16)  # the processes of a unit have one text
def placement(cgroup: str | None) -> tuple[str | None, str | None]:
    """(unit, container) of the text of /proc/PID/cgroup; None for what it does not name.

    The container is ``runtime:id`` with the first 12 digits of a hex id, in a Kubernetes pod
    ``pod UID/id``. A process in a container has the unit that it has inside of it, if any.
    """
    container = None
    paths = _paths(cgroup or "")
    for path in paths:
        container = _container(path)
        if container is not None:
            break
    for path in paths:
        unit = _unit(path, container is not None)
        if unit is not None:
            return unit, container
    return None, container


def _paths(cgroup: str) -> list[str]:
    """The paths of the lines, those that systemd manages first."""
    managed: list[str] = []
    others: list[str] = []
    for line in cgroup.split("\n"):
        hierarchy, _, rest = line.partition(":")
        controllers, colon, path = rest.partition(":")
        if not colon or not path.startswith("/") or path == "/":
            continue
        chosen = managed if controllers == "name=systemd" or hierarchy == "0" else others
        chosen.append(path)
    return managed + others


def _container(path: str) -> str | None:
    if _CONMON.search(path):
        # The monitor of a container runs outside of it.
        return None
    for pattern, runtime in _CONTAINERS:
        found = pattern.search(path)
        if found is None:
            continue
        name = found["id"]
        if re.fullmatch(_ID, name):
            name = name[:_SHOWN_ID]
        pod = _POD.search(path)
        if pod is not None:
            return f"pod {pod['uid'].replace('_', '-')}/{name}"
        return f"{runtime}:{name}"
    return None


def _unit(path: str, contained: bool) -> str | None:
    """The innermost systemd unit of a path, the container's own scope left out."""
    for part in reversed(path.split("/")):
        if not _UNIT.fullmatch(part):
            continue
        if contained and (_container(f"/{part}") or re.search(_ID, part)):
            return None
        if contained and part in ("docker.service", "containerd.service", "kubelet.service"):
            return None
        return part
    return None

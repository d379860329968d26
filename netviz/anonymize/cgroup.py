"""Control groups: which part of a path is a unit, a container, a pod or a user stays.

What ``netviz/fleet/cgroup.py`` finds in such a text it finds in what stands for it, too.
"""

from __future__ import annotations

import re

from netviz.anonymize.names import Names
from netviz.anonymize.programs import replaced_program_name
from netviz.anonymize.users import Users
from netviz.fleet.cgroup import has_impossible_name
from netviz.snapshot.limits import LONGEST_CGROUP

USUAL = frozenset(
    {"", ".", "..", "init.scope", "system.slice", "user.slice", "machine.slice", "-.slice"}
    | {"app.slice", "session.slice", "background.slice", "kubelet", "kubelet.slice"}
    | {"kubepods", "burstable", "besteffort", "guaranteed", "kubepods.slice"}
    | {"kubepods-burstable.slice", "kubepods-besteffort.slice"}
    | {"docker", "lxc", "lxc.payload", "lxc.monitor", "default", "k8s.io", "moby", "supervisor"}
    | {"payload", "container"}
)
"""Parts of paths that systemd and container engines make; they stay."""

CONTROLLERS = frozenset(
    {"", "name=systemd", "cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "net_cls"}
    | {"net_prio", "blkio", "io", "perf_event", "hugetlb", "pids", "rdma", "misc", "dmem", "debug"}
    | {"name=elogind", "name=openrc"}
)
"""The controllers of cgroups(7), and the hierarchies of what starts services."""

_ID = r"[0-9a-f]{64}"
_ENGINE = re.compile(
    r"(docker|libpod(?:-payload|-conmon)?|cri-containerd|nerdctl|crio(?:-conmon)?)"
    rf"-({_ID})(\.scope)?"
)
_CRI = re.compile(rf"(.*):cri-containerd:({_ID})", re.DOTALL)
_POD = re.compile(
    r"((?:(?:kubelet|kubepods|burstable|besteffort|guaranteed)-)*)pod"
    r"([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(\.slice)?"
)
_NAMED_CONTAINER = re.compile(
    r"(machine-(?!qemu)(?=.*\.scope\Z)|systemd-nspawn@(?=.*\.service\Z))(.+)(\.scope|\.service)"
    r"|(lxc\.(?:payload|monitor)\.)(.+)",
    re.DOTALL,
)
_PARENTS = frozenset({"lxc", "lxc.payload", "lxc.monitor"})
"""What is in one of these is a container, whatever it is called."""

_USER = re.compile(r"(user@|user-|user-runtime-dir@)([0-9]{1,10})(\.service|\.slice)")
_SESSION = re.compile(r"session-c?[0-9]{1,9}\.scope")
_BEGINNING = re.compile(
    r"(session-|machine-qemu(?:\\x2d|-)?|libpod-conmon-|crio-conmon-)(.+?)(\.scope|\.service)?",
    re.DOTALL,
)
"""Sessions, virtual machines and what runs beside a container are told by their beginning."""

_UNIT_KINDS = ("service", "scope", "socket", "mount", "swap", "slice")
_UNIT = re.compile(rf"(.+)\.({'|'.join(_UNIT_KINDS)})", re.DOTALL)


def replaced_cgroup(names: Names, users: Users, text: str) -> tuple[str, int]:
    """What stands for the text of /proc/PID/cgroup, and how many lines are left out.

    Those are lines that are none, and what would be more than may be read.
    """
    made = ""
    left_out = 0
    for line in filter(None, text.split("\n")):
        replaced = _line(names, users, line)
        if replaced is None or len(made) + len(replaced) >= LONGEST_CGROUP:
            left_out += 1
        else:
            made += f"{replaced}\n"
    return made, left_out


def _line(names: Names, users: Users, line: str) -> str | None:
    hierarchy, _, rest = line.partition(":")
    controllers, colon, path = rest.partition(":")
    if not colon or not re.fullmatch("[0-9]{1,9}", hierarchy) or has_impossible_name(path):
        return None
    kept = ",".join(_controller(names, one) for one in controllers.split(","))
    return f"{hierarchy}:{kept}:{_path(names, users, path)}"


def _controller(names: Names, controller: str) -> str:
    return controller if controller in CONTROLLERS else names.numbered("controller", controller)


def _path(names: Names, users: Users, path: str) -> str:
    parts = path.split("/")
    return "/".join(
        _part(names, users, part, parent) for parent, part in zip(["", *parts], parts, strict=False)
    )


def _part(names: Names, users: Users, part: str, parent: str) -> str:
    if part in USUAL or _SESSION.fullmatch(part):
        return part
    if found := _ENGINE.fullmatch(part):
        return f"{found[1]}-{names.digits('container-id', found[2])}{found[3] or ''}"
    if found := _CRI.fullmatch(part):
        inside = names.digits("container-id", found[2])
        return f"{_part(names, users, found[1], '')}:cri-containerd:{inside}"
    if found := _POD.fullmatch(part):
        return f"{found[1]}pod{_pod(names, found[2])}{found[3] or ''}"
    if found := _NAMED_CONTAINER.fullmatch(part):
        beginning, name, ending = found[1] or found[4], found[2] or found[5], found[3] or ""
        return f"{beginning}{_container(names, name)}{ending}"
    if found := _USER.fullmatch(part):
        return f"{found[1]}{users.number(int(found[2]))}{found[3]}"
    if found := _BEGINNING.fullmatch(part):
        return f"{found[1]}{names.numbered('unit', found[2])}{found[3] or ''}"
    if parent in _PARENTS or re.fullmatch(_ID, part):
        return _container(names, part)
    if found := _UNIT.fullmatch(part):
        return f"{_unit(names, found[1], found[2])}.{found[2]}"
    return names.numbered("cgroup", part)


def _container(names: Names, name: str) -> str:
    """What stands for the name of a container; one may end like that of a unit."""
    if re.fullmatch(_ID, name):
        return names.digits("container-id", name)
    bare, dot, kind = name.rpartition(".")
    if bare and kind in _UNIT_KINDS:
        return f"{names.numbered('container', bare)}{dot}{kind}"
    return names.numbered("container", name)


def _pod(names: Names, uid: str) -> str:
    """What stands for the uid of a pod, with hyphens or underscores where they were."""
    digits = iter(names.digits("pod", re.sub("[-_]", "", uid)))
    return "".join(sign if sign in "-_" else next(digits) for sign in uid)


def _unit(names: Names, name: str, kind: str) -> str:
    """What stands for the name of a unit; those of one template have the same (systemd.unit(5))."""
    if kind == "slice":
        return names.numbered("slice", name)
    template, at, instance = name.partition("@")
    which = names.numbered("instance", instance)
    return f"{replaced_program_name(names, 'unit', template)}{at}{which}"

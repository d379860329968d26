"""Labels of security modules: how they are made up stays, and whether they confine."""

from __future__ import annotations

import re

from netviz.anonymize.names import Names
from netviz.anonymize.programs import replaced_comm

_WITH_MODE = re.compile(
    r"(.*?)( ?\((?:enforce|complain|unconfined|kill|prompt|mixed|user)\))", re.DOTALL
)
"""AppArmor: a profile and its mode."""

_SNAP = re.compile(r"snap\.([^.\s]+)\.([^\s/]+)")
"""The profile of an application that snapd confines, whose name netviz shows."""

USUAL = frozenset(
    {"", "unconfined", "docker-default", "crun-container", "containers-default", "kernel", "_"}
    | {"system_u", "unconfined_u", "staff_u", "user_u", "sysadm_u", "root"}
    | {"system_r", "unconfined_r", "staff_r", "user_r", "sysadm_r", "object_r"}
    | {"unconfined_t", "unconfined_service_t", "initrc_t", "init_t", "kernel_t", "container_t"}
    | {"spc_t", "s0", "s0-s0", "c0.c1023"}
)
"""Names that come with AppArmor, SELinux, Smack and their container engines; they stay."""

_UNCONFINED = "unconfined_"
"""How the types of SELinux begin that confine nothing."""


def replaced_label(names: Names, label: str) -> str:
    """What stands for a label: ``label-1 (enforce)``, ``system_u:system_r:label-2:s0:label-3``."""
    fields = label.split(":", 4)
    if len(fields) > 2:  # SELinux: user, role, type, level, categories
        return ":".join(_field(names, field) for field in fields)
    mode = _WITH_MODE.fullmatch(label)
    if mode:
        return _profile(names, mode[1]) + mode[2]
    return _profile(names, label)


def _profile(names: Names, profile: str) -> str:
    snap = _SNAP.fullmatch(profile)
    if snap:
        return f"snap.{names.numbered('label', snap[1])}.{replaced_comm(names, snap[2])}"
    return _field(names, profile)


def _field(names: Names, field: str) -> str:
    if field in USUAL:
        return field
    if field.startswith(_UNCONFINED):
        return _UNCONFINED + names.numbered("label", field)
    mode = _WITH_MODE.fullmatch(field)
    if mode and mode[1]:
        return _field(names, mode[1]) + mode[2]
    return names.numbered("label", field)

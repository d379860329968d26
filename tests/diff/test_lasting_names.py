"""What is left of a name when everything is taken off that only one start had."""

from __future__ import annotations

import pytest

from netviz.diff.lasting import (
    lasting_container,
    lasting_context,
    lasting_interface,
    lasting_namespace,
    lasting_unit_name,
)

UUID = "3f2b8c1e-9d4a-4e7f-8a6b-0c1d2e3f4a5b"


@pytest.mark.parametrize(
    ("unit", "lasting"),
    [
        (None, ""),
        ("nginx.service", "nginx.service"),
        ("postgresql@15-main.service", "postgresql@15-main.service"),
        ("user@1000.service", "user@1000.service"),
        ("getty@tty1.service", "getty@tty1.service"),
        ("worker@1-blue.service", "worker@1-blue.service"),
        ("run-u71.service", "run-*.service"),
        ("run-4711.scope", "run-*.scope"),
        ("run-p812-i1624.service", "run-*.service"),
        (f"run-r{'0a' * 16}.service", "run-*.service"),
        ("running-late.service", "running-late.service"),
        ("sshd@7-10.0.0.5:22-10.0.0.9:51514.service", "sshd@*.service"),
        ("sshd@7-812-1000.service", "sshd@*.service"),
        ("app-org.gnome.Terminal-8812.scope", "app-org.gnome.Terminal-*.scope"),
        ("app-firefox@0123456789abcdef.service", "app-firefox@*.service"),
        (r"machine-qemu\x2d3\x2dmail.scope", r"machine-qemu\x2d*\x2dmail.scope"),
        ("session-12.scope", "session-*.scope"),
        ("session-c3.scope", "session-*.scope"),
        (f"snap.app.{UUID}.scope", "snap.app.*.scope"),
        (f"vte-spawn-{UUID}.scope", "vte-spawn-*.scope"),
        (f"libpod-{'1f' * 32}.scope", "libpod-*.scope"),
        ("facade-decade.service", "facade-decade.service"),
        ("backup-20260101.service", "backup-20260101.service"),
    ],
)
def test_units(unit: str | None, lasting: str) -> None:
    assert lasting_unit_name(unit) == lasting
    assert lasting_unit_name(lasting) == lasting


@pytest.mark.parametrize(
    ("container", "lasting"),
    [
        (None, ""),
        ("docker:0123456789ab", "docker:*"),
        ("cri-o:fedcba987654", "cri-o:*"),
        (f"pod {UUID}/0123456789ab", "pod *"),
        ("lxc:mail", "lxc:mail"),
        ("machine:build", "machine:build"),
        ("docker:web", "docker:web"),
    ],
)
def test_containers(container: str | None, lasting: str) -> None:
    assert lasting_container(container) == lasting


@pytest.mark.parametrize("part", ["@1-", "@1-:1-", "@1-a:1-", "app-1", "-1", "0a", "a", "run-u1."])
def test_names_of_any_length_are_read_at_once(part: str) -> None:
    """Each pattern is tried at each place once; more than that would hang here."""
    name = part * (200_000 // len(part))
    for lasting in (lasting_unit_name, lasting_container, lasting_context, lasting_interface):
        assert lasting(name) is not None
    assert lasting_container(name) == name


@pytest.mark.parametrize(
    ("netns", "lasting"),
    [
        (None, ""),
        ("netns 4026532281", "another"),
        ("netns None", "another"),
        ("blue", "blue"),
        ("netns blue", "netns blue"),
    ],
)
def test_network_namespaces(netns: str | None, lasting: str) -> None:
    assert lasting_namespace(netns) == lasting


@pytest.mark.parametrize(
    ("context", "lasting"),
    [
        (None, None),
        ("unconfined", "unconfined"),
        ("docker-default (enforce)", "docker-default (enforce)"),
        ("system_u:system_r:httpd_t:s0", "system_u:system_r:httpd_t:s0"),
        ("system_u:system_r:container_t:s0:c12,c844", "system_u:system_r:container_t:s0"),
        ("staff_u:staff_r:staff_t:s0-s0:c0.c1023", "staff_u:staff_r:staff_t:s0-s0:c0.c1023"),
    ],
)
def test_security_contexts(context: str | None, lasting: str | None) -> None:
    assert lasting_context(context) == lasting


@pytest.mark.parametrize(
    ("interface", "lasting"),
    [
        ("eth0", "eth0"),
        ("veth12ab34c", "*"),
        ("7", "*"),
        ("bond0.7", "bond0.7"),
        ("lxcbr0", "lxcbr0"),
    ],
)
def test_interfaces(interface: str, lasting: str) -> None:
    assert lasting_interface(interface) == lasting

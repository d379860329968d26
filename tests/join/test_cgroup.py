"""Units and containers out of /proc/PID/cgroup, for version 1, version 2 and both."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from netviz.fleet.cgroup import placement
from netviz.snapshot.limits import LONGEST_NAME

ID = "3f" * 32
INNER = "a4" * 32
SHORT = ID[:12]
UID = "0a1b2c3d-1111-2222-3333-444455556666"
SLICE_UID = UID.replace("-", "_")
STATIC_UID = "5e" * 16
V1 = ("pids", "memory", "cpu,cpuacct", "devices", "freezer", "net_cls,net_prio")


def version1(path: str, systemd: str | None = None) -> str:
    """One line for each hierarchy; ``systemd`` is the path in its own, if it differs."""
    lines = [f"{number}:{names}:{path}" for number, names in enumerate(V1, 2)]
    return "\n".join([*reversed(lines), f"1:name=systemd:{systemd or path}"]) + "\n"


def version2(path: str) -> str:
    return f"0::{path}\n"


def hybrid(path: str, unified: str) -> str:
    """Version 1 with the empty hierarchy of version 2 beside it, which may say something else."""
    return version1(path) + version2(unified)


Layout = Callable[[str], str]
LAYOUTS: tuple[Layout, ...] = (version1, version2, lambda path: hybrid(path, path))

UNITS = [
    ("/", None),
    ("/user.slice", None),
    ("/init.scope", "init.scope"),
    ("/system.slice/nginx.service", "nginx.service"),
    ("/system.slice/ssh.socket", "ssh.socket"),
    (
        "/system.slice/system-postgresql.slice/postgresql@15-main.service",
        "postgresql@15-main.service",
    ),
    ("/user.slice/user-1000.slice/session-4.scope", "session-4.scope"),
    ("/user.slice/user-1000.slice/user@1000.service/app.slice/dbus.service", "dbus.service"),
    ("/user.slice/user-1000.slice/user@1000.service/init.scope", "init.scope"),
    ("/system.slice/docker.service", "docker.service"),
    (f"/machine.slice/libpod-conmon-{ID}.scope", f"libpod-conmon-{ID}.scope"),
    (f"/system.slice/crio-conmon-{ID}.scope", f"crio-conmon-{ID}.scope"),
    ("/lxc.monitor.web1", None),
    ("/machine.slice/machine-deb.scope/supervisor", "machine-deb.scope"),
    ("/machine.slice/systemd-nspawn@deb.service/supervisor", "systemd-nspawn@deb.service"),
    (r"/machine.slice/machine-qemu\x2d1\x2dvm.scope/emulator", r"machine-qemu\x2d1\x2dvm.scope"),
]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("path", "unit"), UNITS)
def test_unit(layout: Layout, path: str, unit: str | None) -> None:
    assert placement(layout(path)) == (unit, None)


CONTAINERS = [
    # Docker: its own cgroups, those that systemd makes for it, rootless, a parent of somebody's.
    (f"/docker/{ID}", f"docker:{SHORT}"),
    (f"/system.slice/docker-{ID}.scope", f"docker:{SHORT}"),
    (f"/user.slice/user-9.slice/user@9.service/user.slice/docker-{ID}.scope", f"docker:{SHORT}"),
    (f"/batch/{ID}", f"container:{SHORT}"),
    # podman
    (f"/machine.slice/libpod-{ID}.scope", f"podman:{SHORT}"),
    (f"/machine.slice/libpod-{ID}.scope/container", f"podman:{SHORT}"),
    (f"/user.slice/user-9.slice/user@9.service/user.slice/libpod-{ID}.scope", f"podman:{SHORT}"),
    (f"/libpod_parent/libpod-{ID}", f"podman:{SHORT}"),
    (f"/machine.slice/machine-libpod_pod_{INNER}.slice/libpod-{ID}.scope", f"podman:{SHORT}"),
    # containerd
    (f"/system.slice/nerdctl-{ID}.scope", f"containerd:{SHORT}"),
    (f"/default/{ID}", f"containerd:{SHORT}"),
    (f"/k8s.io/{ID}", f"containerd:{SHORT}"),
    (f"/system.slice/cri-containerd-{ID}.scope", f"containerd:{SHORT}"),
    # CRI-O
    (f"/system.slice/crio-{ID}.scope", f"cri-o:{SHORT}"),
    (f"/system.slice/crio-{ID}.scope/container", f"cri-o:{SHORT}"),
    (f"/crio-{ID}", f"cri-o:{SHORT}"),
    # LXC and systemd-nspawn
    ("/lxc.payload.web1", "lxc:web1"),
    ("/lxc.payload/web1", "lxc:web1"),
    ("/lxc/web1", "lxc:web1"),
    ("/lxc/101/ns", "lxc:101"),
    ("/machine.slice/machine-deb.scope/payload", "machine:deb"),
    ("/machine.slice/systemd-nspawn@deb.service/payload", "machine:deb"),
    # Pods of Kubernetes, by the cgroupfs driver and by that of systemd
    (f"/kubepods/pod{UID}/{ID}", f"pod {UID}/{SHORT}"),
    (f"/kubepods/besteffort/pod{UID}/{ID}", f"pod {UID}/{SHORT}"),
    (f"/kubepods/burstable/pod{STATIC_UID}/{ID}", f"pod {STATIC_UID}/{SHORT}"),
    (f"/kubepods/burstable/pod{UID}/crio-{ID}", f"pod {UID}/{SHORT}"),
    (
        f"/kubepods.slice/kubepods-pod{SLICE_UID}.slice/cri-containerd-{ID}.scope",
        f"pod {UID}/{SHORT}",
    ),
    (
        f"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{SLICE_UID}.slice"
        f"/crio-{ID}.scope",
        f"pod {UID}/{SHORT}",
    ),
    (
        f"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod{SLICE_UID}.slice"
        f"/docker-{ID}.scope",
        f"pod {UID}/{SHORT}",
    ),
    (
        f"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod{STATIC_UID}.slice"
        f"/libpod-{ID}.scope",
        f"pod {STATIC_UID}/{SHORT}",
    ),
    (
        f"/system.slice/containerd.service/kubepods-burstable-pod{SLICE_UID}.slice"
        f":cri-containerd:{ID}",
        f"pod {UID}/{SHORT}",
    ),
    # A node of a cluster that is a container itself: what is inside of it counts.
    (
        f"/docker/{INNER}/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice"
        f"/kubelet-kubepods-besteffort-pod{SLICE_UID}.slice/cri-containerd-{ID}.scope",
        f"pod {UID}/{SHORT}",
    ),
    (f"/docker/{INNER}/kubelet/kubepods/besteffort/pod{UID}/{ID}", f"pod {UID}/{SHORT}"),
    (f"/docker/{INNER}/docker/{ID}", f"docker:{SHORT}"),
    (f"/lxc.payload.outer/docker/{ID}", f"docker:{SHORT}"),
]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("path", "container"), CONTAINERS)
def test_container(layout: Layout, path: str, container: str) -> None:
    assert placement(layout(path)) == (None, container)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "path",
    [path for path, _ in CONTAINERS if not path.endswith(("container", "payload"))],
)
def test_unit_inside_a_container(layout: Layout, path: str) -> None:
    unit, container = placement(layout(f"{path}/system.slice/sshd.service"))
    assert (unit, container) == ("sshd.service", placement(layout(path))[1])


@pytest.mark.parametrize(
    ("text", "unit", "container"),
    [
        # In hybrid mode the unified hierarchy names the daemon that started the container.
        (hybrid(f"/docker/{ID}", "/system.slice/docker.service"), None, f"docker:{SHORT}"),
        (hybrid(f"/default/{ID}", "/system.slice/containerd.service"), None, f"containerd:{SHORT}"),
        (
            hybrid(f"/kubepods/besteffort/pod{UID}/{ID}", "/system.slice/containerd.service"),
            None,
            f"pod {UID}/{SHORT}",
        ),
        (hybrid("/system.slice/cron.service", "/"), "cron.service", None),
        (hybrid("/system.slice/cron.service", "/x"), "cron.service", None),
        # Controllers of version 1 that systemd does not manage stay at the root.
        (version1("/", "/system.slice/cron.service"), "cron.service", None),
        (version1("/system.slice/cron.service", "/"), "cron.service", None),
        # systemd in a container has the name of the unit in its own hierarchy only.
        (
            version1(f"/docker/{ID}", f"/docker/{ID}/system.slice/nginx.service"),
            "nginx.service",
            f"docker:{SHORT}",
        ),
        (
            version1("/lxc/web1", "/lxc/web1/system.slice/nginx.service"),
            "nginx.service",
            "lxc:web1",
        ),
        # A service of podman keeps its container in its own cgroup.
        (
            version2(f"/system.slice/shop.service/libpod-payload-{ID}"),
            "shop.service",
            f"podman:{SHORT}",
        ),
        # Captured in a container that has a cgroup namespace: neither can be known.
        (version2("/"), None, None),
        (version2("/../.."), None, None),
        (version2(f"/../docker-{ID}.scope"), None, f"docker:{SHORT}"),
        (None, None, None),
        ("", None, None),
        ("garbage\n::\n0:x\n", None, None),
        (version2("/docker/not-an-id"), None, None),
        (version2(f"/docker/{ID[1:]}"), None, None),
        (version2(f"/docker/{ID}0"), None, None),
        (version2(f"/docker/{ID.upper()}"), None, None),
    ],
)
def test_placement(text: str | None, unit: str | None, container: str | None) -> None:
    assert placement(text) == (unit, container)


def test_a_path_of_any_length_is_read_at_once() -> None:
    """Each pattern is tried at each place once: nothing that a machine writes makes this slow."""
    long = "/kubepods" + "/pod" * 1000 + f"/{ID[1:]}" * 1000
    assert placement(version2(long)) == (None, None)


def test_a_name_that_no_directory_has_is_no_unit() -> None:
    for length in (LONGEST_NAME, LONGEST_NAME + 1):
        unit = "x" * (length - len(".service")) + ".service"
        named = unit if length == LONGEST_NAME else None
        assert placement(version2(f"/system.slice/{unit}")) == (named, None)
        assert placement(f"1:name=systemd:/{unit}\n0::/a.service\n") == (named or "a.service", None)

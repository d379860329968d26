"""Units and containers out of /proc/PID/cgroup, for version 1, version 2 and both."""

from __future__ import annotations

import pytest

from netviz.cgroup import placement

ID = "3f" * 32
SHORT = ID[:12]
UID = "0a1b2c3d-1111-2222-3333-444455556666"


@pytest.mark.parametrize(
    ("text", "unit", "container"),
    [
        (None, None, None),
        ("", None, None),
        ("0::/\n", None, None),
        ("0::/system.slice/nginx.service\n", "nginx.service", None),
        (
            "0::/system.slice/system-postgresql.slice/postgresql@15-main.service\n",
            "postgresql@15-main.service",
            None,
        ),
        ("0::/user.slice/user-1000.slice/session-4.scope\n", "session-4.scope", None),
        (
            "0::/user.slice/user-1000.slice/user@1000.service/app.slice/dbus.service\n",
            "dbus.service",
            None,
        ),
        (
            "12:pids:/system.slice/cron.service\n1:name=systemd:/system.slice/cron.service\n0::/x\n",
            "cron.service",
            None,
        ),
        (f"0::/system.slice/docker-{ID}.scope\n", None, f"docker:{SHORT}"),
        (f"4:memory:/docker/{ID}\n1:name=systemd:/docker/{ID}\n", None, f"docker:{SHORT}"),
        (f"0::/machine.slice/libpod-{ID}.scope/container\n", None, f"podman:{SHORT}"),
        (f"0::/machine.slice/libpod-conmon-{ID}.scope\n", f"libpod-conmon-{ID}.scope", None),
        (
            f"0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod"
            f"{UID.replace('-', '_')}.slice/cri-containerd-{ID}.scope\n",
            None,
            f"pod {UID}/{SHORT}",
        ),
        (f"5:cpu:/kubepods/besteffort/pod{UID}/{ID}\n", None, f"pod {UID}/{SHORT}"),
        (f"0::/kubepods/pod{UID}/crio-{ID}\n", None, f"pod {UID}/{SHORT}"),
        (
            f"0::/system.slice/containerd.service/kubepods-pod{UID.replace('-', '_')}.slice"
            f":cri-containerd:{ID}\n",
            None,
            f"pod {UID}/{SHORT}",
        ),
        ("0::/lxc.payload.web1/system.slice/nginx.service\n", "nginx.service", "lxc:web1"),
        ("7:devices:/lxc/web1\n", None, "lxc:web1"),
        ("0::/machine.slice/machine-deb.scope/payload\n", None, "machine:deb"),
        (f"0::/docker/{ID}/system.slice/sshd.service\n", "sshd.service", f"docker:{SHORT}"),
        ("garbage\n::\n0:x\n", None, None),
        ("0::/docker/not-an-id\n", None, None),
    ],
)
def test_placement(text: str | None, unit: str | None, container: str | None) -> None:
    assert placement(text) == (unit, container)

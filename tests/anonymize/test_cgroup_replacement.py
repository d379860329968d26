"""Control groups: units and containers are found where they were, under other names."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.anonymize.cgroup import replaced_cgroup
from netviz.anonymize.names import Names
from netviz.anonymize.users import Users
from netviz.fleet.cgroup import placement
from netviz.snapshot.limits import LONGEST_CGROUP

KEY = b"k" * 32
ID, OTHER = "0123456789abcdef" * 4, "fedcba9876543210" * 4
POD = "8f3c0d1e-1234-5678-9abc-def012345678"


def replaced(text: str, names: Names | None = None) -> str:
    return replaced_cgroup(names or Names(KEY), Users(), text)[0]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "/"),
        ("/init.scope", "/init.scope"),
        ("/system.slice/billing.service", "/system.slice/unit-1.service"),
        ("/system.slice/billing@eu.service", "/system.slice/unit-1@instance-1.service"),
        ("/system.slice/python3.service", "/system.slice/python3.service"),
        (
            "/user.slice/user-0.slice/session-c2.scope",
            "/user.slice/user-0.slice/session-c2.scope",
        ),
        (
            "/user.slice/user-1000.slice/user@1000.service/app.slice/editor.scope",
            "/user.slice/user-1001.slice/user@1001.service/app.slice/unit-1.scope",
        ),
        ("/acme.slice/acme-web.slice", "/slice-1.slice/slice-2.slice"),
        ("/accounting/batch", "/cgroup-1/cgroup-2"),
        ("/lxc/billing", "/lxc/container-1"),
        ("/lxc/billing.service", "/lxc/container-1.service"),
        ("/lxc.payload.billing/init.scope", "/lxc.payload.container-1/init.scope"),
        ("/lxc.monitor.billing", "/lxc.monitor.container-1"),
        ("/machine.slice/machine-billing.scope", "/machine.slice/machine-container-1.scope"),
        (
            r"/machine.slice/machine-qemu\x2d1\x2dbilling.scope",
            r"/machine.slice/machine-qemu\x2dunit-1.scope",
        ),
        (
            "/machine.slice/systemd-nspawn@billing.service/payload",
            "/machine.slice/systemd-nspawn@container-1.service/payload",
        ),
        ("/../../billing.service", "/../../unit-1.service"),
        ("/libpod-conmon-billing.scope", "/libpod-conmon-unit-1.scope"),
    ],
)
def test_a_path(path: str, expected: str) -> None:
    assert replaced(f"0::{path}\n") == f"0::{expected}\n"


def shape(text: str | None) -> str | None:
    """What kind of unit or container it is, whatever it is called."""
    if text is None:
        return None
    text = re.sub("[0-9a-f]{8}([-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}", "UID", text)
    text = re.sub("pod [0-9a-f]+/", "pod UID/", text)
    text = re.sub("[0-9a-f]{64}|[0-9a-f]{12}", "ID", text)
    # Whatever else the name of a container may look like, it is a name.
    text = re.sub("^(lxc:|pod UID/)(?!ID$).*", r"\1NAME", text)
    names = r"a|b|c|x|billing|cron|(unit|container|instance)-[0-9]+"
    return re.sub(f"(?<![a-z0-9])({names})(?![a-z0-9])", "NAME", text)


CONTAINERS = [
    f"/system.slice/docker-{ID}.scope",
    f"/docker/{ID}",
    f"/docker/{OTHER}/docker/{ID}",
    f"/machine.slice/libpod-{ID}.scope/container",
    f"/system.slice/billing.service/libpod-payload-{ID}",
    f"/system.slice/containerd.service/kubepods-burstable-pod{POD}.slice:cri-containerd:{ID}",
    f"/kubepods.slice/kubepods-pod{POD.replace('-', '_')}.slice/cri-containerd-{ID}.scope",
    f"/kubepods/besteffort/pod{POD}/{ID}",
    f"/kubepods/pod{ID[:32]}/crio-{ID}",
    f"/default/{ID}",
    f"/k8s.io/{ID}/init.scope",
    "/lxc/billing/system.slice/cron.service",
    "/lxc.payload.billing/docker/" + ID,
    "/machine.slice/machine-billing.scope/payload/system.slice/cron.service",
    "/machine.slice/systemd-nspawn@billing.service/payload/init.scope",
    f"/machine.slice/libpod-conmon-{ID}.scope",
]


@pytest.mark.parametrize("path", CONTAINERS)
def test_a_container(path: str) -> None:
    made = replaced(f"0::{path}\n")
    assert list(map(shape, placement(made))) == list(map(shape, placement(f"0::{path}\n")))
    for secret in (ID, ID[:12], OTHER, POD, POD.replace("-", "_"), "billing"):
        assert secret not in made


PARTS = st.sampled_from(
    [
        *("", "..", "a", "b.service", "c.scope", "d.slice", "init.scope", "docker"),
        *("lxc", "lxc.payload", "lxc.payload.a", "lxc.monitor.a", "default", "moby", "supervisor"),
        *("machine-a.scope", "machine-qemu-a.scope", "systemd-nspawn@a.service", "payload"),
        *("session-2.scope", "session-x.scope", "user-1000.slice", "user@1000.service"),
        *(ID, OTHER, f"docker-{ID}.scope", f"libpod-{ID}", f"libpod-conmon-{ID}.scope"),
        *(f"libpod-payload-{OTHER}", f"crio-{ID}.scope", f"cri-containerd-{OTHER}.scope"),
        *(f"pod{POD}", f"kubepods-pod{POD.replace('-', '_')}.slice", f"a:cri-containerd:{ID}"),
    ]
)
PATHS = st.lists(PARTS, max_size=5).map(lambda parts: "/" + "/".join(parts))
LINES = st.tuples(
    st.sampled_from(["0:", "1:name=systemd", "4:memory", "5:cpu,cpuacct", "6:name=acme"]), PATHS
).map(":".join)
TEXTS = st.lists(LINES, max_size=3).map(lambda lines: "".join(f"{line}\n" for line in lines))


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_any_text(one: str, other: str) -> None:
    names = Names(KEY)
    users = Users()
    here, there = (replaced_cgroup(names, users, text) for text in (one, other))
    assert here[1] == there[1] == 0
    for text, made in ((one, here[0]), (other, there[0])):
        assert list(map(shape, placement(made))) == [
            None if found is None else re.sub(r"\b1000\b", "1001", found)
            for found in map(shape, placement(text))
        ]
    # Two are the same afterwards if, and only if, they were before.
    same = [a == b for a, b in zip(placement(one), placement(other), strict=True)]
    still = [a == b for a, b in zip(placement(here[0]), placement(there[0]), strict=True)]
    assert still == same


@settings(deadline=None)
@given(st.text())
def test_nothing_of_what_is_no_line_comes_through(text: str) -> None:
    secret = f"QQ{text}QQ"
    made, left_out = replaced_cgroup(Names(KEY), Users(), secret.replace(":", ""))
    assert made == ""
    assert left_out == sum(map(bool, secret.replace(":", "").split("\n")))


def test_a_hierarchy_that_is_no_number_is_left_out() -> None:
    assert replaced_cgroup(Names(KEY), Users(), "secret::/a\n1:cpu:/\n") == ("1:cpu:/\n", 1)


def test_controllers_that_are_not_known_are_replaced() -> None:
    assert replaced("3:cpu,acme:/\n4:name=acme:/\n") == "3:cpu,controller-1:/\n4:controller-2:/\n"


@pytest.mark.parametrize("part", ["billing", f":cri-containerd:{ID}", "pod", "é"])
def test_a_name_that_no_directory_has_is_left_out(part: str) -> None:
    """Neither is a unit or a container read of it; as a name in a name it would be a recursion."""
    text = f"0::/billing.slice/{part * 5000}.service\n"
    assert replaced_cgroup(Names(KEY), Users(), f"{text}1:cpu:/\n") == ("1:cpu:/\n", 1)
    assert placement(text) == (None, None)


def test_more_than_may_be_read_is_left_out() -> None:
    lines = LONGEST_CGROUP // len("0::/a\n")
    made, left_out = replaced_cgroup(Names(KEY), Users(), "0::/a\n" * lines)
    assert len(made) <= LONGEST_CGROUP
    assert made.count("\n") + left_out == lines
    assert left_out > 0

"""Nodes of a cluster, with a stand-in for kubectl; the manifest names what is looked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from packer import ROOT
from stand_ins import Stand

from netviz.cli.gather import main
from netviz.errors import NetvizError
from netviz.gather.host import Host
from netviz.gather.kubectl import CONTAINER, LABEL, NAMESPACE, nodes, pods_by_node, running_pods

KUBECTL = """#!/bin/sh
echo "$*" >> "$CALLS"
case $1 in
get) cat "$PODS" ;;
exec) while [ "$1" != -- ]; do shift; done; shift; exec "$@" ;;
esac
"""


def pod(name: str, node: str, phase: str = "Running") -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"nodeName": node}, "status": {"phase": phase}}


@pytest.fixture
def cluster(stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stand:
    """A cluster of three nodes, the pod of one of which is not running yet."""
    stand.add("kubectl", KUBECTL)
    pods = [pod("p-1", "node-a"), pod("p-2", "node-b"), pod("p-3", "node-c", "Pending")]
    (tmp_path / "pods").write_text(json.dumps({"items": pods}))
    monkeypatch.setenv("PODS", str(tmp_path / "pods"))
    return stand


def called(stand: Stand) -> list[str]:
    return (stand.folder / "calls").read_text().splitlines()


def test_all_nodes_that_have_a_pod(cluster: Stand, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["--kubectl", "-o", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["node-a.json.gz", "node-b.json.gz"]
    first, *others = called(cluster)
    assert first == f"get pods -n {NAMESPACE} -l {LABEL} -o json"
    assert sorted(line.partition(" -- ")[0] for line in others) == [
        f"exec -i -n {NAMESPACE} -c {CONTAINER} p-1",
        f"exec -i -n {NAMESPACE} -c {CONTAINER} p-2",
    ]


def test_a_node_that_is_named(cluster: Stand, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["--kubectl", "node-b", "-o", str(out)]) == 0
    assert [path.name for path in out.iterdir()] == ["node-b.json.gz"]


@pytest.mark.usefixtures("cluster")
def test_a_node_without_a_pod(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--kubectl", "node-b", "node-c", "-o", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == (
        "netviz gather: no pod is running on node-c\n  there are pods on: node-a, node-b\n"
    )


def test_a_cluster_that_does_not_answer(
    stand: Stand, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stand.add(
        "kubectl", "#!/bin/sh\necho 'noise\nUnable to connect to the server: EOF' >&2; exit 1"
    )
    assert main(["--kubectl", "-o", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == (
        "netviz gather: kubectl: Unable to connect to the server: EOF\n"
    )


def test_a_kubectl_that_hangs_and_one_that_is_not_there(
    stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand.add("kubectl", "#!/bin/sh\nexec sleep 60\n")
    with pytest.raises(NetvizError, match=r"kubectl did not answer within 0\.2 seconds"):
        pods_by_node(0.2)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NetvizError, match="kubectl cannot be run: No such file"):
        pods_by_node(10)


@pytest.mark.parametrize("listing", [b"", b"[]", b"{}", b'{"items": [1]}', b"[" * 100_000])
def test_what_is_no_list_of_pods(listing: bytes) -> None:
    with pytest.raises(NetvizError, match="no list of pods"):
        running_pods(listing)


def test_without_pods_it_says_how_to_get_them() -> None:
    with pytest.raises(NetvizError, match=r"kubectl apply -f docs/netviz-capture-pods\.yaml"):
        nodes([], {})
    with pytest.raises(NetvizError, match="does not begin with -"):
        nodes([], {"node": "-x"})
    assert nodes([Host("n", "n")], {"n": "p", "m": "q"}) == [Host("n", "p")]


def test_sudo_is_not_for_pods(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--kubectl", "node", "--sudo", "-o", str(tmp_path / "out")])
    assert ended.value.code == 2


def test_the_manifest_makes_what_is_looked_for() -> None:
    text = (ROOT / "docs" / "netviz-capture-pods.yaml").read_text()
    namespace, daemons = yaml.safe_load_all(text)
    assert namespace["metadata"]["name"] == NAMESPACE
    assert daemons["metadata"]["namespace"] == NAMESPACE
    template = daemons["spec"]["template"]
    assert [f"{k}={v}" for k, v in template["metadata"]["labels"].items()] == [LABEL]
    assert daemons["spec"]["selector"]["matchLabels"] == template["metadata"]["labels"]
    spec = template["spec"]
    assert spec["hostPID"] is True and spec["hostNetwork"] is True
    (container,) = spec["containers"]
    assert container["name"] == CONTAINER
    assert container["securityContext"]["privileged"] is True
    volumes = {volume["name"] for volume in spec["volumes"]}
    assert {mount["name"] for mount in container["volumeMounts"]} == volumes

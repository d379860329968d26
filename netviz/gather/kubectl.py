"""Nodes of a Kubernetes cluster, each asked through a pod of docs/netviz-capture-pods.yaml."""

from __future__ import annotations

import json
import subprocess

from netviz.errors import NetvizError
from netviz.gather.host import Host, parse_host

PROGRAM = "kubectl"

NAMESPACE, LABEL, CONTAINER = "netviz-capture", "app=netviz-capture", "capture"
"""As in the manifest."""

MANIFEST = "docs/netviz-capture-pods.yaml"


def kubectl_command(pod: str, script: str) -> list[str]:
    """The arguments that run ``script`` in the pod."""
    where = ["-n", NAMESPACE, "-c", CONTAINER]
    return [PROGRAM, "exec", "-i", *where, pod, "--", "/bin/sh", "-c", script]


def pods_by_node(timeout: float) -> dict[str, str]:
    """The running pods of the manifest: their names, by node. Raises NetvizError."""
    command = [PROGRAM, "get", "pods", "-n", NAMESPACE, "-l", LABEL, "-o", "json"]
    try:
        ended = subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout
        )
    except subprocess.TimeoutExpired as error:
        raise NetvizError(f"kubectl did not answer within {timeout:g} seconds") from error
    except OSError as error:
        raise NetvizError(f"kubectl cannot be run: {error.strerror}") from error
    if ended.returncode:
        lines = ended.stderr.decode("utf-8", "replace").strip().split("\n")
        raise NetvizError(f"kubectl: {lines[-1] or 'failed without a word'}")
    return running_pods(ended.stdout)


def running_pods(listing: bytes) -> dict[str, str]:
    """The names of running pods, by node, in a list of pods as JSON. Raises NetvizError."""
    found = {}
    try:
        for pod in json.loads(listing)["items"]:
            if pod["status"]["phase"] == "Running":
                found[str(pod["spec"]["nodeName"])] = str(pod["metadata"]["name"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NetvizError("kubectl get pods printed no list of pods") from error
    return found


def nodes(named: list[Host], pods: dict[str, str]) -> list[Host]:
    """The nodes to ask, each with its pod as its address: the named ones, else all. NetvizError."""
    if not pods:
        raise NetvizError(f"no pod is running\n  kubectl apply -f {MANIFEST}, and wait for them")
    missing = [host.name for host in named if host.name not in pods]
    if missing:
        raise NetvizError(
            f"no pod is running on {', '.join(missing)}\n  there are pods on: {', '.join(pods)}"
        )
    names = [host.name for host in named] or sorted(pods)
    return [Host(parse_host(name).name, parse_host(pods[name]).address) for name in names]

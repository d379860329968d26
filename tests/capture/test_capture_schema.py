"""What the capture writes is what docs/snapshot-format-2.schema.json describes and stitch reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fakeproc import TCP_HEADER, FakeProc
from running import CHECKOUT, Capture

from netviz.snapshot.load import load


@pytest.fixture(scope="session")
def schema() -> jsonschema.Draft202012Validator:
    text = (CHECKOUT / "docs" / "snapshot-format-2.schema.json").read_text()
    return jsonschema.Draft202012Validator(json.loads(text))


KEYS = {
    *("netviz_snapshot", "tool", "host", "privileges", "processes", "netns", "unix_peers"),
    *("unix_names", "problems", "time", "complete"),
}
PROCESS_KEYS = {
    *("pid", "ppid", "start", "comm", "exe", "uid", "security", "caps", "netns", "cgroup"),
    *("sockets", "pipes"),
}
NETNS_KEYS = {"id", "name", "addresses", "interfaces", "ip_local_port_range", "forwarding"} | {
    "tables"
}


def check(document: dict[str, Any], schema: jsonschema.Draft202012Validator) -> None:
    schema.validate(document)
    assert set(document) == KEYS
    assert list(document)[-1] == "complete"
    assert all(set(found) - {"argv"} == PROCESS_KEYS for found in document["processes"])
    assert all(set(found) == NETNS_KEYS for found in document["netns"])


def test_a_capture_of_this_machine(
    capture: Capture, schema: jsonschema.Draft202012Validator, tmp_path: Path
) -> None:
    check(capture("--cmdline").snapshot, schema)
    assert capture("-o", str(tmp_path / "here.json.gz")).status == 0
    (snapshot,) = load(tmp_path / "here.json.gz")
    assert snapshot.processes
    assert snapshot.started is not None
    assert snapshot.finished is not None
    assert snapshot.started <= snapshot.finished


def test_a_capture_of_a_tree_of_odd_things(
    fakeproc: FakeProc, capture: Capture, schema: jsonschema.Draft202012Validator, tmp_path: Path
) -> None:
    fakeproc.process(1, b"\xff\n", sockets=[2**64 - 1], links=["pipe:[3]"], argv=b"\xff\0")
    fakeproc.process(2, netns=None, start=2**80, euid=2**70, attr=b"\xfe", exe="/\udcff")
    fakeproc.process(2**31, cgroup="", caps="", netns=77)
    fakeproc.write("stat", f"btime {2**90}\n")
    fakeproc.write("3/comm", "no stat\n")
    fakeproc.write("4/stat", "")
    fakeproc.table("tcp", TCP_HEADER)
    fakeproc.table("unix", b"\xff\x00\xed\xa0\x80")
    target = tmp_path / "odd.json"
    assert capture("--proc", str(fakeproc.root), "--cmdline", "-o", str(target)).status == 0
    document = json.loads(target.read_text())
    check(document, schema)
    assert document["host"]["btime"] is None
    assert [found["pid"] for found in document["processes"]] == [1, 2, 4, 2**31]
    (snapshot,) = load(target)
    assert snapshot.netns[0].tables["unix"] == "\\xff\x00\\xed\\xa0\\x80"

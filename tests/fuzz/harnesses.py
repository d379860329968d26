"""Every harness by its name: what it does with some bytes, and what to start from.

A harness returns, whatever the bytes are. What it raises is a finding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import fuzz_kernel_text as kernel_text
import fuzz_labels as labels
import fuzz_netlink as netlink
import fuzz_snapshots as snapshots

FOUND = Path(__file__).with_name("found")
"""Inputs that once were findings, a folder for each harness."""


@dataclass(frozen=True)
class Harness:
    run: Callable[[bytes], None]
    seeds: list[bytes]


HARNESSES = {
    "tables": Harness(kernel_text.tables, kernel_text.TABLE_SEEDS),
    "sctp": Harness(kernel_text.sctp, kernel_text.SCTP_SEEDS),
    "cgroup": Harness(kernel_text.cgroup, kernel_text.CGROUP_SEEDS),
    "unix-names": Harness(kernel_text.unix_names, kernel_text.TABLE_SEEDS),
    "proc-files": Harness(kernel_text.proc_files, kernel_text.PROC_SEEDS),
    "netlink": Harness(netlink.messages, netlink.MESSAGE_SEEDS),
    "conntrack": Harness(netlink.conntrack, netlink.CONNTRACK_SEEDS),
    "json": Harness(snapshots.json_decoders, snapshots.JSON_SEEDS),
    "gzip": Harness(snapshots.gzip_files, snapshots.GZIP_SEEDS),
    "snapshots": Harness(snapshots.snapshots, snapshots.DOCUMENT_SEEDS),
    "changed-snapshots": Harness(snapshots.changed_snapshots, snapshots.CHANGE_SEEDS),
    "texts": Harness(labels.texts, labels.LABEL_SEEDS),
    "formats": Harness(labels.formats, labels.LABEL_SEEDS),
    "dot": Harness(labels.dot_labels, labels.LABEL_SEEDS[-1:]),
}


def found(name: str) -> list[bytes]:
    """What once was a finding of a harness."""
    return [path.read_bytes() for path in sorted((FOUND / name).glob("*"))]

"""What the capture could not see: what and how often, without examples, which are paths."""

from __future__ import annotations

import errno

from netviz.anonymize.inet_table import TABLES
from netviz.snapshot.model import IMPORTED, NOT_TOLD, Problem

WHATS = TABLES | frozenset(
    {"unix", "packet", "sctp/assocs", "sctp/eps", "nf_conntrack"}
    | {"process", "processes", "fd", "status", "comm", "exe", "cgroup", "cmdline", "attr/current"}
    | {"hidepid", "netns", "setns", "unix_diag", "rtnetlink", "stat", "mountinfo", "snmp", "igmp"}
    | {"fib_trie", "if_inet6", "ipv6_route", "ip_local_port_range", "task"}
    | {"hostname", "osrelease", "arch", "boot_id", "unknown"}
)
"""What a capture asks for."""

OTHER = "other"

FORMAT_1 = Problem(IMPORTED, NOT_TOLD, 1)
"""What is true of every snapshot of format 1."""

_IMPORTED = Problem(IMPORTED, "imported; what its source cannot show is not told here", 1)
"""In the place of the sentences of an import, which may name anything."""


def replaced_problem(problem: Problem) -> Problem:
    """What stands for a problem."""
    if problem.what == IMPORTED:
        return _IMPORTED
    what = problem.what if problem.what in WHATS else OTHER
    error = problem.error if problem.error in errno.errorcode.values() else OTHER
    return Problem(what, error, problem.count)

"""Public reports about the tables of SCTP, each with its whole kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents import document, flows, graph_of, netns

OLDEST = (
    " ASSOC     SOCK   STY SST ST HBKT ASSOC-ID TX_QUEUE RX_QUEUE UID INODE LPORT RPORT "
    "LADDRS <-> RADDRS"
)
HEARTBEAT = " HBINT INS OUTS MAXRT T1X T2X RTXC"
MEMORY = " wmema wmemq sndbuf rcvbuf"
OURS = "ffff9001 ffff9002 2 1 3  5    12   0   0    0 600 3868   2905  *10.7.0.1 10.7.1.1"
THEIRS = "ffff9003 ffff9004 2 1 3  5    13   0   0    0 700 2905   3868  *10.7.0.2 10.7.1.2"


@pytest.mark.parametrize(
    ("columns", "values"),
    [
        ("", ""),
        (HEARTBEAT, "\t   30000    17    10   10    0    0        0"),
        (
            HEARTBEAT + MEMORY,
            "\t    1000     2     2   10    0    0        0       11        12  1000000  2000000",
        ),
    ],
)
def test_40_columns_behind_the_addresses_differ_by_kernel(
    tmp_path: Path, columns: str, values: str
) -> None:
    """RedHatInsights/insights-core test_sctp.py: a heartbeat of 30000 ms is no address."""
    ours = f"{OLDEST}{columns}\n{OURS} <-> *10.7.0.2 10.7.1.2 {values}\n"
    theirs = f"{OLDEST}{columns}\n{THEIRS} <-> *10.7.0.1 10.7.1.1 {values}\n"
    a = document("a", [netns({"sctp/assocs": ours}, ["10.7.0.1/24", "10.7.1.1/24"])], {6: [600]})
    b = document("b", [netns({"sctp/assocs": theirs}, ["10.7.0.2/24", "10.7.1.2/24"])], {7: [700]})
    graph = graph_of(tmp_path, a, b)
    assert [f[2:] for f in flows(graph)] in (
        [("sctp", 2905, "reciprocal", 1)],
        [("sctp", 3868, "reciprocal", 1)],
    )
    assert graph.coverage.external == graph.coverage.unmatched == 0
    assert not any(machine.problems for machine in graph.machines)


@pytest.mark.parametrize("bucket", [True, False])
def test_42_endpoint_on_two_lines_with_and_without_the_bucket(tmp_path: Path, bucket: bool) -> None:
    """moznion/go-sctp-proc-parser eps_test.go: columns go by name, and lines add addresses."""
    header = (
        f"ENDPT            SOCK             STY SST{' HBKT' if bucket else ''} LPORT   UID INODE"
    )
    start = f"ffff9005 ffff9006 2   10  {'32  ' if bucket else ''}11168   200 800"
    lines = [f"{header}     LADDRS", f"{start} 10.7.0.1 10.7.1.1", f"{start} 10.7.2.1", ""]
    machine = document("a", [netns({"sctp/eps": "\n".join(lines)}, ["10.7.0.1/24"])], {8: [800]})
    graph = graph_of(tmp_path, machine)
    (node,) = graph.nodes
    assert [(one.proto, one.address, one.port) for one in node.listeners] == [
        ("sctp", "10.7.0.1", 11168),
        ("sctp", "10.7.1.1", 11168),
        ("sctp", "10.7.2.1", 11168),
    ]
    assert (graph.coverage.listening, graph.coverage.sockets) == (1, 1)


def test_42_no_module_no_table_no_problem(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, document("a", [netns({}, ["10.7.0.1/24"])]))
    assert graph.machines[0].problems == ()

"""Snapshots of real daemons made anonymous: the same picture, and nobody's name in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from anonymizing import anonymized
from captured import Captured
from original_identifiers import addresses_of, leaks, names_of, words
from same_pictures import assert_same_pictures, loaded

from netviz.group import group

VOCABULARY = words(
    # The keys of the format, and words of fixed meaning that are their values.
    b"netviz snapshot host name machine id boot kernel arch byteorder little big btime clk tck "
    b"time privileges euid cap eff processes pid ppid start comm exe uid security caps netns "
    b"cgroup argv sockets pipes rw addresses interfaces ip local port range forwarding tables "
    b"unix peers names problems what error count example started finished complete null true "
    b"false x86 aarch64 namespace "
    # The names of tables, and the columns of their headers.
    b"tcp tcp6 udp udp6 udplite udplite6 raw raw6 icmp icmp6 packet nf conntrack sl address "
    b"rem remote st tx rx queue tr tm when retrnsmt timeout inode ref pointer drops Num "
    b"RefCount Protocol Flags Type St Inode Path sk RefCnt Proto Iface Rmem User ipv4 ipv6 src "
    b"dst sport dport mark zone use UNREPLIED "
    # What the capture asks for, and errors.
    b"fd status stat EINVAL ENOENT EACCES EPERM setns rtnetlink diag process unknown other "
    # Control groups, folders and interfaces of every system; what executes other programs.
    b"init scope system slice service systemd user session docker lo cpu cpuacct cpuset memory "
    b"devices freezer blkio pids net cls prio perf event hugetlb rdma misc usr bin sbin lib "
    b"local run var tmp etc dev proc home root opt python3 gunicorn "
    # What stands for others is called so.
    b"path interface unit label container program instance abstract controller "
)
"""Words that may stand in both: none of them names anything."""


@pytest.mark.parametrize("boots", ["own", "shared"])
def test_the_datacentre(captured: Captured, tmp_path: Path, boots: str) -> None:
    files = sorted(getattr(captured, boots).values())
    made, document = anonymized(files, tmp_path)
    assert len(made) == len(files)
    original, anonymous = assert_same_pictures(loaded(files), loaded(made), document)
    assert len(original.flows) > 15
    for coarser in ("service", "container", "host"):
        sizes = [
            (len(graph.nodes), len(graph.flows))
            for graph in (group(original, coarser), group(anonymous, coarser))
        ]
        assert sizes[0] == sizes[1]


@pytest.mark.parametrize("boots", ["own", "shared"])
def test_nothing_in_it_names_anything(captured: Captured, tmp_path: Path, boots: str) -> None:
    files = sorted(getattr(captured, boots).values())
    documents = [json.loads(path.read_text()) for path in files]
    names = set().union(*map(names_of, documents))
    addresses = set().union(*map(addresses_of, documents))
    assert {"nginx", "laptop", "docker0", "eth0", ".s.PGSQL.5432", "web"} - names <= {"web"}
    assert {"10.40.0.20", "172.17.0.2", "192.168.10.5"} <= set(map(str, addresses))
    given = b"".join(path.read_bytes() for path in files)
    assert len(leaks(given, names, addresses)) > len(names)  # the search finds what is there
    made, _ = anonymized(files, tmp_path)
    written = b"".join(path.read_bytes() for path in made)
    assert leaks(written, names, addresses) == []
    assert words(given) & words(written) <= VOCABULARY
    assert not [path for path in made if any(name in path.name for name in names)]

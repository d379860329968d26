"""Valid documents of both formats, to be changed by the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TCP = (
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout"
    " inode\n   0: 0100000A:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0"
    "        0 701 1\n"
)


def full_document() -> dict[str, Any]:
    """A format 2 document in which every key has a value."""
    return {
        "netviz_snapshot": 2,
        "tool": {"version": "1.2.3", "python": "3.6.15"},
        "host": {
            "name": "alpha",
            "machine_id": "aa11",
            "boot_id": "bb22",
            "kernel": "6.1.0",
            "arch": "x86_64",
            "byteorder": "big",
            "btime": 1700000000,
            "clk_tck": 100,
        },
        "privileges": {
            "euid": 0,
            "cap_eff": "000001ffffffffff",
            "pid_namespace": 4026531836,
        },
        "processes": [
            {
                "pid": 41,
                "ppid": 1,
                "start": 77,
                "comm": "served",
                "exe": "/usr/bin/served",
                "uid": 1000,
                "security": "confined_t",
                "caps": "00",
                "netns": 4026531840,
                "cgroup": "0::/system.slice/served.service\n",
                "argv": ["served", "--all"],
                "sockets": [701, 702],
                "pipes": [[801, "r"], [802, "w"], [803, "rw"]],
            },
            {"pid": 42},
        ],
        "netns": [
            {
                "id": 4026531840,
                "name": "blue",
                "addresses": ["10.0.0.1/24", "fe80::1/64", "10.0.0.2"],
                "interfaces": [[1, "lo"], [2, "eth0"]],
                "ip_local_port_range": [32768, 60999],
                "forwarding": True,
                "tables": {"tcp": TCP, "unheard-of": "kept\n"},
            },
            {},
        ],
        "unix_peers": [[701, 702], [702, 701]],
        "unix_names": [[702, "@two\nlines"]],
        "problems": [{"what": "fd", "error": "EACCES", "count": 3, "example": "/proc/9/fd"}],
        "time": {"started": 1700000100.5, "finished": 1700000101},
        "complete": True,
    }


def least_document() -> dict[str, Any]:
    """A format 2 document with no more than what is required."""
    return {
        "netviz_snapshot": 2,
        "host": {"name": "beta", "byteorder": "little"},
        "processes": [],
        "netns": [],
        "complete": True,
    }


def first_format() -> dict[str, Any]:
    """A format 1 document with a socket of every type."""
    return {
        "processes": {
            "7": {
                "cmd": "served",
                "uid": 5,
                "pid": 7,
                "selinux": "unconfined",
                "inodes": [
                    {"ino": "11", "extra": "socket"},
                    {"ino": "12", "extra": "socket"},
                    {"ino": "13", "extra": "pipe"},
                ],
            }
        },
        "net": {
            "11": {"type": "tcp", "local": ["10.9.8.7", 80], "remote": ["0.0.0.0", 0]},
            "12": {
                "type": "tcp6",
                "local": ["::a09:807:0:ffff", 80],
                "remote": ["::7f00:1:0:ffff", 40000],
            },
            "0": {"type": "tcp", "local": ["10.9.8.7", 80], "remote": ["10.9.8.6", 41000]},
            "14": {"type": "udp", "local": ["0.0.0.0", 53], "remote": ["0.0.0.0", 0]},
            "15": {"type": "udp6", "local": ["::1:0:0", 54], "remote": ["::1:0:0", 55]},
            "16": {"type": "raw6", "local": 58, "remote": 0},
            "17": {"type": "packet"},
            "18": {"type": "unix", "path": "/run/served.sock"},
            "19": {"type": "unix", "path": None},
            "20": {"type": "raw", "local": 1, "remote": 0},
        },
    }


def write(path: Path, document: object) -> str:
    """Write one document; the path as text."""
    path.write_text(json.dumps(document))
    return str(path)

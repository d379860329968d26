"""A group of two machines as snapshot documents, for the tests of the stitch command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HEADER = (
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout"
)
REST = "00000000:00000000 00:00000000 00000000"


def process(pid: int, comm: str, uid: int, *sockets: int, **more: object) -> dict[str, Any]:
    return {
        "pid": pid,
        "ppid": 1,
        "start": 500 + pid,
        "comm": comm,
        "exe": f"/usr/sbin/{comm}",
        "uid": uid,
        "security": None,
        "netns": 4026531840,
        "cgroup": f"0::/system.slice/{comm}.service\n",
        "sockets": list(sockets),
        "pipes": [],
        **more,
    }


def document(
    name: str, address: str, processes: list[dict[str, Any]], tcp: list[str]
) -> dict[str, Any]:
    return {
        "netviz_snapshot": 2,
        "host": {
            "name": name,
            "machine_id": name * 8,
            "boot_id": f"{name}-boot",
            "kernel": "6.1.0",
            "arch": "x86_64",
            "byteorder": "little",
            "btime": 1700000000,
            "clk_tck": 100,
        },
        "privileges": {"euid": 0, "cap_eff": "000001ffffffffff"},
        "processes": processes,
        "netns": [
            {
                "id": 4026531840,
                "name": None,
                "addresses": [f"{address}/24", "127.0.0.1/8"],
                "ip_local_port_range": [32768, 60999],
                "forwarding": False,
                "tables": {"tcp": "\n".join([HEADER, *tcp]) + "\n"},
            }
        ],
        "problems": [],
        "time": {"started": 1700001000.0, "finished": 1700001001.0},
        "complete": True,
    }


def line(local: str, remote: str, state: int, inode: int) -> str:
    """``local`` and ``remote`` as in the table: hex address and port."""
    return f"   0: {local} {remote} {state:02X} {REST}  1000        0 {inode} 1 0"


WEB = document(
    "web",
    "10.0.0.1",
    [process(10, "nginx", 0, 100, 101), process(11, "nginx", 33, 100, 102, security="unconfined")],
    [
        line("00000000:0050", "00000000:0000", 0x0A, 100),
        line("0100000A:9C40", "0200000A:1538", 0x01, 101),
        line("0100000A:9C41", "0200000A:1538", 0x01, 102),
        line("0100000A:0050", "090200C0:C350", 0x01, 103),
    ],
)
DB = document(
    "db",
    "10.0.0.2",
    [process(20, "postgres", 26, 200, 201), process(21, "postgres", 26, 200, 202)],
    [
        line("00000000:1538", "00000000:0000", 0x0A, 200),
        line("0200000A:1538", "0100000A:9C40", 0x01, 201),
        line("0200000A:1538", "0100000A:9C41", 0x01, 202),
    ],
)


def write_group(folder: Path) -> list[str]:
    """Write the snapshots of the group; gives their paths."""
    paths = []
    for name, content in (("web", WEB), ("db", DB)):
        path = folder / f"{name}.json"
        path.write_text(json.dumps(content))
        paths.append(str(path))
    return paths

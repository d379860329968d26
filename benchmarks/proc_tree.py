"""A folder that looks like /proc of a machine with any number of sockets, for ``--proc``.

Links to sockets lead nowhere, as in /proc.
"""

from __future__ import annotations

from pathlib import Path

from made_tables import made_table

NETNS = 4026531840


def write_tree(root: Path, sockets: int, processes: int) -> None:
    """Make ``root``: ``processes`` hold ``sockets`` TCP sockets, each in equal parts."""
    (root / "net").mkdir(parents=True)
    (root / "net" / "tcp").write_text(made_table("tcp", sockets))
    (root / "stat").write_text("btime 1700000000\n")
    each = sockets // processes
    for number in range(processes):
        pid = 100 + number
        process = root / str(pid)
        (process / "fd").mkdir(parents=True)
        (process / "ns").mkdir()
        fields = f"S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 {pid} 0 0"
        (process / "stat").write_text(f"{pid} (worker) {fields}\n")
        (process / "status").write_text("Name:\tworker\nUid:\t33\t33\t33\t33\nCapEff:\t0\n")
        (process / "comm").write_text("worker\n")
        (process / "cgroup").write_text("0::/system.slice/worker.service\n")
        (process / "exe").symlink_to("/usr/sbin/worker")
        (process / "ns" / "net").symlink_to(f"net:[{NETNS}]")
        (process / "net").symlink_to("../net")
        for at in range(each):
            inode = 20_000 + 3 * (number * each + at)
            (process / "fd" / str(at + 3)).symlink_to(f"socket:[{inode}]")

"""Builds trees that look like /proc, for ``netviz-capture --proc DIR``.

A tree holds what this kernel lacks or what this machine does not have: SCTP tables, a big-endian
target, labels of security modules, hidden processes. Links to sockets lead nowhere, as in /proc.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

HOST_NETNS = 4026531840

TCP_HEADER = (
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt"
    "   uid  timeout inode" + " " * 53 + "\n"
)


class FakeProc:
    """A procfs below ``root``, which is made; it has a host and no processes yet."""

    def __init__(
        self,
        root: Path,
        hostname: str = "db1",
        boot_id: str = "5f3c1f0a-0000-4000-8000-000000000001",
        btime: int = 1_700_000_000,
    ) -> None:
        self.root = root
        root.mkdir(parents=True)
        self.write("sys/kernel/hostname", f"{hostname}\n")
        self.write("sys/kernel/osrelease", "6.1.0-test\n")
        self.write("sys/kernel/random/boot_id", f"{boot_id}\n")
        self.write("stat", f"cpu  1 2 3 4\nbtime {btime}\nprocesses 7\n")

    def write(self, path: str, content: str | bytes) -> Path:
        """The file ``path`` below the root, with the folders above it."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def link(self, path: str, target: str | bytes) -> None:
        """The symbolic link ``path`` below the root; ``target`` need not be there."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(
            target if isinstance(target, str) else target.decode("utf-8", "surrogateescape")
        )

    def process(
        self,
        pid: int,
        comm: bytes = b"daemon",
        *,
        ppid: int = 1,
        start: int = 500,
        euid: int = 0,
        caps: str = "000001ffffffffff",
        cgroup: str = "0::/system.slice/daemon.service\n",
        exe: str = "/usr/sbin/daemon",
        netns: int | None = HOST_NETNS,
        attr: bytes | None = None,
        apparmor: bytes | None = None,
        sockets: Sequence[int] = (),
        links: Iterable[str] = (),
        argv: bytes = b"daemon\0--foreground\0",
        threads: int = 1,
    ) -> None:
        """One process; descriptors count from 3 on: first ``sockets``, then any ``links``."""
        base = f"{pid}"
        fields = f"S {ppid} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 {threads} 0 {start} 0 0"
        self.write(f"{base}/stat", b"%d (%s) %s\n" % (pid, comm, fields.encode()))
        self.write(f"{base}/comm", comm + b"\n")
        name = comm.replace(b"\\", b"\\\\").replace(b"\n", b"\\n")
        ids = f"Uid:\t1000\t{euid}\t1000\t1000\n"
        self.write(
            f"{base}/status", b"Name:\t%s\n%sCapEff:\t%s\n" % (name, ids.encode(), caps.encode())
        )
        self.write(f"{base}/cgroup", cgroup)
        self.write(f"{base}/cmdline", argv)
        self.link(f"{base}/exe", exe)
        if attr is not None:
            self.write(f"{base}/attr/current", attr)
        if apparmor is not None:
            self.write(f"{base}/attr/apparmor/current", apparmor)
        self.descriptors(base, sockets, links)
        if netns is not None:
            self.link(f"{base}/ns/net", f"net:[{netns}]")
            self.net(netns).mkdir(parents=True, exist_ok=True)
            self.link(f"{base}/net", f"../namespaces/{netns}")

    def descriptors(
        self, path: str, sockets: Sequence[int] = (), links: Iterable[str] = ()
    ) -> None:
        """The descriptors of ``PID``, or of one thread of it: ``PID/task/TID``."""
        (self.root / path / "fd").mkdir(parents=True)
        targets = [f"socket:[{inode}]" for inode in sockets] + list(links)
        for number, target in enumerate(targets, 3):
            self.link(f"{path}/fd/{number}", target)

    def net(self, netns: int = HOST_NETNS) -> Path:
        """The folder that every process of a namespace shows as its ``net``."""
        return self.root / "namespaces" / str(netns)

    def table(self, name: str, content: str | bytes, netns: int = HOST_NETNS) -> Path:
        """One file of /proc/PID/net."""
        return self.write(f"namespaces/{netns}/{name}", content)

"""Process 1 of a laboratory machine: makes the namespaces a machine, starts and reaps processes.

Started by ``machines.py`` through unshare(1), in fresh namespaces and with one JSON argument.
Requests come as JSON lines on standard input, answers leave as JSON lines on standard output:

* ``{"pid": P}`` once the machine is up, P being its own process id outside;
* ``{"started": PID}`` answers a request to start a process;
* ``{"ended": PID, "status": S}`` when one has ended, S as ``subprocess`` counts.

It ends, and the kernel kills every process of the machine with it, when standard input is closed
(the test is gone, however it ended) or when its time is up.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PR_SET_NAME = 15
READY_FD = 3
INHERITED_FD = 4
"""Where a process finds the pipe to announce itself on, and its first inherited socket."""


def mount(*arguments: str) -> None:
    """mount(8): the only program that the start needs."""
    subprocess.run(["mount", *arguments], check=True, stdin=subprocess.DEVNULL)


def forget_named_namespaces() -> None:
    """Unmount the namespaces that this computer has named (ip netns): they are not the machine's.

    The mount namespace is the machine's own copy, so nothing changes outside.
    """
    for line in Path("/proc/self/mountinfo").read_text().split("\n")[:-1]:
        mounted, _, source = line.partition(" - ")
        if source.startswith("nsfs "):
            mount_point = mounted.split(" ")[4].encode().decode("unicode_escape")
            subprocess.run(["umount", "--lazy", mount_point], check=True)


def become_machine(config: dict[str, Any]) -> None:
    """Give the namespaces a host name, a /proc, a /run and an /etc of their own."""
    socket.sethostname(config["name"])
    mount("-t", "proc", "proc", "/proc")
    if config["contained"]:  # the rest is its host's
        return
    forget_named_namespaces()
    mount("-t", "tmpfs", "-o", "mode=755", "machine", "/run")
    outer_etc = Path("/run/etc")
    outer_etc.mkdir()
    mount("--bind", "/etc", "/run/etc")
    names = [path.name for path in outer_etc.iterdir()]
    mount("-t", "tmpfs", "-o", "mode=755", "machine", "/etc")
    own = {
        "machine-id": config["machine_id"] + "\n",
        "hostname": config["name"] + "\n",
        "hosts": "127.0.0.1 localhost\n::1 localhost\n",
    }
    for name in names:
        if name not in own:
            Path("/etc", name).symlink_to(outer_etc / name)
    for name, text in own.items():
        Path("/etc", name).write_text(text)
    Path("/run/boot_id").write_text(config["boot_id"] + "\n")
    mount("--bind", "/run/boot_id", "/proc/sys/kernel/random/boot_id")
    # Addresses are usable at once, without looking for duplicates first.
    for scope in "all", "default":
        settings = Path("/proc/sys/net/ipv6/conf", scope)
        if settings.is_dir():
            (settings / "accept_dad").write_text("0")
            (settings / "accept_ra").write_text("0")
    enter_unit(config["cgroups"], "init.scope")


def enter_unit(cgroups: list[str], unit: str) -> None:
    """Move this process to a unit: a service by its name, anything else by its whole path."""
    for root in cgroups:
        folder = Path(root, "system.slice", unit) if unit.endswith(".service") else Path(root, unit)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "cgroup.procs").write_text("0")


def listening_socket(address: str, port: int) -> socket.socket:
    """A listening TCP socket, for a process that gets it from process 1."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(16)
    return listener


class Init:
    """The loop: requests in, answers out, children reaped."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        self.deadline = time.monotonic() + config["limit"]
        self.listeners: list[socket.socket] = []
        self.wakeup, wakeup_write = os.pipe()
        for fd in self.wakeup, wakeup_write:
            os.set_blocking(fd, False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.set_wakeup_fd(wakeup_write)

    def answer(self, **message: int) -> None:
        os.write(1, json.dumps(message).encode() + b"\n")

    def start(self, request: dict[str, Any]) -> int:
        """Fork and execute one program; returns its process id here."""
        inherited = None
        if request["socket"]:
            inherited = listening_socket(*request["socket"])
            self.listeners.append(inherited)  # kept open, as a service manager does
        pid = os.fork()
        if pid:
            return pid
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.setsid()
            if request["unit"]:
                enter_unit(self.config["cgroups"], request["unit"])
            self.place_descriptors(request, inherited)
            os.chdir("/")
            os.execvpe(request["argv"][0], request["argv"], {**os.environ, **request["env"]})
        except BaseException as error:
            os.write(2, f"{request['argv'][0]}: {error}\n".encode())
        os._exit(127)

    @staticmethod
    def place_descriptors(request: dict[str, Any], inherited: socket.socket | None) -> None:
        """0 to 2, then READY_FD and INHERITED_FD where the request has them."""
        opened = [
            os.open("/dev/null", os.O_RDONLY),
            os.open(request["out"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
            os.open(request["err"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
            os.open(request["ready"], os.O_WRONLY) if request["ready"] else None,
            inherited.fileno() if inherited else None,
        ]
        # Out of the way first: a number that is a source must not be overwritten as a target.
        moved = [
            None if fd is None else fcntl.fcntl(fd, fcntl.F_DUPFD, INHERITED_FD + 1)
            for fd in opened
        ]
        for target, fd in enumerate(moved):
            if fd is None:
                with contextlib.suppress(OSError):
                    os.close(target)
            else:
                os.dup2(fd, target)
        os.closerange(INHERITED_FD + 1, 256)

    def reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
            self.answer(ended=pid, status=code)

    def serve(self) -> None:
        """Until standard input ends or the time is up."""
        pending = b""
        while True:
            left = self.deadline - time.monotonic()
            if left <= 0:
                return
            readable, _, _ = select.select([0, self.wakeup], [], [], left)
            if self.wakeup in readable:
                os.read(self.wakeup, 512)
                self.reap()
            if 0 in readable:
                received = os.read(0, 65536)
                if not received:
                    return
                pending += received
                while b"\n" in pending:
                    line, pending = pending.split(b"\n", 1)
                    self.answer(started=self.start(json.loads(line.decode())))


def main() -> None:
    outside = int(Path("/proc/self").readlink().name)  # /proc is still the one from outside
    config = json.loads(sys.argv[1])
    name = config["init"].encode()
    ctypes.CDLL(None).prctl(PR_SET_NAME, ctypes.c_char_p(name), 0, 0, 0)
    become_machine(config)
    init = Init(config)
    init.answer(pid=outside)
    init.serve()


if __name__ == "__main__":
    main()

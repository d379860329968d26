"""Machines made of namespaces on this one computer: what the laboratory's tests run on.

A machine is a set of network, PID, UTS, IPC, mount and cgroup namespaces whose process 1 is
``init.py``. It has a host name, a /proc, a /run, a machine id, a boot id and addresses of its own.
Machines are joined by bridges in one more network namespace, the wire, so nothing is ever added to
the computer's own network, and nothing is left behind: when process 1 of a machine ends the kernel
kills the machine's processes and deletes its links.

    with Lab() as lab:
        web = lab.machine("web", ["10.77.0.1/24", "fd77::1/64"])
        web.run(["sleep", "60"])
        print(web.exec(["ip", "address"]))

A container is a machine inside another one, whose process ids, network namespace and cgroup the
outer one sees, as a container engine makes it.

Needs root, unshare and nsenter of util-linux, and ip of iproute2; ``why_not`` says what is missing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

INIT = Path(__file__).with_name("init.py")
ACTORS = Path(__file__).with_name("actors.py")
ROOT_SESSION = "user.slice/user-0.slice/session-1.scope"
"""The unit of a snapshot being taken: somebody logged in as root."""

NAMESPACES = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"]

PYTHON = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
"""What process 1 and the actors run under."""

PREFIX = "netviz-lab-"
"""How folders of a laboratory begin; the process id of its maker follows."""

PATIENCE = 20.0
"""Seconds to wait for anything single (a start, an announcement, a command) before giving up."""


class LabError(Exception):
    """The laboratory could not do what it was asked to."""


def why_not() -> str | None:
    """Why no laboratory can be built here, None if it can."""
    if os.geteuid() != 0:
        return "the laboratory needs root to make namespaces"
    for program in ("unshare", "nsenter", "ip", "mount"):
        if shutil.which(program) is None:
            return f"the laboratory needs the program {program} (util-linux, iproute2)"
    for command in (
        ["unshare", *NAMESPACES, "--fork", "mount", "-t", "proc", "proc", "/proc"],
        ["unshare", "--net", "ip", "link", "add", "lab0", "type", "veth"],
        ["unshare", "--net", "ip", "link", "add", "lab0", "type", "bridge"],
    ):
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE
        )
        if done.returncode:
            return f"no laboratory here: {' '.join(command)}: {done.stderr.strip()}"
    return None


class Lab:
    """Owner of machines and of the wire between them; tears all of it down when left.

    ``limit`` is the number of seconds after which every machine ends by itself.
    """

    def __init__(self, limit: float = 120.0) -> None:
        self.limit = limit
        self.machines: dict[str, Machine] = {}
        self.directory = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        self.cgroups = _make_cgroups(self.directory.name)
        self._networks: set[str] = set()
        self._links = 0
        self._wire: Machine | None = None

    def __enter__(self) -> Lab:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every machine; a second call does nothing."""
        machines = list(self.machines.values())
        if self._wire is not None:
            machines.append(self._wire)
            self._wire = None
        self.machines.clear()
        for machine in machines:
            machine.hang_up()
        for machine in machines:
            machine.end()
        for path in self.cgroups:
            _remove_cgroup(path)
        shutil.rmtree(self.directory, ignore_errors=True)

    def machine(
        self,
        name: str,
        addresses: Sequence[str] = (),
        *,
        network: str = "lan",
        boot_id: str | None = None,
        init: str = "init",
    ) -> Machine:
        """Start a machine that has ``addresses`` (with prefix lengths) on ``network``.

        Without ``boot_id`` it gets one of its own; give several machines the same one to make
        them look like namespaces of one kernel. ``init`` is the name of its process 1.
        """
        if name in self.machines:
            raise LabError(f"there is a machine {name} already")
        machine = Machine(self, name, boot_id or _identity("boot", name), init)
        self.machines[name] = machine
        if addresses:
            machine.connect(network, addresses)
        return machine

    def container(self, host: Machine, name: str, bridge: str, address: str) -> Machine:
        """Start a container of ``host``, with ``address`` (and its prefix length) on ``bridge``.

        It has a name, processes, and a network of its own; files it shares with the host.
        """
        container = Machine(self, f"{host.name}-{name}", host.boot_id, "tini", host)
        self.machines[container.name] = container
        interface = f"veth{len(self.machines)}"
        host.ip(
            f"link add {interface} type veth peer name eth0 netns {container.pid}",
            f"link set {interface} master {bridge} up",
        )
        container.ip("link set eth0 up", f"address add {address} dev eth0")
        return container

    def plug(self, network: str, machine: Machine, interface: str) -> None:
        """Join ``interface``, made in ``machine``, to the bridge ``network``."""
        if self._wire is None:
            self._wire = Machine(self, "wire", _identity("boot", "wire"), "wire")
        wire = self._wire
        self._links += 1
        port, mac = f"port{self._links}", f"02:77:00:00:00:{self._links:02x}"
        commands = []
        if network not in self._networks:
            self._networks.add(network)
            commands += [f"link add {network} type bridge", f"link set {network} up"]
        commands += [
            f"link add {port} type veth peer name {interface} address {mac} netns {machine.pid}",
            f"link set {port} master {network} up",
        ]
        wire.ip(*commands)


class Machine:
    """One machine. Made by ``Lab.machine``; ``pid`` is its process 1, seen from outside.

    A container is inside another machine, its ``host``.
    """

    def __init__(
        self, lab: Lab, name: str, boot_id: str, init: str, host: Machine | None = None
    ) -> None:
        self.name = name
        self.host = host
        self.container_id = hashlib.sha256(name.encode()).hexdigest() if host else None
        self.boot_id = boot_id
        self.machine_id = _identity("machine", name).replace("-", "")
        self.directory = lab.directory / name
        self.directory.mkdir()
        self._lab = lab
        self._interfaces = 0
        self._processes = 0
        self._pending = b""
        self._ended: dict[int, int] = {}
        cgroups = []
        for root in lab.cgroups:
            if host:
                scope = f"docker-{self.container_id}.scope"
                cgroups.append(root / host.name / "system.slice" / scope)
            else:
                cgroups.append(root / name)
            cgroups[-1].mkdir(parents=True, exist_ok=True)
        config = {
            "name": name,
            "machine_id": self.machine_id,
            "boot_id": boot_id,
            "init": init,
            "contained": host is not None,
            "limit": lab.limit,
            "cgroups": [str(path) for path in cgroups],
        }
        enter = [f"echo $$ > {path}/cgroup.procs || exit 1" for path in cgroups]
        inside = ["nsenter", f"--target={host.pid}", *NAMESPACES] if host else []
        unshare = " ".join(
            ["exec", *inside, "unshare", *NAMESPACES, '--fork --kill-child "$@"'],
        )
        self._log = (self.directory / "init.err").open("wb")
        # A session of its own: Ctrl-C is for the test, which then closes the laboratory.
        self._popen = subprocess.Popen(
            ["sh", "-c", "\n".join([*enter, unshare]), "sh", PYTHON, str(INIT), json.dumps(config)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
        )
        self.pid: int = self._await("pid")["pid"]
        if host:  # what it found is its number in the host
            self.pid = _only_child(_only_child(self._popen.pid))
        self.netns = Path(f"/proc/{self.pid}/ns/net").stat().st_ino
        self.ip("link set lo up")

    def ip(self, *commands: str) -> None:
        """Run ip(8) commands in the machine's network namespace only."""
        done = subprocess.run(
            ["nsenter", f"--net=/proc/{self.pid}/ns/net", "ip", "-batch", "-"],
            input="".join(f"{command}\n" for command in commands),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        if done.returncode:
            raise LabError(f"{self.name}: ip {'; '.join(commands)}: {done.stderr.strip()}")

    def connect(self, network: str, addresses: Sequence[str]) -> str:
        """Add an interface on ``network`` with ``addresses``; returns its name (eth0, eth1...)."""
        interface = f"eth{self._interfaces}"
        self._interfaces += 1
        self._lab.plug(network, self, interface)
        flags = {address: " nodad" if ":" in address else "" for address in addresses}
        self.ip(
            f"link set {interface} up",
            *(f"address add {address} dev {interface}{flags[address]}" for address in addresses),
        )
        return interface

    def run(
        self,
        argv: Sequence[str],
        *,
        ready: bool = False,
        unit: str | None = None,
        socket: tuple[str, int] | None = None,
    ) -> Process:
        """Start a process that stays; its process 1 is the parent.

        With ``ready`` this waits until the process has written to descriptor 3. ``unit`` is the
        systemd unit whose cgroup it is put in, where cgroups can be made (``Lab.cgroups``): the
        name of a service, or a path such as ``user.slice/user-1000.slice/session-1.scope``.
        ``socket`` is an address that process 1 listens on and hands down as descriptor 4.
        """
        self._processes += 1
        output = self.directory / f"{self._processes}.out"
        fifo = output.with_suffix(".ready")
        reader = -1
        if ready:
            os.mkfifo(fifo)
            reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        request = {
            "argv": list(argv),
            "env": {"PYTHONDONTWRITEBYTECODE": "1"},
            "out": str(output),
            "err": str(output.with_suffix(".err")),
            "ready": str(fifo) if ready else None,
            "unit": unit,
            "socket": socket,
        }
        try:
            assert self._popen.stdin is not None
            self._popen.stdin.write(json.dumps(request).encode() + b"\n")
            self._popen.stdin.flush()
            process = Process(self, self._await("started")["started"], argv, output)
            if ready:
                _await_announcement(process, reader)
        finally:
            if ready:
                os.close(reader)
        return process

    def actor(
        self,
        comm: str,
        *steps: Sequence[object],
        unit: str | None = None,
        socket: tuple[str, int] | None = None,
    ) -> Process:
        """Start ``actors.py`` as ``comm`` and wait until it has taken all of ``steps``."""
        argv = [PYTHON, str(ACTORS), comm, json.dumps(steps)]
        return self.run(argv, ready=True, unit=unit, socket=socket)

    def exec(self, argv: Sequence[str]) -> str:
        """Run a command to its end; returns what it printed. LabError if it fails."""
        process = self.run(argv)
        self._succeed(process)
        return process.output.read_text(encoding="utf-8", errors="surrogateescape")

    def _succeed(self, process: Process) -> None:
        status = process.wait()
        if status:
            raise LabError(
                f"{self.name}: {process.argv[0]} ended with {status}: {process.errors()}"
            )

    def capture(self, pyz: Path, python: str = PYTHON, options: Sequence[str] = ()) -> Path:
        """Take a snapshot of this machine, from inside, with ``pyz`` under ``python``."""
        target = self.directory / f"{self.name}.json"
        command = [python, str(pyz), "-o", str(target), *options]
        self._succeed(self.run(command, unit=ROOT_SESSION))
        return target

    def status(self, pid: int) -> int:
        """Wait for the process ``pid`` (as numbered inside) to end; negative is a signal."""
        while pid not in self._ended:
            self._read(time.monotonic() + PATIENCE, f"process {pid} to end")
        return self._ended.pop(pid)

    def hang_up(self) -> None:
        """Tell process 1 to end."""
        assert self._popen.stdin is not None
        with contextlib.suppress(OSError):
            self._popen.stdin.close()

    def end(self) -> None:
        """Wait until process 1, and so every process of the machine, is gone."""
        self.hang_up()
        try:
            self._popen.wait(PATIENCE / 4)
        except subprocess.TimeoutExpired:
            self._popen.kill()  # and with unshare, its child (--kill-child)
            self._popen.wait(PATIENCE)
        assert self._popen.stdout is not None
        self._popen.stdout.close()
        self._log.close()

    def _await(self, key: str) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while True:
            message = self._read(deadline, key)
            if key in message:
                return message

    def _read(self, deadline: float, what: str) -> dict[str, Any]:
        """The next message of process 1; one about an ended process is noted, too."""
        assert self._popen.stdout is not None
        fd = self._popen.stdout.fileno()
        while b"\n" not in self._pending:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([fd], [], [], left)[0]:
                raise LabError(f"{self.name}: waited in vain for {what}")
            received = os.read(fd, 65536)
            if not received:
                reason = (self.directory / "init.err").read_text(errors="replace").strip()
                raise LabError(f"{self.name}: process 1 is gone: {reason}")
            self._pending += received
        line, self._pending = self._pending.split(b"\n", 1)
        message: dict[str, Any] = json.loads(line)
        if "ended" in message:
            self._ended[message["ended"]] = message["status"]
        return message


class Process:
    """A process of a machine; ``pid`` as numbered inside, ``argv`` what it began as."""

    def __init__(self, machine: Machine, pid: int, argv: Sequence[str], output: Path) -> None:
        self.machine = machine
        self.pid = pid
        self.argv = argv
        self.output = output

    def wait(self) -> int:
        """Its exit status; negative is a signal."""
        return self.machine.status(self.pid)

    def errors(self) -> str:
        """What it has written to standard error so far."""
        return self.output.with_suffix(".err").read_text(encoding="utf-8", errors="replace").strip()


def _await_announcement(process: Process, reader: int) -> None:
    """Wait until the process writes to its ready pipe, which ``reader`` is the other end of."""
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    if not poll.poll(PATIENCE * 1000) or not os.read(reader, 64):
        what = " ".join(process.argv[2:])
        raise LabError(
            f"{process.machine.name}: {what} did not start: {process.errors() or 'silent'}"
        )


def _only_child(pid: int) -> int:
    """The child of ``nsenter`` or ``unshare``, which have one."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text())


def _identity(kind: str, name: str) -> str:
    """A stable id, so that a laboratory built again has the same machines."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.{kind}.netviz.example"))


def _make_cgroups(name: str) -> list[Path]:
    """A folder for this laboratory in each cgroup hierarchy that names systemd units.

    Those are version 2 (alone, or "unified" beside version 1) and the name=systemd of version 1.
    Empty where none may be written: the machines' processes are then in no unit. What a killed
    laboratory could not remove is removed here.
    """
    base = Path("/sys/fs/cgroup")
    made = []
    for root in (base, base / "unified", base / "systemd"):
        if not (root / "cgroup.procs").exists():
            continue
        for leftover in root.glob(f"{PREFIX}*"):
            if not Path("/proc", leftover.name.split("-")[2]).exists():
                with contextlib.suppress(LabError):
                    _remove_cgroup(leftover)
        with contextlib.suppress(OSError):
            (root / name).mkdir()
            made.append(root / name)
    return made


def _remove_cgroup(path: Path) -> None:
    """Remove an empty tree of cgroups; the kernel needs a moment after its processes ended."""
    folders = [Path(folder) for folder, _, _ in os.walk(path, topdown=False)]
    deadline = time.monotonic() + PATIENCE / 4
    for folder in folders:
        while folder.exists():
            try:
                folder.rmdir()
            except OSError as error:
                if time.monotonic() > deadline:
                    raise LabError(f"cannot remove {folder}: {error}") from error
                time.sleep(0.01)

"""Machines that are logged in to: each with an sshd, a user who may use sudo, and its own disks.

What a login sees is a mount namespace of its own, in which everything is read-only but the folders
where things are left behind. They are empty to begin with, so whatever is in them was left there.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import own_terminal
from daemons import installed, make_key, start_sshd
from machines import PATIENCE, Lab, LabError, Machine, Process
from stitching import ROOT

USER = "operator"
ALLOWED = f"{USER} ALL=(ALL) NOPASSWD: ALL"
ON_A_TERMINAL = f"Defaults use_pty\n{ALLOWED}"
"""As most distributions set it up: sudo runs everything on a terminal of its own making."""
WITH_PASSWORD = f"{USER} ALL=(ALL) ALL"
PASSWORD = "correct horse"

LEFT_IN = ("/tmp", "/var/tmp", "/dev/shm", "/home", "/root", "/var/log", "/var/spool")
"""Where something may be left behind, beside /run; nowhere else can anything be written."""

LOGIN_VIEW = """
set -e
mount -t tmpfs -o mode=755 left /mnt
mkdir /mnt/sshd /mnt/lab /mnt/etc
mount --bind {folder} /mnt/lab
mount --bind /run/etc /mnt/etc
mount -o remount,bind,ro /mnt/etc
mount --no-mtab --move /mnt /run
for folder in {folders}; do mount -t tmpfs -o mode=1777 left $folder; done
mkdir -p {folder}
mount --move /run/lab {folder}
mount -o remount,bind,ro {folder}
for hidden in {hidden}; do mount --bind /dev/null $hidden; done
mount -o remount,bind,ro /etc
mount -o remount,bind,ro /
exec "$@"
"""

PYTHONS = "/usr/bin/python[23]* /usr/local/bin/python* /usr/bin/python /usr/libexec/platform-python"


class SshHost:
    """A machine with an sshd in it; ``rights`` is the line of its sudoers."""

    def __init__(
        self, lab: Lab, name: str, address: str, public: str, rights: str, hide: str = ""
    ) -> None:
        self.address = address
        self.machine = lab.machine(name, [f"{address}/24"])
        accounts(self.machine, rights)
        folder = self.machine.directory
        (folder / "authorized").write_text(public)
        hidden = " ".join(str(path) for path in _existing(hide))
        view = LOGIN_VIEW.format(folders=" ".join(LEFT_IN), hidden=hidden, folder=folder)
        self.sshd = start_sshd(
            self.machine,
            folder / "authorized",
            ["unshare", "--mount", "--propagation=private", "sh", "-c", view, "sh"],
        )
        self.processes_before = self.processes()
        self.files_before = self.files()

    @property
    def host_key(self) -> str:
        """The public half."""
        return (self.machine.directory / "host_key.pub").read_text()

    def processes(self) -> dict[int, str]:
        """The command line of each process of the machine, by number."""
        found = {}
        for folder in Path(f"/proc/{self.machine.pid}/root/proc").glob("[0-9]*"):
            try:
                found[int(folder.name)] = (folder / "cmdline").read_bytes().decode()
            except OSError:
                continue  # it has ended
        return found

    def files(self) -> list[str]:
        """The paths of what is in the folders that can be written to, but for what sudo notes."""
        look = ["find", "/run", *LEFT_IN]
        for path in ("/run/etc", "/run/sudo", str(self.machine.directory)):
            look += ["-path", path, "-prune", "-o"]
        inside = ["nsenter", f"--target={self.sshd.pid}", "--mount"]
        where = self.machine.exec([*inside, *look, "-print"])
        return sorted(where.split("\n"))

    def captures(self) -> list[int]:
        """The processes of a capture, not counting sudo: the watch, then what captures."""
        return sorted(
            pid
            for pid, line in self.processes().items()
            if "\0-I\0-B\0" in line and not line.startswith("sudo")
        )

    def await_nothing_left(self, but: str = "\n") -> None:
        """Wait until the processes are those of before, and the files too. LabError."""
        deadline = time.monotonic() + PATIENCE
        left: object = None
        while time.monotonic() < deadline:
            now = self.processes()
            left = [
                now[pid] for pid in now if pid not in self.processes_before and but not in now[pid]
            ]
            if not left:
                break
            time.sleep(0.02)
        left = left or sorted(set(self.files()) - set(self.files_before))
        if left:
            raise LabError(f"{self.machine.name}: {left!r} is left")

    def get_stuck(self) -> None:
        """From now on what reads the machine id there waits for ever, as a capture does."""
        self.machine.exec(["sh", "-c", "rm /etc/machine-id && mkfifo -m 644 /etc/machine-id"])


def accounts(machine: Machine, rights: str) -> None:
    """Give the machine root and USER, who has a PASSWORD, and a sudoers file; /etc is its own."""
    hashed = machine.exec([installed("openssl"), "passwd", "-6", PASSWORD]).strip()
    own = {
        "passwd": f"root:x:0:0::/root:/bin/sh\n{USER}:x:1000:1000::/home:/bin/sh\n"
        "sshd:x:105:65534::/run/sshd:/usr/sbin/nologin\n",
        "group": f"root:x:0:\nnogroup:x:65534:\n{USER}:x:1000:\n",
        "shadow": f"root:*:19000::::::\n{USER}:{hashed}:19000::::::\n",
        "hosts": f"127.0.0.1 localhost\n127.0.1.1 {machine.name}\n",
        "sudoers": f"Defaults !lecture, !fqdn\n{rights}\n",
    }
    for name, text in own.items():
        (machine.directory / name).write_text(text)
    modes = "chmod 644 /etc/passwd /etc/group && chmod 440 /etc/sudoers && chmod 600 /etc/shadow"
    script = "".join(
        f"rm -f /etc/{name} && cp {machine.directory / name} /etc/{name} && " for name in own
    )
    machine.exec(["sh", "-c", script + modes])


def _existing(patterns: str) -> list[Path]:
    found = [path for pattern in patterns.split() for path in Path("/").glob(pattern[1:])]
    return sorted({path.resolve() for path in found})


class Client:
    """The machine of the person who gathers: a key, a configuration of ssh, and netviz."""

    def __init__(self, lab: Lab) -> None:
        self.machine = lab.machine("desk", ["10.60.0.1/24"])
        self.folder = self.machine.directory
        make_key(self.machine, self.folder / "key")
        self.public = (self.folder / "key.pub").read_text()
        self.output = self.folder / "snapshots"
        for program in "ssh", "sudo":
            installed(program)

    def know(self, hosts: dict[str, SshHost], keys: dict[str, str], more: str = "") -> None:
        """Write the configuration: each host's address and the key it is known by, and ``more``."""
        known = "".join(f"{name} {key}\n" for name, key in keys.items())
        (self.folder / "known_hosts").write_text(known)
        blocks = [
            f"Host {name}\n  HostName {host.address}\n  HostKeyAlias {name}\n"
            for name, host in hosts.items()
        ]
        common = {
            "User": USER,
            "IdentityFile": self.folder / "key",
            "IdentitiesOnly": "yes",
            "UserKnownHostsFile": self.folder / "known_hosts",
            "GlobalKnownHostsFile": "/dev/null",
        }
        lines = [f"  {name} {value}\n" for name, value in common.items()]
        (self.folder / "config").write_text("".join([more, *blocks, "Host *\n", *lines]))

    def gather(self, *arguments: str, typed: str = "") -> Process:
        """Start netviz gather; where something is to be ``typed``, on a terminal."""
        terminal = [sys.executable, own_terminal.__file__, "password for sudo", typed]
        return self.machine.run(
            [
                *("/usr/bin/env", f"PYTHONPATH={ROOT}", *(terminal if typed else [])),
                *(sys.executable, "-m", "netviz.cli.main", "gather"),
                *("-F", str(self.folder / "config"), "-o", str(self.output), *arguments),
            ]
        )

    def written(self) -> list[str]:
        """The names of all files in the folder of snapshots, also hidden ones."""
        return sorted(path.name for path in self.output.iterdir()) if self.output.is_dir() else []

    def forget(self) -> None:
        """Remove the snapshots."""
        shutil.rmtree(self.output, ignore_errors=True)

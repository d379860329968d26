"""Takes from machines what ``netviz import`` reads, by the commands of docs/import.md."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from machines import Machine
from stitching import ROOT, run_verb

DOCUMENT = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
COPY = "A copied /proc"

ROOTS_NAME = "/tmp/web1-proc"
"""Where the document's example copies to."""


def documented(section: str) -> str:
    """The first shell script below a heading of the document."""
    text = DOCUMENT[DOCUMENT.index(f"\n## {section}\n") :]
    found = re.search(r"```sh\n(.*?)```", text, re.DOTALL)
    assert found is not None, section
    return found[1]


def run_documented(machine: Machine, section: str, folder: Path) -> Path:
    """Run it on a machine; the folder with what it wrote."""
    here = folder / machine.name / re.sub(r"\W+", "-", section)
    here.mkdir(parents=True)
    script = documented(section).replace(ROOTS_NAME, str(here / "proc"))
    machine.exec(["/bin/sh", "-c", f"cd {here}\n{script}\nexit 0"])
    return here


PROGRAMS = ("ss", "lsof", "lsns", "ps")
"""What the commands need."""


def can_be_imported() -> bool:
    return all(shutil.which(program) for program in PROGRAMS)


def list_everywhere(machine: Machine, folder: Path) -> Path:
    """A folder with what ss lists in each network namespace of a machine, under ``netns INODE``;
    that of its own is ``all.txt``."""
    here = run_documented(machine, "ss", folder)
    script = f"""
    own=$(readlink /proc/1/ns/net)
    lsns --noheadings --type net --output NS,PID | while read -r inode pid; do
        [ "net:[$inode]" = "$own" ] ||
            nsenter --net=/proc/$pid/ns/net ss -tuxanpe > "{here}/netns $inode"
    done
    """
    machine.exec(["/bin/sh", "-c", script])
    return here


def sos_report(machine: Machine, folder: Path) -> Path:
    """A folder as sos makes it, with the outputs that are read of it."""
    report = folder / machine.name / f"sosreport-{machine.name}"
    commands = {
        "networking/ss_-peaonmi": "ss -peaonmi",
        "networking/ip_-o_addr": "ip -o addr",
        "process/ps_axo_pid_ppid_user_group_lwp_nlwp_start_time_comm_cgroup": (
            "ps axo pid,ppid,user,group,lwp,nlwp,start_time,comm,cgroup"
        ),
        "process/ps_alxwww": "ps alxwww",
        "host/hostname": "hostname",
    }
    script = [
        f"mkdir -p {report}/sos_commands/networking {report}/sos_commands/process",
        f"mkdir -p {report}/sos_commands/host {report}/proc/77/net",
        *(f"{command} > {report}/sos_commands/{name}" for name, command in commands.items()),
        f"cat /proc/net/snmp > {report}/proc/77/net/snmp",
        f"for pid in [0-9]*; do mkdir -p {report}/proc/$pid;"
        f" cat $pid/status > {report}/proc/$pid/status; done",
        f"ln -s sos_commands/host/hostname {report}/hostname",
        "exit 0",
    ]
    machine.exec(["/bin/sh", "-c", "cd /proc\n" + "\n".join(script)])
    return report


def run_import(*arguments: object) -> str:
    """Run ``netviz import``; what it says on standard error."""
    return run_verb("import", *map(str, arguments)).stderr

"""What the capture touches: every path and every call that it makes, as strace saw them."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from needs import unavailable
from running import CHECKOUT, environment

BEGIN, END = "/the-capture-begins", "/the-capture-ends"

CODE = f"""
import os, sys
from netviz.capture.cli import main
os.path.exists({BEGIN!r})
status = main(sys.argv[1:])
os.path.exists({END!r})
sys.exit(status)
"""

CALLS = "trace=%file,%process,%network,mount,setns,ptrace,process_vm_readv,kill,tgkill"

PROCESS = r"/proc/(?:\d+|self|thread-self)(?:/task/\d+)?"

OPENED = re.compile(
    r"/proc"
    rf"|{PROCESS}/(?:stat|status|comm|cmdline|cgroup|attr/current|attr/apparmor/current)"
    rf"|{PROCESS}/(?:fd|task|ns/net|mountinfo)"
    rf"|{PROCESS}/net/(?:tcp6?|udp6?|udplite6?|raw6?|icmp6?|packet|unix|sctp/(?:assocs|eps))"
    rf"|{PROCESS}/net/(?:nf_conntrack|fib_trie|ipv6_route|if_inet6|igmp|dev|snmp)"
    r"|/proc/stat|/proc/sys/kernel/random/boot_id|/proc/sys/net/ipv4/ip_local_port_range"
    r"|/etc/machine-id"
    r"|(?:/var)?/run/(?:netns|docker/netns)/[^/]+"
)
"""Each file and folder that is opened, as docs/security.md lists them."""

LOOKED_AT = re.compile(
    rf"{OPENED.pattern}|{PROCESS}/exe|/proc/1/ns/pid|/proc/self|/proc/thread-self"
    r"|/proc/sys/net/netfilter/nf_conntrack_count"
    r"|net:\[\d+\]"
)
"""What is asked for, too, without being opened."""

CHANGING = (
    *("rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir"),
    *("chmod", "fchmodat", "chown", "lchown", "fchownat", "link", "linkat", "symlink"),
    *("symlinkat", "truncate", "utimensat", "mknod", "mknodat", "setxattr"),
)
"""Calls that change what a path names."""

_LINE = re.compile(r"\d+ +(\w+)\((.*)")
_PATH = re.compile(r'(?:AT_FDCWD|\d+)?(?:<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Call:
    """One system call: its name, the path that it was given, if any, and all of its line."""

    name: str
    path: str
    line: str


@dataclass(frozen=True)
class Traced:
    """The calls of one capture into ``output``, without what Python does to load its modules."""

    calls: list[Call]
    output: Path

    def of(self, *names: str) -> list[Call]:
        return [call for call in self.calls if call.name in names]


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traced]:
    """A capture of this machine, on which somebody holds a FIFO, a file and a connection."""
    if shutil.which("strace") is None:
        unavailable("there is no strace")
    folder = tmp_path_factory.mktemp("touched")
    os.mkfifo(folder / "fifo")
    trace, output = folder / "trace", folder / "here.json"
    with (
        (folder / "secret").open("w"),
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()),
    ):
        fifo = os.open(folder / "fifo", os.O_RDWR)
        command = [sys.executable, "-c", CODE, "--threads", "--cmdline", "-o", str(output)]
        try:
            ended = subprocess.run(
                ["strace", "-f", "-y", "-qq", "-s", "4096", "-e", CALLS, "-o", trace, *command],
                check=False,
                env=_without_coverage(),
                capture_output=True,
                text=True,
                timeout=300,
            )
        finally:
            os.close(fifo)
    if ended.returncode and "ptrace" in ended.stderr:
        unavailable(f"nothing can be traced here: {ended.stderr.strip()}")
    assert ended.returncode == 0, ended.stderr
    yield Traced(list(_calls(trace.read_text(errors="replace"))), output)


def _without_coverage() -> dict[str, str]:
    """Where coverage is measured it would write a file of its own here."""
    return {k: v for k, v in environment().items() if not k.startswith("COVERAGE")}


def _calls(trace: str) -> Iterator[Call]:
    inside = trace.split(f'"{BEGIN}"', 1)[1].split(f'"{END}"', 1)[0]
    for line in inside.splitlines()[1:]:
        found = _LINE.match(line)
        if found is None:
            continue
        path = _PATH.match(found[2])
        whole = "" if path is None else os.path.join(path[1] or "", path[2]).rstrip("/")
        call = Call(found[1], whole, line)
        if not _is_of_python(whole):
            yield call


def _is_of_python(path: str) -> bool:
    """Whether Python asks for a path to load a module or a message, or libc for memory."""
    places = (sys.prefix, sys.base_prefix, str(CHECKOUT), "/lib", "/usr/lib", "/usr/share/locale")
    return path.startswith(places) or path in (
        "/etc/ld.so.cache",
        "/proc/sys/vm/overcommit_memory",
    )


def _not_of_output(traced: Traced, calls: list[Call]) -> list[Call]:
    """Without the calls for the output file, its temporary name and the folders above it."""
    above = {str(folder) for folder in traced.output.parents}
    return [
        call
        for call in calls
        if call.path not in above and not call.path.startswith(str(traced.output))
    ]


def test_it_opens_nothing_but_what_is_documented(traced: Traced) -> None:
    opened = _not_of_output(traced, traced.of("open", "openat", "openat2", "creat"))
    assert len(opened) > 50
    assert [call.line for call in opened if not OPENED.fullmatch(call.path)] == []
    assert [call.line for call in opened if "O_RDONLY" not in call.line] == []


def test_it_asks_for_nothing_else_either(traced: Traced) -> None:
    calls = [call for call in traced.calls if call.path]
    links = [call for call in calls if re.search(r"/fd/\d+\Z", call.path)]
    asked = [call for call in _not_of_output(traced, calls) if call not in links]
    assert [call.line for call in asked if not LOOKED_AT.fullmatch(call.path)] == []


def test_it_follows_no_descriptor(traced: Traced) -> None:
    """The text of the link is read, and the link's own mode; what it leads to is left alone."""
    links = [call for call in traced.calls if re.search(r"/fd/\d+\Z", call.path)]
    assert len([call for call in links if call.name == "readlinkat"]) > 50
    others = [call for call in links if call.name != "readlinkat"]
    assert others
    assert [call.line for call in others if "AT_SYMLINK_NOFOLLOW" not in call.line] == []


def test_it_starts_nothing_and_connects_to_nothing(traced: Traced) -> None:
    assert traced.of("execve", "execveat", "fork", "vfork", "kill", "tgkill", "ptrace") == []
    assert traced.of("mount", "process_vm_readv", "connect", "listen", "accept", "accept4") == []
    started = [call.line for call in traced.of("clone", "clone3")]
    assert [line for line in started if "CLONE_THREAD" not in line] == []
    sockets = [call.line for call in traced.of("socket")]
    assert sockets
    assert [line for line in sockets if "AF_NETLINK" not in line] == []


def test_it_writes_one_file_and_changes_nothing_else(traced: Traced) -> None:
    (renamed,) = traced.of(*CHANGING)
    assert renamed.name == "rename"
    made = [call.path for call in traced.calls if "O_CREAT" in call.line]
    assert made == [renamed.path]
    assert renamed.path.startswith(f"{traced.output}.")
    assert renamed.line.endswith(f'"{traced.output}") = 0')

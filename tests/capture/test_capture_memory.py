"""Memory stays flat, whatever the size of the tables."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from fakeproc import TCP_HEADER, FakeProc
from running import CHECKOUT
from unmeasured import unmeasured

LINES = 1_000_000
LIMIT_KILOBYTES = 40_000

LINE = (
    "%4d: 0100007F:1F90 0200007F:%04X 01 00000000:00000000 00:00000000 00000000     0        0 %d 1"
    " 0000000000000000 20 4 30 10 -1\n"
)


def peak_kilobytes(*arguments: str) -> int:
    """The largest memory of one capture; the kernel tells it of the children of a process."""
    code = (
        "import resource, subprocess, sys;"
        "subprocess.run([sys.executable, '-m', 'netviz.capture.cli', *sys.argv[1:]], check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=True,
        stdout=subprocess.PIPE,
        env={**unmeasured(), "PYTHONPATH": str(CHECKOUT)},
    )
    return int(ended.stdout)


def test_a_million_sockets_take_less_than_40_mb(fakeproc: FakeProc, tmp_path: Path) -> None:
    fakeproc.process(1, sockets=range(4_000_000_000, 4_000_000_100))
    with fakeproc.table("tcp", TCP_HEADER).open("a") as table:
        for start in range(0, LINES, 10_000):
            table.writelines(
                LINE % (number, number & 65535, number) for number in range(start, start + 10_000)
            )
    target = tmp_path / "big.json"
    try:
        assert peak_kilobytes("--proc", str(fakeproc.root), "-o", str(target)) < LIMIT_KILOBYTES
        assert target.stat().st_size > LINES * 130
    finally:
        (fakeproc.net() / "tcp").unlink()
        target.unlink(missing_ok=True)


def test_a_table_that_is_one_endless_line_takes_no_more(fakeproc: FakeProc, tmp_path: Path) -> None:
    fakeproc.process(1)
    for name in ("unix", "fib_trie", "if_inet6"):
        with fakeproc.table(name, "").open("wb") as table:
            table.truncate(100 << 20)
    assert peak_kilobytes("--proc", str(fakeproc.root), "-o", "/dev/null") < LIMIT_KILOBYTES


def test_a_command_line_of_any_length_takes_no_more(fakeproc: FakeProc, tmp_path: Path) -> None:
    """A process may call any part of its memory its command line: here 100 MiB of one letter."""
    fakeproc.process(1, argv=b"")
    with (fakeproc.root / "1" / "cmdline").open("wb") as line:
        for _ in range(100):
            line.write(b"x" * 2**20)
    try:
        arguments = ["--proc", str(fakeproc.root), "--cmdline", "-o", str(tmp_path / "one.json")]
        assert peak_kilobytes(*arguments) < LIMIT_KILOBYTES
    finally:
        (fakeproc.root / "1" / "cmdline").unlink()
    assert (tmp_path / "one.json").stat().st_size > 2**22


def test_a_million_sockets_of_one_process_are_sorted_in_little_memory() -> None:
    code = (
        "import re; from array import array; from netviz.capture.descriptors import distinct;"
        "held = array('Q', range(10**9 + 1_000_000, 10**9, -1));"
        "assert sum(1 for inode in distinct(held)) == 1_000_000;"
        # ru_maxrss would be that of the process that this one was forked from.
        "print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read()).group(1))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        stdout=subprocess.PIPE,
        env={**unmeasured(), "PYTHONPATH": str(CHECKOUT)},
    )
    assert int(ended.stdout) < LIMIT_KILOBYTES

"""The walk over all processes: who each one is, and which sockets and pipes it holds."""

import errno
from array import array
from typing import Iterator, List, NamedTuple, Optional, Tuple

from netviz.capture.descriptors import Descriptors, read_descriptors
from netviz.capture.procfs import ABSENT, Procfs
from netviz.capture.text import clean, decimal
from netviz.capture.threads import read_threads


class Stat(NamedTuple):
    state: bytes
    ppid: Optional[int]
    threads: Optional[int]
    start: Optional[int]


class Process(NamedTuple):
    """One process. None is unknown; ``start`` in clock ticks since boot, ``uid`` the effective one.

    ``holder`` is where to read it below the procfs root: ``PID``, or ``PID/task/TID`` where its
    first thread has exited. ``elsewhere`` are the namespaces of threads that left that of the
    process, each with where to read it.
    """

    pid: int
    ppid: Optional[int]
    start: Optional[int]
    comm: Optional[str]
    exe: Optional[str]
    uid: Optional[int]
    security: Optional[str]
    caps: Optional[str]
    netns: Optional[int]
    cgroup: Optional[str]
    argv: Optional[List[str]]
    sockets: "Optional[array[int]]"
    pipes: Optional[List[Tuple[int, str]]]
    holder: str
    elsewhere: List[Tuple[int, str]]


def walk(proc: Procfs, cmdline: bool, threads: bool) -> Iterator[Process]:
    """Every process that can be seen, by ascending pid.

    Command lines only with ``cmdline``; what single threads have of their own with ``threads``.

    One that vanishes meanwhile is counted (``process``, ENOENT or ESRCH) and left out.
    """
    for pid in proc.numbers(""):
        process = read_process(proc, pid, cmdline, threads)
        if process is not None:
            yield process


def read_process(proc: Procfs, pid: int, cmdline: bool, threads: bool) -> Optional[Process]:
    """The process ``pid``, None if it vanished.

    Its start time is read before and after all else, so that a pid which was given to a new
    process meanwhile is not a mix of the two; the new one is then read in its place.
    """
    path = f"{pid}/stat"
    try:
        before = parse_stat(proc.read(path))
        for _attempt in range(3):
            process = _read_fields(proc, pid, before, cmdline, threads)
            after = parse_stat(proc.read(path))
            if after.start == before.start:
                return process
            before = after
    except OSError as error:
        proc.count("process", error, path)
        return None
    proc.problems.count("process", "ESRCH", proc.shown(path))
    return None


def _read_fields(proc: Procfs, pid: int, stat: Stat, cmdline: bool, each_thread: bool) -> Process:
    own = str(pid)
    holder = own
    if stat.state in (b"Z", b"X") and (stat.threads or 0) > 1:
        holder = living_thread(proc, pid)
    status = proc.try_read(own + "/status", "status")
    descriptors = _descriptors(proc, holder)
    netns = proc.netns(holder)
    elsewhere: List[Tuple[int, str]] = []
    if each_thread and (stat.threads or 0) > 1:
        descriptors, elsewhere = read_threads(proc, pid, holder, descriptors, netns)
    return Process(
        pid=pid,
        ppid=stat.ppid,
        start=stat.start,
        comm=_comm(proc.try_read(own + "/comm", "comm")),
        exe=_text(proc.try_readlink(holder + "/exe", "exe")),
        uid=effective_uid(status),
        security=security_context(proc, holder),
        caps=status_field(status, b"CapEff:"),
        netns=netns,
        cgroup=_text(proc.try_read(holder + "/cgroup", "cgroup")),
        argv=arguments(proc.try_read(holder + "/cmdline", "cmdline")) if cmdline else None,
        sockets=descriptors.sockets if descriptors else None,
        pipes=descriptors.pipes if descriptors else None,
        holder=holder,
        elsewhere=elsewhere,
    )


def _descriptors(proc: Procfs, holder: str) -> Optional[Descriptors]:
    path = holder + "/fd"
    try:
        return read_descriptors(proc.full(path))
    except OSError as error:
        if error.errno not in ABSENT:
            proc.count("fd", error, path)
        return None


def living_thread(proc: Procfs, pid: int) -> str:
    """Where to read a process whose first thread has exited: ``PID/task/TID`` of one that lives.

    Its own fd, ns and exe are then empty or absent.
    """
    try:
        for thread in proc.numbers(f"{pid}/task"):
            path = f"{pid}/task/{thread}"
            if thread != pid and parse_stat(proc.read(path + "/stat")).state not in (b"Z", b"X"):
                return path
    except OSError:
        pass
    return str(pid)


def parse_stat(raw: bytes) -> Stat:
    """State, parent, thread count and start time from /proc/PID/stat (proc_pid_stat(5)).

    The name in the second field may hold anything, parentheses and line ends too: what counts is
    after the last closing parenthesis.
    """
    fields = raw[raw.rfind(b")") + 1 :].split()
    fields += [b""] * (20 - len(fields))
    return Stat(fields[0], decimal(fields[1]), decimal(fields[17]), decimal(fields[19]))


def status_field(status: Optional[bytes], name: bytes) -> Optional[str]:
    """The value of a line of /proc/PID/status but the first.

    The first holds the name of the process, in which the kernel escapes a line end.
    """
    if status is None:
        return None
    start = status.find(b"\n" + name)
    if start < 0:
        return None
    start += 1 + len(name)
    end = status.find(b"\n", start)
    return clean(status[start : end if end >= 0 else None].strip())


def effective_uid(status: Optional[bytes]) -> Optional[int]:
    """The second of the four ids in the line Uid of /proc/PID/status."""
    uids = (status_field(status, b"Uid:") or "").split()
    return decimal(uids[1].encode()) if len(uids) > 1 else None


def security_context(proc: Procfs, holder: str) -> Optional[str]:
    """The label that a security module gave the process, None without one.

    attr/current answers EINVAL where no module speaks there (criu #2033), or where the BPF module
    comes before AppArmor, whose own file then has the label. SELinux ends its text with NUL
    (talos #9591), AppArmor with a line end.
    """
    for path in (holder + "/attr/current", holder + "/attr/apparmor/current"):
        raw = proc.try_read(path, "attr/current", normal=(errno.EINVAL,))
        label = raw.rstrip(b"\0\n") if raw else b""
        if label:
            return clean(label)
    return None


def arguments(raw: Optional[bytes]) -> Optional[List[str]]:
    """The arguments in the text of /proc/PID/cmdline: each ends with NUL, and may be empty."""
    if raw is None:
        return None
    if raw.endswith(b"\0"):
        raw = raw[:-1]
    elif not raw:
        return []
    return [clean(argument) for argument in raw.split(b"\0")]


def _comm(raw: Optional[bytes]) -> Optional[str]:
    """The name of the process: the file without its one last line end (a name may hold more)."""
    if raw is None:
        return None
    return clean(raw[:-1] if raw.endswith(b"\n") else raw)


def _text(raw: Optional[bytes]) -> Optional[str]:
    return None if raw is None else clean(raw)

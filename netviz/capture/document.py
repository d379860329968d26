"""The snapshot as one document: what is written, in which order."""

import os
import sys
import time
from array import array
from typing import Callable, Dict, List, NamedTuple, Optional

from netviz._version import __version__
from netviz.capture.descriptors import distinct
from netviz.capture.host import describe_host
from netviz.capture.mounts import hidepid, read_mounts
from netviz.capture.namespace_writer import NamespaceWriter
from netviz.capture.namespaces import host_first
from netviz.capture.processes import Process, status_field, walk
from netviz.capture.procfs import Procfs
from netviz.capture.text import clean
from netviz.capture.unseen import Reader, what_was_not_seen
from netviz.capture.writer import JsonWriter

FORMAT = 2

PROCESS_FIELDS = [
    "pid",
    "ppid",
    "start",
    "comm",
    "exe",
    "uid",
    "security",
    "caps",
    "netns",
    "cgroup",
]


class Options(NamedTuple):
    """``live``: the procfs is that of the running kernel, which may be asked in other ways too."""

    live: bool
    cmdline: bool
    conntrack: bool
    threads: bool
    byteorder: Optional[str]


def write_snapshot(proc: Procfs, options: Options, write: Callable[[bytes], None]) -> Optional[str]:
    """Write the whole document; a line on what was not seen, None where all was.

    Raises only what ``write`` raises.
    """
    started = time.time()
    mounts = read_mounts(proc)
    own_status = proc.try_read("self/status", "status")
    reader = Reader(os.geteuid(), status_field(own_status, b"CapEff:"), proc.pid_namespace())
    hiding = hidepid(mounts, os.fsencode(os.path.realpath(proc.root)))
    if hiding and not reader.may_trace():
        proc.problems.count("hidepid", "EPERM", f"{proc.shown('')} {hiding}")
    writer = JsonWriter(write)
    writer.begin("{")
    writer.pair("netviz_snapshot", FORMAT)
    writer.pair(
        "tool", {"version": __version__, "python": ".".join(map(str, sys.version_info[:3]))}
    )
    writer.pair("host", describe_host(proc, options.live, options.byteorder))
    writer.pair("privileges", reader._asdict())
    holders: Dict[int, List[str]] = {}
    count = 0
    writer.key("processes")
    writer.begin("[")
    for process in walk(proc, options.cmdline, options.threads):
        count += 1
        if process.netns is not None:
            holders.setdefault(process.netns, []).append(process.holder)
        for netns, thread in process.elsewhere:
            holders.setdefault(netns, []).append(thread)
        write_process(writer, process, options.cmdline)
    writer.end()
    namespaces = NamespaceWriter(proc, writer, options.live, options.conntrack)
    writer.key("netns")
    writer.begin("[")
    for namespace in host_first(proc, holders, mounts):
        namespaces.write(namespace)
    writer.end()
    write_peers(writer, namespaces.unix.peers)
    names = namespaces.unix.names
    writer.pair("unix_names", [(inode, clean(names[inode])) for inode in sorted(names)])
    writer.pair("problems", proc.problems.as_list())
    writer.pair("time", {"started": started, "finished": time.time()})
    writer.pair("complete", True)
    writer.end()
    writer.newline()
    writer.flush()
    return what_was_not_seen(proc.problems, reader, count)


def write_process(writer: JsonWriter, process: Process, cmdline: bool) -> None:
    """One process; its descriptors stay null where they could not be read."""
    fields = {name: getattr(process, name) for name in PROCESS_FIELDS}
    if cmdline:
        fields["argv"] = process.argv
    writer.begin_with(fields)
    writer.key("sockets")
    if process.sockets is None:
        writer.value(None)
    else:
        writer.numbers(distinct(process.sockets))
    writer.pair("pipes", process.pipes)
    writer.end()


def write_peers(writer: JsonWriter, peers: "array[int]") -> None:
    """The pairs of unix sockets, which lie one behind the other in ``peers``."""
    writer.key("unix_peers")
    writer.begin("[")
    for index in range(0, len(peers), 2):
        writer.value((peers[index], peers[index + 1]))
    writer.end()

"""One network namespace as a part of the snapshot: its tables, addresses and settings.

What /proc/PID/net shows is read through a process that lives there. The rest needs a thread that
is inside: the port range, the exact addresses, the peers of unix sockets, ctnetlink.
"""

import errno
import os
from typing import List, Optional

from netviz.capture.addresses import addresses
from netviz.capture.enter import CannotEnter, run_inside, this_thread
from netviz.capture.interfaces import interfaces
from netviz.capture.namespaces import Namespace
from netviz.capture.problems import errno_name
from netviz.capture.procfs import Procfs, chunks
from netviz.capture.sockets import CONNTRACK, TABLES, NetFiles, copy_table, copy_text
from netviz.capture.text import clean, decimal
from netviz.capture.unix_diag import UnixSockets
from netviz.capture.writer import JsonWriter

PORT_RANGE = "sys/net/ipv4/ip_local_port_range"
CONNTRACK_COUNT = "sys/net/netfilter/nf_conntrack_count"


class NamespaceWriter:
    """Writes namespaces and gathers what is told of unix sockets meanwhile.

    ``live``: the procfs is that of the running kernel. ``conntrack``: include that table.
    """

    def __init__(self, proc: Procfs, writer: JsonWriter, live: bool, conntrack: bool) -> None:
        self._proc = proc
        self._writer = writer
        self._live = live
        self._conntrack = conntrack
        self._own = proc.peek_netns("self") if live else None
        self.unix = UnixSockets()

    def write(self, namespace: Namespace) -> None:
        """Write one namespace, from inside where that is possible."""
        if not self._live or namespace.inode in (None, self._own):
            self._write(namespace, namespace.holders, self._live)
            return
        try:
            descriptor = self._pin(namespace)
        except OSError as error:
            self._cannot_enter(namespace, error)
            return
        try:
            run_inside(descriptor, lambda: self._write_inside(namespace))
        except CannotEnter as refusal:
            self._cannot_enter(namespace, refusal.error)
        finally:
            os.close(descriptor)

    def _cannot_enter(self, namespace: Namespace, error: OSError) -> None:
        path = namespace.mount
        if namespace.holders:
            path = os.fsencode(self._proc.full(namespace.holders[0] + "/ns/net"))
        self._proc.problems.count("setns", errno_name(error), clean(path or b""))
        self._write(namespace, namespace.holders, False)

    def _pin(self, namespace: Namespace) -> int:
        """A descriptor of the namespace itself; OSError of the last way that was tried."""
        failure = OSError(errno.ESRCH, os.strerror(errno.ESRCH))
        paths = [os.fsencode(self._proc.full(h + "/ns/net")) for h in namespace.holders]
        for path in paths + ([namespace.mount] if namespace.mount else []):
            try:
                descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            except OSError as error:
                failure = error
                continue
            if os.fstat(descriptor).st_ino == namespace.inode:
                return descriptor
            os.close(descriptor)
        raise failure

    def _write_inside(self, namespace: Namespace) -> None:
        """In a thread that has entered: it is one more holder, the last, and often the only one."""
        thread = this_thread(self._proc.root)
        self._write(namespace, namespace.holders + ([thread] if thread else []), True)

    def _write(self, namespace: Namespace, holders: List[str], inside: bool) -> None:
        if not holders:
            self._proc.problems.count("netns", "ESRCH", clean(namespace.mount or b""))
        files = NetFiles(self._proc, namespace.inode, holders)
        writer = self._writer
        writer.begin("{")
        writer.pair("id", namespace.inode)
        writer.pair("name", namespace.name)
        writer.pair("addresses", addresses(self._proc, files, inside) if holders else None)
        writer.pair("interfaces", interfaces(self._proc, files, inside) if holders else None)
        writer.pair("ip_local_port_range", self._port_range() if inside else None)
        writer.pair("forwarding", self._forwarding(files) if holders else None)
        writer.key("tables")
        writer.begin("{")
        if holders:
            self._write_tables(files, inside)
        writer.end()
        writer.end()
        if inside:
            self._ask_for_unix_sockets()

    def _write_tables(self, files: NetFiles, inside: bool) -> None:
        for name in TABLES:
            copy_table(files, name, self._writer)
        if not self._conntrack:
            return
        failure = copy_table(files, CONNTRACK, self._writer)
        # Asking for a dump can load kernel modules, and tracking costs: only if it is on anyway.
        if failure == errno.ENOENT and inside and os.path.exists(self._proc.full(CONNTRACK_COUNT)):
            # Imported here: Python compiles what is in a zip archive each time, and few need this.
            from netviz.capture.conntrack import conntrack_lines

            copy_text(files, CONNTRACK, conntrack_lines(), self._writer)

    def _port_range(self) -> Optional[List[int]]:
        """The lowest and highest port for outgoing connections, from /proc/sys (ip(7)).

        /proc/sys shows the namespace of the thread that reads it.
        """
        ports = (self._proc.try_read(PORT_RANGE, "ip_local_port_range") or b"").split()
        numbers = [number for number in map(decimal, ports) if number is not None]
        return numbers if len(numbers) == 2 else None

    @staticmethod
    def _forwarding(files: NetFiles) -> Optional[bool]:
        """Whether the namespace forwards IPv4: Forwarding of /proc/PID/net/snmp, 1 yes and 2 no."""
        try:
            descriptor = files.open("snmp")
        except OSError as error:
            files.count("snmp", error)
            return None
        try:
            return parse_forwarding(b"".join(chunks(descriptor)))
        except OSError as error:
            files.count("snmp", error)
            return None
        finally:
            os.close(descriptor)

    def _ask_for_unix_sockets(self) -> None:
        try:
            self.unix.ask()
        except OSError as error:
            self._proc.count("unix_diag", error, "self/net/unix")


def parse_forwarding(snmp: bytes) -> Optional[bool]:
    """The value under ``Forwarding`` in the two lines ``Ip:`` of /proc/net/snmp (RFC 1213)."""
    lines = [line.split() for line in snmp.split(b"\n") if line.startswith(b"Ip:")]
    if len(lines) < 2 or b"Forwarding" not in lines[0]:
        return None
    values = dict(zip(*lines[:2]))
    return {b"1": True, b"2": False}.get(values.get(b"Forwarding", b""))

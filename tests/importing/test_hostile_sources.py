"""Whatever a source holds: an error that says so, or a snapshot that can be written, read and
stitched. Never anything else."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_machine_details import NETSTAT, ONE_LINE, PLAIN
from texts_of_programs import SS_HEADER, lsof_fields, ss_line, users

from netviz.errors import SourceError
from netviz.importing import lsof, ss
from netviz.importing.ip_addr import parse_ip_addr
from netviz.importing.machine import Identity, ImportedMachine
from netviz.importing.netstat import read_netstat
from netviz.importing.proc_tree import read_proc_tree
from netviz.importing.ps import read_ps
from netviz.importing.sosreport import read_sosreport
from netviz.snapshot import load
from netviz.snapshot.model import Snapshot
from netviz.snapshot.writing import encoded
from netviz.stitch import StitchOptions, stitch

SS = (
    SS_HEADER
    + ss_line("tcp", "LISTEN", "*:80", "*:*", users(("nginx", 7, 3)) + " ino:50 sk:1")
    + ss_line("tcp", "ESTAB", "[fe80::1]%eth0:80", "[fe80::2]:9", "timer:(on,1sec,0) ino:51")
    + ss_line("udp", "UNCONN", "127.0.0.1:53", "0.0.0.0:*", users(("a", 1, 2), ("b", 3, 4)))
    + 'u_str LISTEN 0 128 /run/a 300 * 0 users:(("srv",pid=7,fd=3)) <-> peers: 301 302\n'
    + 'u_dgr ESTAB 0 0 @x 5 * 6\np_raw UNCONN 0 0 *:eth0 * users:(("t",pid=1,fd=2)) ino:7\n'
)
LSOF = lsof_fields(
    *("p700", "R1", "cnginx", "u33", "f6", "au", "tIPv4", "d900", "PTCP", "n*:80", "TST=LISTEN"),
    *("f7", "tunix", "i35", "n@abs type=STREAM ->INO=36 9,x,5u", "TST=LISTEN"),
    *("f8", "ar", "tFIFO", "i70", "npipe", "f9", "traw", "i80"),
    "n00000000:0001->00000000:0000 st=07",
)
PS = (
    "    PID    PPID USER     GROUP        LWP NLWP START COMMAND         CGROUP\n"
    "    700       1 www-data www-data     700    1 12:00 nginx           0::/a.service\n"
)

PIECES = [
    *("users:((", '("', '",pid=1,fd=2)', "))", '"', " * ", "\n", "\t", "\0", "%", "]:", "ino:"),
    *("99999999999999999999999", "4294967295", "4294967296", "18446744073709551616", "-1", "\x85"),
    *("\u2028", "\ud7ff", "\U0001f600", "LISTEN", "ESTAB", "u_str", "tcp", "::", "*:*", "0.0.0.0:"),
    *("²", "٣", "p1", "f2", "tIPv6", "type=", "->", "->INO=", "st=", "State Recv-Q Send-Q Local"),
]  # fmt: skip


def changed(text: str) -> st.SearchStrategy[str]:
    """The text with some of it cut out, doubled, or replaced by what means something elsewhere."""

    @st.composite
    def strategy(draw: st.DrawFn) -> str:
        result = text
        for _ in range(draw(st.integers(1, 4))):
            start = draw(st.integers(0, len(result)))
            end = min(len(result), start + draw(st.integers(0, 30)))
            new = draw(st.one_of(st.sampled_from(PIECES), st.text(max_size=8), st.just("")))
            result = result[:start] + new + result[end:]
        return result

    return st.one_of(strategy(), st.text(max_size=200))


def usable(snapshot: Snapshot) -> None:
    """Written, read and stitched it gives a graph."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one.json"
        path.write_bytes(encoded(snapshot))
        [read] = load(path)
    assert read.host.name == snapshot.host.name
    stitch([read], StitchOptions(kinds=frozenset({"net", "unix", "pipe"})), "process")


def read_one(reader: Callable[[ImportedMachine, str], object], text: str) -> None:
    machine = ImportedMachine()
    own = machine.namespace()
    try:
        reader(machine, text)
    except SourceError as error:
        assert str(error)
        assert str(error).count("\n") <= 1
        return
    assert machine.namespaces[0] is own
    usable(machine.snapshot(Identity("elm"), "limits"))


@settings(max_examples=150, deadline=None)
@given(changed(SS), st.sampled_from([None, "tcp", "udp"]))
def test_ss(text: str, netid: str | None) -> None:
    read_one(lambda machine, one: ss.read_ss(machine, machine.namespace(), one, "x", netid), text)


@settings(max_examples=150, deadline=None)
@given(changed(LSOF))
def test_lsof(text: str) -> None:
    read_one(lambda machine, one: lsof.read_lsof(machine, machine.namespace(), one, "x"), text)


@settings(max_examples=80, deadline=None)
@given(changed(NETSTAT))
def test_netstat(text: str) -> None:
    read_one(lambda machine, one: read_netstat(machine, machine.namespace(), one, "x"), text)


@settings(max_examples=80, deadline=None)
@given(changed(PS))
def test_ps(text: str) -> None:
    def read(machine: ImportedMachine, one: str) -> None:
        machine.process(700)
        read_ps(machine, one)

    read_one(read, text)


@settings(max_examples=80, deadline=None)
@given(st.one_of(changed(PLAIN), changed(ONE_LINE), changed('[{"addr_info":[{"local":"::1"}]}]')))
def test_ip(text: str) -> None:
    def read(machine: ImportedMachine, one: str) -> None:
        machine.namespace().addresses = parse_ip_addr(one, "x")

    read_one(read, text)


PATHS = (
    *(
        "1/stat",
        "1/comm",
        "1/status",
        "1/cgroup",
        "1/net/tcp",
        "1/net/unix",
        "1/net/snmp",
        "7/stat",
    ),
    *("1/mountinfo", "stat", "sys/kernel/hostname", "sys/kernel/arch", "1/net/fib_trie", "1/net"),
)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from(PATHS), st.binary(max_size=60), min_size=1),
    st.dictionaries(
        st.sampled_from(["1/fd/3", "1/ns/net", "1/exe", "7/fd", "self", "7/net"]),
        st.sampled_from(["socket:[5]", "socket:[-1]", "net:[7]", "/", "..", ".", "1", "x" * 99]),
    ),
)  # fmt: skip
def test_proc(files: dict[str, bytes], links: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for path, target in links.items():
            place = Path(folder) / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(target)
        for path, content in files.items():
            place = Path(folder) / path
            try:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
            except OSError:
                continue  # a link is in its way
        try:
            snapshot = read_proc_tree(folder, "elm", None, None)
        except SourceError:
            return
    usable(snapshot)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=2000))
def test_archives(content: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        with pytest.raises(SourceError):
            read_sosreport(ImportedMachine(), file.name)


@pytest.mark.parametrize(
    "line",
    [
        "u_str ESTAB 0 0 " + "1 * 2 " * 5_000,
        "u_str ESTAB 0 0 /a 1 * 2 " + "1 " * 30_000 + "x",
        "u_str ESTAB 0 0 /a 1 * 2 " + "1" * 60_000 + "x",
        "tcp ESTAB 0 0 1.2.3.4:5 6.7.8.9:1 users:((" + '("a",pid=1,fd=2),' * 5_000,
        "tcp ESTAB 0 0 " + " " * 60_000 + "x",
        "tcp ESTAB 0 0 1.2.3.4:5 6.7.8.9:1 " + "users:(" * 9_000,
    ],
)
def test_long_lines_take_no_longer_than_their_length(line: str) -> None:
    """More than that would hang here."""
    read_one(lambda machine, one: ss.read_ss(machine, machine.namespace(), one, "x"), line + "\n")


def test_any_number_of_pipes_of_one_process_is_soon_read() -> None:
    """A list that is made anew for each would hang here."""
    files = "".join(f"f{n}\nar\ntFIFO\ni{n}\nnpipe\n" for n in range(60_000))
    machine = ImportedMachine()
    lsof.read_lsof(machine, machine.namespace(), f"p1\n{files}", "x")
    (process,) = machine.snapshot(Identity("elm"), "limits").processes
    assert len(process.pipes) == 60_000

"""Reports of sos, as folders and as archives, good ones and such as somebody made up."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest
from test_machine_details import NETSTAT, ONE_LINE
from texts_of_programs import SS_HEADER, held, sockets, ss_line, users

from netviz.errors import SourceError
from netviz.importing import report_files
from netviz.importing.machine import Identity, ImportedMachine
from netviz.importing.sosreport import Report, read_sosreport
from netviz.snapshot.model import Snapshot

SS = SS_HEADER + ss_line(
    "tcp", "LISTEN", "192.0.2.1:80", "0.0.0.0:*", users(("nginx", 7, 3)) + " ino:50"
)
BLUE = SS_HEADER + ss_line(
    "tcp", "LISTEN", "192.0.2.1:80", "0.0.0.0:*", users(("redis", 8, 3)) + " ino:60"
)
SNMP = "Ip: Forwarding DefaultTTL\nIp: 1 64\n"
FILES = {
    "sos_commands/networking/ss_-peaonmi": SS,
    "sos_commands/networking/ip_-o_addr": ONE_LINE,
    "sos_commands/networking/netstat_-W_-neopa": NETSTAT,
    "sos_commands/networking/namespaces/blue/ip_netns_exec_blue_ss_-peaonmi": BLUE,
    "sos_commands/networking/namespaces/blue/ip_netns_exec_blue_ip_-d_address_show": (
        "2: eth0: <UP> mtu 1500\n    inet 198.51.100.7/24 scope global eth0\n"
    ),
    "sos_commands/process/ps_alxwww": (
        "F   UID     PID    PPID PRI\n4    33       7       1  20\n4     5       8       1  20\n"
    ),
    "sos_commands/host/hostname": "elm\n",
    "etc/machine-id": "0123456789abcdef\n",
    "proc/7/status": "Name:\tnginx\nPPid:\t1\nUid:\t0\t34\t0\t0\nCapEff:\t00ff\n",
    "proc/99/status": "Name:\tother\nUid:\t0\t0\t0\t0\n",
    "proc/2749/net/snmp": SNMP,
    "proc/2749/net/nf_conntrack": "ipv4 2 tcp 6 1 ESTABLISHED src=192.0.2.1 dst=192.0.2.2\n",
    "sos_commands/networking/ethtool_eth0": "nothing of interest",
}


def folder_with(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def archive_with(path: Path, files: dict[str, str], mode: str = "w:xz", top: str = "sos-1") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, text in files.items():
            member = tarfile.TarInfo(f"{top}/{name}" if top else name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def read(path: Path) -> tuple[Report, Snapshot]:
    machine = ImportedMachine()
    report = read_sosreport(machine, str(path))
    return report, machine.snapshot(Identity(report.name or "?", report.machine_id), report.limits)


@pytest.mark.parametrize("kind", ["folder", "folder in it", "tar", "gz", "xz", "bz2"])
def test_a_report(tmp_path: Path, kind: str) -> None:
    if kind == "folder":
        place = folder_with(tmp_path / "sos-1", FILES)
    elif kind == "folder in it":
        place = folder_with(tmp_path / "unpacked/sos-1", FILES).parent
    else:
        mode = "w" if kind == "tar" else f"w:{kind}"
        place = archive_with(tmp_path / "report", FILES, mode)
    report, snapshot = read(place)
    assert (report.name, report.machine_id) == ("elm", "0123456789abcdef")
    assert held(snapshot) == {7: ("nginx", [50]), 8: ("redis", [60])}
    one, two = snapshot.processes
    assert (one.uid, one.ppid, one.caps, two.uid) == (34, 1, "00ff", 5)
    own, blue = snapshot.netns
    assert (own.name, own.forwarding, "nf_conntrack" in own.tables) == (None, True, True)
    assert "192.0.2.1/24" in (own.addresses or ())
    assert (blue.name, blue.addresses) == ("blue", ("198.51.100.7/24",))
    assert (own.id, blue.id) == (one.netns, two.netns)
    assert own.id != blue.id
    assert "(ss)" in report.limits


def test_the_machine_id_that_hostnamectl_tells(tmp_path: Path) -> None:
    identity = "0" * 31 + "a"
    told = f"   Static hostname: elm\n        Machine ID: {identity}\n           Boot ID: 1\n"
    files = {**FILES, "sos_commands/host/hostnamectl_status": told}
    del files["etc/machine-id"]
    report, _ = read(folder_with(tmp_path, files))
    assert report.machine_id == identity


@pytest.mark.parametrize("other", ["proc/net/snmp", "proc/8/net/nf_conntrack"])
def test_tables_of_which_it_is_not_known_whose_they_are(tmp_path: Path, other: str) -> None:
    _, snapshot = read(folder_with(tmp_path, {**FILES, other: SNMP}))
    assert snapshot.netns[0].forwarding is None
    assert "nf_conntrack" not in snapshot.netns[0].tables


LIMITS = {
    "translations": "proc/2749/net/nf_conntrack",
    "whether the machine forwards": "proc/2749/net/snmp",
    "their units and containers": "sos_commands/process/ps_named",
}


@pytest.mark.parametrize("limit", LIMITS)
def test_what_a_report_lacks_is_told(tmp_path: Path, limit: str) -> None:
    named = (
        "    PID    PPID USER     GROUP        LWP NLWP START COMMAND         CGROUP\n"
        "      7       1 root     root           7    1 12:00 nginx           0::/a/n.service\n"
    )
    files = {**FILES, "sos_commands/process/ps_named": named}
    report, _ = read(folder_with(tmp_path / "whole", files))
    assert limit not in report.limits
    del files[LIMITS[limit]]
    report, _ = read(folder_with(tmp_path / "less", files))
    assert limit in report.limits


def test_netstat_where_ss_failed(tmp_path: Path) -> None:
    for text in ("ss: command not found\n", ""):
        files = {**FILES, "sos_commands/networking/ss_-peaonmi": text}
        report, snapshot = read(folder_with(tmp_path / (text[:2] or "none"), files))
        assert [one[3] for one in sockets(snapshot, "tcp")] == [50, 0]
        assert "(ss and netstat)" in report.limits
        assert "unix sockets" in report.limits


def test_addresses_that_cannot_be_read_are_those_of_sockets(tmp_path: Path) -> None:
    files = {**FILES, "sos_commands/networking/ip_-o_addr": "sh: ip: command not found\n"}
    _, snapshot = read(folder_with(tmp_path, files))
    assert [one.addresses for one in snapshot.netns] == [None, ("198.51.100.7/24",)]


def test_a_namespace_of_which_nothing_tells_the_sockets_has_none(tmp_path: Path) -> None:
    place = "sos_commands/networking/namespaces/red/ip_netns_exec_red_ip_-d_address_show"
    told = "2: eth0: <UP> mtu 1500\n    inet 198.51.100.9/24 scope global eth0\n"
    _, snapshot = read(folder_with(tmp_path, {**FILES, place: told}))
    (red,) = [one for one in snapshot.netns if one.name == "red"]
    assert (red.addresses, red.tables) == (("198.51.100.9/24",), {})


def test_what_fills_an_archive_up_is_read_to_its_end(tmp_path: Path) -> None:
    path = archive_with(tmp_path / "report", FILES, "w")
    with path.open("ab") as archive:
        archive.write(bytes(5 * tarfile.RECORDSIZE))
    assert read(path)[0].name == "elm"
    with path.open("ab") as archive:
        archive.write(b"more")
    with pytest.raises(SourceError, match="cut short"):
        read(path)


@pytest.mark.parametrize("files", [{}, {"sos_commands/host/hostname": "elm\n"}])
def test_a_report_without_sockets(tmp_path: Path, files: dict[str, str]) -> None:
    folder_with(tmp_path, {**files, "other": ""})
    with pytest.raises(SourceError, match="no output of ss or netstat"):
        read(tmp_path)


def test_links_and_devices_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret\n")
    report = folder_with(tmp_path / "sos", FILES)
    for path in ("sos_commands/host/hostname", "proc/7/status"):
        (report / path).unlink()
    (report / "sos_commands/host/hostname").symlink_to(tmp_path / "secret")
    os.mkfifo(report / "proc/7/status")
    folder_with(tmp_path / "outside", {"namespaces/x/ip_netns_exec_x_ss_-peaonmi": BLUE})
    (report / "sos_commands/networking/namespaces/x").symlink_to(
        tmp_path / "outside/namespaces/x", target_is_directory=True
    )
    told, snapshot = read(report)
    assert told.name is None
    assert [one.name for one in snapshot.netns] == [None, "blue"]


def test_names_and_members_of_an_archive_that_lead_out_of_it(tmp_path: Path) -> None:
    path = tmp_path / "evil.tar"
    with tarfile.open(path, "w") as archive:
        for name in (
            "/sos_commands/host/hostname",
            "sos/../sos_commands/host/hostname",
            "../sos/sos_commands/host/hostname",
        ):
            member = tarfile.TarInfo(name)
            member.size = 5
            archive.addfile(member, io.BytesIO(b"evil\n"))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            member = tarfile.TarInfo("sos/sos_commands/host/hostname")
            member.type = kind
            member.linkname = "/etc/hostname"
            archive.addfile(member)
        member = tarfile.TarInfo("sos/sos_commands/networking/ss_-peaonmi")
        member.size = len(SS)
        archive.addfile(member, io.BytesIO(SS.encode()))
    before = sorted(tmp_path.iterdir())
    report, snapshot = read(path)
    assert report.name is None
    assert len(sockets(snapshot, "tcp")) == 1
    assert sorted(tmp_path.iterdir()) == before


def test_sizes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive_with(tmp_path / "report", FILES)
    folder = folder_with(tmp_path / "folder", FILES)
    monkeypatch.setattr(report_files, "MOST_FILES", 3)
    for place in (path, folder):
        with pytest.raises(SourceError, match="more than"):
            read(place)
    monkeypatch.undo()
    monkeypatch.setattr(report_files, "LARGEST_REPORT", 100)
    with pytest.raises(SourceError, match="too large"):
        read(path)
    monkeypatch.undo()
    monkeypatch.setattr(report_files, "LARGEST_FILE", 40)
    for place in (path, folder):
        with pytest.raises(SourceError, match="larger than 40 bytes"):
            read(place)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
@pytest.mark.parametrize("first", [True, False])
def test_headers_as_large_as_the_memory(tmp_path: Path, kind: bytes, first: bool) -> None:
    path = archive_with(tmp_path / "evil.tar", {} if first else FILES, "w")
    member = tarfile.TarInfo("x")
    member.type = kind
    member.size = 2**32
    content = path.read_bytes().rstrip(b"\0") if not first else b""
    content += bytes(-len(content) % 512) + member.tobuf() + b"x" * 2048
    path.write_bytes(content)
    with pytest.raises(SourceError, match="a header has 4294967296 bytes"):
        read(path)


@pytest.mark.parametrize("cut", [0, 10, 600, -200])
@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz", "w:bz2"])
def test_an_archive_that_is_cut_short(tmp_path: Path, mode: str, cut: int) -> None:
    whole = archive_with(tmp_path / "whole", FILES, mode).read_bytes()
    whole = whole.rstrip(b"\0") if mode == "w" else whole
    path = tmp_path / "cut"
    path.write_bytes(whole[:cut])
    with pytest.raises(SourceError):
        read(path)


def test_no_such_report(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No such file"):
        read(tmp_path / "none")

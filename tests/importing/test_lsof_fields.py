"""What ``lsof -F`` printed."""

from __future__ import annotations

import pytest
from texts_of_programs import from_lsof, held, lsof_fields, sockets, unread

from netviz.errors import SourceError

PROCESS = ("p700", "R1", "cnginx", "u33")
LISTENER = ("f6", "au", "tIPv4", "d900", "PTCP", "n*:80", "TST=LISTEN", "TQR=0")


@pytest.mark.parametrize("end", ["\n", "\0"])
def test_internet_sockets(end: str) -> None:
    snapshot = from_lsof(
        lsof_fields(
            *PROCESS,
            *LISTENER,
            *("f7", "tIPv4", "d901", "PTCP", "n192.0.2.1:80->192.0.2.9:99", "TST=CLOSE_WAIT"),
            *("f8", "tIPv6", "d902", "PTCP", "n192.0.2.1:80->192.0.2.9:98", "TST=ESTABLISHED"),
            *("f9", "tIPv6", "d903", "PUDP", "n[fe80::1]:546"),
            "p701",
            "cdig",
            *("f3", "tIPv4", "d904", "PUDP", "n192.0.2.1:4000->192.0.2.2:53 800,named,5u"),
            end=end,
        )
    )
    assert sockets(snapshot, "tcp") == [
        ("00000000:0050", "00000000:0000", "0A", 900),
        ("010200C0:0050", "090200C0:0063", "08", 901),
    ]
    assert sockets(snapshot, "tcp6") == [
        (f"{'0' * 16}FFFF0000010200C0:0050", f"{'0' * 16}FFFF0000090200C0:0062", "01", 902)
    ]
    assert [one[2:] for one in sockets(snapshot, "udp6")] == [("07", 903)]
    assert [one[2:] for one in sockets(snapshot, "udp")] == [("01", 904)]
    assert held(snapshot) == {700: ("nginx", [900, 901, 902, 903]), 701: ("dig", [904])}
    assert (snapshot.processes[0].ppid, snapshot.processes[0].uid) == (1, 33)
    assert unread(snapshot) == []


def test_a_socket_of_several_processes_is_one() -> None:
    snapshot = from_lsof(lsof_fields(*PROCESS, *LISTENER, "p701", "cnginx", *LISTENER))
    assert len(sockets(snapshot, "tcp")) == 1
    assert held(snapshot) == {700: ("nginx", [900]), 701: ("nginx", [900])}


def test_unix_sockets_and_their_peers() -> None:
    snapshot = from_lsof(
        lsof_fields(
            *PROCESS,
            *("f4", "tunix", "d0xffff", "i31", "n/run/a.sock type=STREAM", "TST=LISTEN"),
            *("f5", "tunix", "d0xffff", "i32", "n/run/a.sock type=STREAM ->INO=33 9,x,4u"),
            "TST=CONNECTED",
            *("f6", "tunix", "d0xffff", "i34", "ntype=DGRAM", "TST=UNCONNECTED"),
            *("f7", "tunix", "d0xffff", "i35", "n@abs type=STREAM ->INO=36 9,x,5u", "TST=LISTEN"),
            *("f8", "tunix", "d0xffff", "i37", "n/run/older.sock"),
            *("f9", "tunix", "d0xffff", "i38", "nsocket"),
        )
    )
    assert snapshot.unix_peers == [(32, 33), (36, 35)]
    lines = [line.split()[3:] for line in snapshot.netns[0].tables["unix"].splitlines()[1:]]
    assert lines == [
        ["00010000", "0001", "01", "31", "/run/a.sock"],
        ["00000000", "0001", "03", "32", "/run/a.sock"],
        ["00000000", "0002", "01", "34"],
        ["00010000", "0001", "01", "35", "@abs"],
        ["00000000", "0000", "01", "37", "/run/older.sock"],
        ["00000000", "0000", "01", "38"],
    ]
    assert held(snapshot)[700][1] == [31, 32, 34, 35, 37, 38]


def test_pipes_raw_packet_and_unknown_sockets() -> None:
    snapshot = from_lsof(
        lsof_fields(
            *PROCESS,
            *("f0", "ar", "tFIFO", "i70", "npipe"),
            *("f1", "aw", "tFIFO", "i71", "npipe 9,x,0r"),
            *("f2", "aw", "tFIFO", "i70", "npipe"),
            *("f3", "au", "tFIFO", "i72", "n/run/named"),
            *("f4", "au", "traw", "i80", "n00000000:0001->00000000:0000 st=07"),
            *("f5", "au", "tpack", "d81", "PALL", "ntype=SOCK_RAW"),
            *("f6", "au", "tsock", "i82", "nprotocol: TCP"),
            *("f7", "ar", "tREG", "i83", "n/etc/hosts"),
        )
    )
    assert snapshot.processes[0].pipes == [(70, "rw"), (71, "w")]
    assert sockets(snapshot, "raw") == [("00000000:0001", "00000000:0000", "07", 80)]
    assert held(snapshot)[700][1] == [80, 81, 82]
    assert "0003" in snapshot.netns[0].tables["packet"]


@pytest.mark.parametrize(
    "fields",
    [
        ("f7", "tIPv4", "d1", "PTCP", "n192.0.2.1:http->192.0.2.9:99", "TST=ESTABLISHED"),
        ("f7", "tIPv4", "d1", "PTCP", "nweb:80->db:99", "TST=ESTABLISHED"),
        ("f7", "tIPv4", "d1", "PTCP", "n192.0.2.1:80->192.0.2.9:99"),
        ("f7", "tIPv4", "d1", "PTCP", "n[::1]:80->[::1]:99", "TST=ESTABLISHED"),
        ("f7", "tIPv4", "d1", "PSCTP", "n192.0.2.1:80"),
        ("f7", "tunix", "n/run/a type=STREAM"),
        ("f7", "traw", "i5", "n1.2.3.4"),
        ("f7", "tpack", "PALL", "ntype=SOCK_RAW"),
        ("f7", "tsock", "nprotocol: TCP"),
    ],
)
def test_what_cannot_be_read_is_counted(fields: tuple[str, ...]) -> None:
    snapshot = from_lsof(lsof_fields(*PROCESS, *LISTENER, *fields))
    assert unread(snapshot) == [("lsof.txt", "unreadable file", 1)]
    assert len(sockets(snapshot, "tcp")) == 1


@pytest.mark.parametrize(
    "text", ["p1\ncinit\n", "lsof: status error\n", "p1\nf1\nf2\n", "f1\nnx\n"]
)
def test_what_is_no_such_output(text: str) -> None:
    with pytest.raises(SourceError, match="no output of lsof -F"):
        from_lsof(text)

"""Addresses as ip prints them, processes as ps does, sockets as netstat does."""

from __future__ import annotations

import json

import pytest
from texts_of_programs import sockets

from netviz.errors import SourceError
from netviz.importing.ip_addr import parse_ip_addr
from netviz.importing.machine import Identity, ImportedMachine
from netviz.importing.netstat import read_netstat
from netviz.importing.ps import read_ps

PLAIN = """\
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
    inet6 ::1/128 scope host
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default qlen 1000
    inet 192.0.2.1/24 brd 192.0.2.255 scope global eth0
    inet6 fe80::5/64 scope link nodad
3: tun0: <POINTOPOINT> mtu 1500
    inet 198.51.100.1 peer 198.51.100.2/32 scope global tun0
"""
ONE_LINE = """\
1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
1: lo    inet6 ::1/128 scope host \\       valid_lft forever preferred_lft forever
2: eth0    inet 192.0.2.1/24 brd 192.0.2.255 scope global eth0\\       valid_lft forever
2: eth0    inet6 fe80::5/64 scope link \\       valid_lft forever preferred_lft forever
3: tun0    inet 198.51.100.1 peer 198.51.100.2/32 scope global tun0
"""
JSON = json.dumps(
    [
        {"ifname": "lo", "addr_info": [{"local": "127.0.0.1", "prefixlen": 8}]},
        {"ifname": "lo", "addr_info": [{"local": "::1", "prefixlen": 128}]},
        {"ifname": "eth0", "addr_info": [{"local": "192.0.2.1", "prefixlen": 24}]},
        {"ifname": "eth0", "addr_info": [{"local": "fe80::5", "prefixlen": 64}, {}, 7]},
        {
            "addr_info": [
                {"local": "198.51.100.1", "address": "198.51.100.2", "prefixlen": 32},
            ]
        },
        {"ifname": "down"},
        None,
    ]
)


@pytest.mark.parametrize("text", [PLAIN, ONE_LINE, JSON])
def test_addresses_of_ip(text: str) -> None:
    assert parse_ip_addr(text, "ip.txt") == (
        "127.0.0.1/8",
        "::1/128",
        "192.0.2.1/24",
        "fe80::5/64",
        "198.51.100.1",
    )


@pytest.mark.parametrize("text", ["", "[", "[1", "[]", '[{"addr_info": 1}]', "inet x", "[" * 9999])
def test_no_addresses(text: str) -> None:
    with pytest.raises(SourceError, match="no address"):
        parse_ip_addr(text, "ip.txt")


def test_ps_tells_more_of_processes_that_are_known() -> None:
    machine = ImportedMachine()
    machine.process(700).comm = "nginx"
    machine.process(701)
    read_ps(
        machine,
        "F   UID     PID    PPID PRI  NI    VSZ   RSS WCHAN  STAT TTY        TIME COMMAND\n"
        "4    33     700       1  20   0  12345   678 ep_pol S    ?          0:00 nginx: 7 8 9\n"
        "4     0     999       1  20   0  12345   678 ep_pol S    ?          0:00 other\n",
    )
    read_ps(
        machine,
        "    PID    PPID USER     GROUP        LWP NLWP START COMMAND         CGROUP\n"
        "    700       1 www-data www-data     700    1 12:00 nginx           0::/a/n.service\n"
        "    701     700 root     root         701    1 12:00 name (of 15) ch 1:cpu,io:/x,0::/y\n"
        "    702     700 root     root         702    1 12:00 more            -\n",
    )
    assert sorted(machine.processes) == [700, 701]
    one, two = machine.process(700), machine.process(701)
    assert (one.uid, one.ppid, one.comm) == (33, 1, "nginx")
    assert one.cgroup == "0::/a/n.service\n"
    assert (two.comm, two.cgroup) == ("name (of 15) ch", "1:cpu,io:/x\n0::/y\n")


NETSTAT = """\
Active Internet connections (servers and established)
Proto Recv-Q Send-Q Local Address           Foreign Address         State       User       Inode      PID/Program name     Timer
tcp        0      0 192.0.2.1:80            0.0.0.0:*               LISTEN      0          50         7/nginx: master      off (0.00/0/0)
tcp6       0      0 192.0.2.1:22            192.0.2.9:40001         ESTABLISHED 0          51         8/sshd               keepalive (71.2/0/0)
tcp6       0      0 fe80::5:81              :::*                    LISTEN      0          52         -                    off (0.00/0/0)
tcp        0      0 192.0.2.1:80            192.0.2.9:40002         TIME_WAIT   0          0          -                    timewait (57.94/0/0)
udp        0      0 192.0.2.1:53            0.0.0.0:*                           101        53         9/named              off (0.00/0/0)
udp        0      0 192.0.2.1:4444          192.0.2.9:53            ESTABLISHED 101        54         9/named              off (0.00/0/0)
raw        0      0 0.0.0.0:1               0.0.0.0:*               7           0          55         6/ping               off (0.00/0/0)
tcp        0      0 web:http                0.0.0.0:*               LISTEN      0          56         7/nginx              off (0.00/0/0)
Active UNIX domain sockets (servers and established)
Proto RefCnt Flags       Type       State         I-Node   PID/Program name     Path
unix  2      [ ACC ]     STREAM     LISTENING     60       7/nginx              /run/a
"""  # noqa: E501


def test_netstat() -> None:
    machine = ImportedMachine()
    read_netstat(machine, machine.namespace(), NETSTAT, "netstat")
    snapshot = machine.snapshot(Identity("elm"), "limits")
    assert [one[2:] for one in sockets(snapshot, "tcp")] == [("0A", 50), ("06", 0)]
    assert [one[2:] for one in sockets(snapshot, "tcp6")] == [("01", 51), ("0A", 52)]
    assert [one[2:] for one in sockets(snapshot, "udp")] == [("07", 53), ("01", 54)]
    assert [one[2:] for one in sockets(snapshot, "raw")] == [("07", 55)]
    assert {one.pid: (one.comm, list(one.sockets)) for one in snapshot.processes} == {
        6: ("ping", [55]),
        7: ("nginx: master", [50]),
        8: ("sshd", [51]),
        9: ("named", [53, 54]),
    }
    assert [(one.error, one.count) for one in snapshot.problems[1:]] == [("unreadable line", 1)]

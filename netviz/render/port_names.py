"""What is usually found at well-known ports, so that a picture can say more than a number.

The names are those of the IANA registry of service names and port numbers (RFC 6335). They are
here, and not read from /etc/services, because that differs between systems: the same input has to
give the same picture everywhere. A port that is registered for one thing and commonly used for
another (8000, 9090, 9092, 9100) has no name here: it would mislead.
"""

from __future__ import annotations

_TCP = (
    "20 ftp-data, 21 ftp, 22 ssh, 23 telnet, 25 smtp, 43 whois, 49 tacacs, 79 finger, 110 pop3, "
    "119 nntp, 135 epmap, 139 netbios-ssn, 143 imap, 179 bgp, 445 microsoft-ds, 465 submissions, "
    "512 exec, 513 login, 514 shell, 515 printer, 548 afpovertcp, 554 rtsp, 563 nntps, "
    "587 submission, 631 ipp, 636 ldaps, 749 kerberos-adm, 873 rsync, 989 ftps-data, 990 ftps, "
    "993 imaps, 995 pop3s, 1080 socks, 1433 ms-sql-s, 1723 pptp, 1883 mqtt, 2083 radsec, "
    "2375 docker, 2376 docker-s, 2377 swarm, 2379 etcd-client, 2380 etcd-server, "
    "3260 iscsi-target, 3268 msft-gc, 3269 msft-gc-ssl, 3306 mysql, 3389 ms-wbt-server, "
    "3632 distcc, 3690 svn, 3868 diameter, 4369 epmd, 4949 munin, 5222 xmpp-client, "
    "5269 xmpp-server, 5432 postgresql, 5666 nrpe, 5671 amqps, 5672 amqp, 5900 rfb, "
    "5984 couchdb, 5985 wsman, 5986 wsmans, 6379 redis, 6514 syslog-tls, 6640 ovsdb, "
    "6653 openflow, 6697 ircs-u, 8080 http-alt, 8140 puppet, 8883 secure-mqtt, 9418 git, "
    "10050 zabbix-agent, 10051 zabbix-trapper, 11211 memcache, 27017 mongodb"
)
_UDP = (
    "67 bootps, 68 bootpc, 69 tftp, 123 ntp, 137 netbios-ns, 138 netbios-dgm, 161 snmp, "
    "162 snmptrap, 319 ptp-event, 320 ptp-general, 500 isakmp, 514 syslog, 520 router, "
    "521 ripng, 546 dhcpv6-client, 547 dhcpv6-server, 1701 l2tp, 1900 ssdp, 3784 bfd-control, "
    "3799 radius-dynauth, 4500 ipsec-nat-t, 4739 ipfix, 4789 vxlan, 5246 capwap-control, "
    "5247 capwap-data, 5353 mdns, 5355 llmnr, 6081 geneve, 6343 sflow, 11211 memcache"
)
_BOTH = (
    "53 domain, 80 http, 88 kerberos, 111 sunrpc, 389 ldap, 443 https, 464 kpasswd, "
    "853 domain-s, 1194 openvpn, 1812 radius, 1813 radius-acct, 2049 nfs, 3478 stun, 5060 sip, "
    "5061 sips, 5349 stuns"
)
_SCTP = "2904 m2ua, 2905 m3ua, 3868 diameter, 29118 sgsap, 36412 s1-control, 36422 x2-control"


def _names(*lists: str) -> dict[int, str]:
    entries = (entry.split() for names in lists for entry in names.split(", "))
    return {int(port): name for port, name in entries}


NAMES = {"tcp": _names(_TCP, _BOTH), "udp": _names(_UDP, _BOTH), "sctp": _names(_SCTP)}
"""Names by protocol and port."""


def port_text(proto: str, port: int, *, numeric: bool) -> str:
    """``tcp/5432 postgresql``; without the name where it is numeric or there is none."""
    name = None if numeric else NAMES.get(proto, {}).get(port)
    return f"{proto}/{port}" if name is None else f"{proto}/{port} {name}"

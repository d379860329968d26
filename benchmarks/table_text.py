"""Lines of the kernel's socket tables, with its column widths, made quickly and in great number.

Addresses come as the hex digits that the kernel prints, little-endian, ready made: the same few are
printed again and again. A line lacks its slot number, which ``table`` puts in front.
"""

from __future__ import annotations

from collections.abc import Sequence

TCP = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid" + (
    "  timeout inode"
)
TCP6 = (
    "  sl  local_address                         remote_address                        st tx_queue"
    " rx_queue tr tm->when retrnsmt   uid  timeout inode"
)
HEADERS = {"tcp": TCP.ljust(149), "tcp6": TCP6, "udp": f" {TCP} ref pointer drops".ljust(127)}
UNIX = "Num       RefCount Protocol Flags    Type St Inode Path"
PACKET = "sk               RefCnt Type Proto  Iface R Rmem   User   Inode"

ESTABLISHED, TIME_WAIT, CLOSE, LISTEN = 1, 6, 7, 10


def hex4(number: int) -> str:
    """The digits of an IPv4 address."""
    return number.to_bytes(4, "little").hex().upper()


def hex6(number: int) -> str:
    """The digits of an IPv6 address: four words, each printed in the byte order of the machine."""
    packed = number.to_bytes(16, "big")
    return "".join(packed[at : at + 4][::-1].hex() for at in range(0, 16, 4)).upper()


def mapped(digits: str) -> str:
    """The digits of the IPv4-mapped address of those of an IPv4 one."""
    return f"0000000000000000FFFF0000{digits}"


def socket_line(
    local: str, local_port: int, remote: str, remote_port: int, state: int, inode: int, uid: int
) -> str:
    """One socket of tcp, tcp6 or udp, without its slot."""
    line = (
        f"{local}:{local_port:04X} {remote}:{remote_port:04X} {state:02X} 00000000:00000000 "
        f"00:00000000 00000000 {uid:5d}        0 {inode} "
    )
    if state in (LISTEN, CLOSE):
        return f"{line}1 0000000000000000 100 0 0 10 0"
    if state == TIME_WAIT:
        return f"{line}3 0000000000000000"
    return f"{line}1 0000000000000000 20 4 30 10 -1"


def table(name: str, lines: Sequence[str]) -> str:
    """The text of a whole table: header, and each line behind its slot."""
    width = len(HEADERS[name])
    numbered = [HEADERS[name]]
    numbered += [f"{slot:4d}: {line}" for slot, line in enumerate(lines)]
    if name != "tcp6":
        numbered = [line.ljust(width) for line in numbered]
    return "\n".join(numbered) + "\n"


def packet_table(inodes: Sequence[int]) -> str:
    """The text of /proc/net/packet."""
    lines = [PACKET]
    lines += [f"0000000000000000 3      3    0003   2     1 0      0      {i:<6d}" for i in inodes]
    return "\n".join(lines) + "\n"


def conntrack_line(original: Sequence[object], reply: Sequence[object]) -> str:
    """One entry of nf_conntrack; each way is source, destination, source port, destination port."""
    way = "src={} dst={} sport={} dport={}".format
    state = "ipv4     2 tcp      6 431999 ESTABLISHED"
    return f"{state} {way(*original)} {way(*reply)} [ASSURED] mark=0 zone=0 use=2"


def unix_table(inodes: Sequence[int]) -> str:
    """The text of /proc/net/unix: every other socket has a name."""
    lines = [UNIX]
    for slot, inode in enumerate(inodes):
        name = f" /run/services/{slot}/control" if slot % 2 else ""
        lines.append(f"0000000000000000: 00000002 00000000 00010000 0001 01 {inode:5d}{name}")
    return "\n".join(lines) + "\n"

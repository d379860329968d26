"""Which addresses a network namespace has, from rtnetlink where allowed, else from /proc text.

/proc/net/fib_trie and /proc/net/ipv6_route can be huge on a router: they are read line by line.
Only /32 and /128 LOCAL entries are addresses (TPROXY has 0.0.0.0/0 as LOCAL too); they include
addresses on no interface, such as those that a cloud's load balancer forwards.
"""

import os
import socket
import struct
from typing import Dict, Iterable, Iterator, List, Optional, Set, Tuple

from netviz.capture.procfs import CHUNK, Procfs
from netviz.capture.rtnetlink import interface_addresses
from netviz.capture.sockets import NetFiles
from netviz.capture.text import clean

_LINE = 4096
_RTF_LOCAL = 0x80000000


def addresses(proc: Procfs, files: NetFiles, inside: bool) -> Optional[List[str]]:
    """``ADDRESS/PREFIX`` (or bare, where the prefix is not known), None where nothing was readable.

    ``inside``: this thread is in that namespace, so the kernel can be asked.
    """
    found: Optional[Dict[str, str]] = None
    if inside:
        try:
            found = _by_address(interface_addresses())
        except OSError as error:
            proc.count("rtnetlink", error, "self/net")
    if found is None:
        on_interfaces = _lines(files, "if_inet6")
        found = None if on_interfaces is None else _by_address(parse_if_inet6(on_interfaces))
    for name, parse in (("fib_trie", parse_fib_trie), ("ipv6_route", parse_ipv6_route)):
        lines = _lines(files, name)
        if lines is not None:
            found = {} if found is None else found
            for address, text in _by_address(parse(lines)).items():
                found.setdefault(address, text)
    return None if found is None else [found[address] for address in sorted(found)]


def _by_address(texts: Iterable[str]) -> Dict[str, str]:
    """The texts by their address alone; of two, the one that says its prefix."""
    found: Dict[str, str] = {}
    for text in texts:
        address, slash, _ = text.partition("/")
        if slash or address not in found:
            found[address] = text
    return found


def _lines(files: NetFiles, name: str) -> Optional[Iterator[bytes]]:
    """The lines of one file, None where it cannot be opened (counted unless it is absent)."""
    try:
        descriptor = files.open(name)
    except OSError as error:
        files.count(name, error)
        return None
    return _read_lines(files, name, descriptor)


def _read_lines(files: NetFiles, name: str, descriptor: int) -> Iterator[bytes]:
    try:
        with open(descriptor, "rb", buffering=CHUNK, closefd=False) as stream:
            yield from iter(lambda: stream.readline(_LINE), b"")
    except OSError as error:
        files.count(name, error)
    finally:
        os.close(descriptor)


def parse_if_inet6(lines: Iterable[bytes]) -> Iterator[str]:
    """``ADDRESS/PREFIX`` of /proc/net/if_inet6.

    A line is address, link, prefix length, scope, flags and name; numbers are hexadecimal.
    """
    for line in lines:
        fields = line.split()
        address = _ipv6(fields[0]) if len(fields) >= 6 else None
        if address:
            prefix = _hex(fields[2])
            known = prefix is not None and 0 <= prefix <= 128
            yield f"{address}/{prefix}" if known else address


def parse_ipv6_route(lines: Iterable[bytes]) -> Iterator[str]:
    """The addresses of the /128 LOCAL entries of /proc/net/ipv6_route.

    The first two fields are destination and prefix length, the ninth the flags; hexadecimal.
    """
    for line in lines:
        if b" 80 " in line[:36]:
            fields = line.split()
            if len(fields) >= 10 and (_hex(fields[8]) or 0) & _RTF_LOCAL:
                address = _ipv6(fields[0])
                if address:
                    yield address


def _ipv6(digits: bytes) -> Optional[str]:
    number = _hex(digits) if len(digits) == 32 and digits.isalnum() else None
    return None if number is None else socket.inet_ntop(socket.AF_INET6, number.to_bytes(16, "big"))


def _hex(digits: bytes) -> Optional[int]:
    try:
        return int(digits, 16)
    except ValueError:
        return None


def parse_fib_trie(lines: Iterable[bytes]) -> Iterator[str]:
    """The /32 LOCAL entries of /proc/net/fib_trie, with their prefix length where it shows.

    An address with a prefix shorter than 31 bits puts a network and its broadcast address into the
    routing tables. A network is believed only together with its broadcast address: a route that
    somebody added by hand has none.
    """
    local: Set[int] = set()
    broadcasts: Set[int] = set()
    networks: Set[Tuple[int, int]] = set()
    leaf: Optional[int] = None
    for line in lines:
        if b"|--" in line:
            leaf = _ipv4(line.split()[-1])
        elif leaf is not None and b"/" in line:
            fields = line.split()
            if fields[0] == b"/32" and fields[1:3] == [b"host", b"LOCAL"]:
                local.add(leaf)
            elif fields[0] == b"/32" and fields[1:3] == [b"link", b"BROADCAST"]:
                broadcasts.add(leaf)
            elif fields[1:3] in ([b"link", b"UNICAST"], [b"host", b"LOCAL"]):
                bits = fields[0][1:]
                if bits.isdigit() and 0 < int(bits) < 31:
                    networks.add((leaf, int(bits)))
    yield from _with_prefixes(local, broadcasts, networks)


def _with_prefixes(
    local: Set[int], broadcasts: Set[int], networks: Set[Tuple[int, int]]
) -> Iterator[str]:
    """The addresses, each with the longest prefix of ``networks`` that ``broadcasts`` confirm."""
    connected = {
        (network, bits) for network, bits in networks if network | 0xFFFFFFFF >> bits in broadcasts
    }
    lengths = sorted({bits for _, bits in connected}, reverse=True)
    for address in sorted(local):
        text = socket.inet_ntoa(struct.pack(">I", address))
        for bits in lengths:
            if (address & ~(0xFFFFFFFF >> bits), bits) in connected:
                text += f"/{bits}"
                break
        yield text


def _ipv4(dotted: bytes) -> Optional[int]:
    try:
        return int(struct.unpack(">I", socket.inet_pton(socket.AF_INET, clean(dotted)))[0])
    except (OSError, ValueError):
        return None

"""Groups of machines at random, small and crowded, so that every rule of the join has its turn."""

from __future__ import annotations

from groups import CAPTURED, MachineOf, Namespace, Socket
from hypothesis import strategies as st

ADDRESSES = ("10.0.0.1", "10.0.0.2", "10.0.0.3", "172.17.0.1", "172.17.0.2", "127.0.0.1")
OUTSIDE = ("192.0.2.9",)
WILDCARD = ("0.0.0.0",)
PORTS = (53, 80, 8080, 40000, 40001)
STATES = (1, 1, 1, 1, 2, 3, 4, 6, 8)

_ports = st.sampled_from(PORTS)


@st.composite
def connected(draw: st.DrawFn) -> Socket:
    proto = draw(st.sampled_from(("tcp", "tcp", "tcp", "udp")))
    inode = draw(st.sampled_from((None, None, None, 0)))
    pids = () if inode == 0 else draw(st.sampled_from(((), (1,), (7,), (7, 8))))
    return Socket(
        proto,
        draw(st.sampled_from(ADDRESSES)),
        draw(_ports),
        draw(st.sampled_from((*ADDRESSES, *OUTSIDE))),
        draw(_ports),
        draw(st.sampled_from(STATES)) if proto == "tcp" else 1,
        pids,
        inode,
    )


@st.composite
def bound(draw: st.DrawFn) -> Socket:
    proto, state = draw(st.sampled_from((("tcp", 10), ("tcp", 7), ("udp", 7), ("raw", 7))))
    address = draw(st.sampled_from((*ADDRESSES, *WILDCARD)))
    return Socket(proto, address, draw(_ports), "", 0, state, draw(st.sampled_from(((), (7,)))))


@st.composite
def conntrack(draw: st.DrawFn, planted: list[Socket]) -> str:
    """Entries that lead from one planted socket to another, or to where nobody is."""
    lines = []
    for _ in range(draw(st.integers(0, 3))):
        client, server = (draw(st.one_of(st.sampled_from(planted), connected())) for _ in range(2))
        ways = [
            f"src={end.local} dst={end.remote} sport={end.port} dport={end.remote_port}"
            for end in (client, server)
        ]
        proto = {"tcp": "tcp      6", "udp": "udp      17"}[client.proto]
        lines.append(f"ipv4     2 {proto} 100 {ways[0]} {ways[1]} mark=0 use=2\n")
    return "".join(lines)


@st.composite
def groups(draw: st.DrawFn) -> list[MachineOf]:
    """One to three machines. Some sockets of each have their mirror image somewhere."""
    planted = draw(st.lists(connected(), min_size=1, max_size=5))
    machines = []
    for number in range(draw(st.integers(1, 3))):
        spaces = []
        for space in range(draw(st.integers(1, 2))):
            sockets = draw(st.lists(st.one_of(connected(), bound()), max_size=6))
            for one in planted:
                image = Socket(one.proto, one.remote, one.remote_port, one.local, one.port, 1, (7,))
                server = Socket(one.proto, "0.0.0.0", one.port, "", 0, 7, (7, 8))
                if one.proto == "tcp":
                    server.state = 10
                some: tuple[list[Socket], ...] = (
                    [],
                    [one],
                    [image],
                    [one, image],
                    [one, server],
                    [server],
                )
                sockets += draw(st.sampled_from(some))
            addresses = draw(st.lists(st.sampled_from(ADDRESSES), unique=True, max_size=3))
            spaces.append(
                Namespace(
                    sockets,
                    draw(st.sampled_from((None, [f"{a}/24" for a in addresses]))),
                    4 * number + space + 1,
                    draw(st.sampled_from((True, False, None))),
                    draw(st.one_of(st.none(), conntrack(planted))),
                )
            )
        taken = draw(st.sampled_from((None, CAPTURED)))
        machines.append(MachineOf(f"m{number}", spaces, {7: "server", 8: "worker"}, captured=taken))
    return machines

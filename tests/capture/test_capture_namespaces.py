"""Network namespaces of the running kernel: their sockets, addresses and peers (psutil #1691)."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from needs import unavailable
from running import Capture, Run

from netviz.capture.enter import CannotEnter, run_inside, this_thread


def ip(*arguments: str) -> str:
    return subprocess.run(["ip", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


@pytest.fixture
def named() -> Iterator[str]:
    """A namespace that is mounted under a name, and that no process lives in."""
    name = f"netviz-{os.getpid()}"
    try:
        ip("netns", "add", name)
    except (OSError, subprocess.CalledProcessError) as error:
        unavailable(f"no network namespace can be made here (root, iproute2): {error}")
    try:
        ip("-n", name, "link", "set", "lo", "up")
        ip("-n", name, "link", "add", "port0", "type", "veth", "peer", "name", "port1")
        ip("-n", name, "link", "set", "port1", "up")
        ip("-n", name, "link", "set", "port0", "up")
        ip("-n", name, "link", "set", "port1", "up")
        ip("-n", name, "address", "add", "10.77.0.1/20", "dev", "port0")
        ip("-n", name, "address", "add", "10.77.9.1", "peer", "10.77.9.2/24", "dev", "port0")
        ip("-n", name, "address", "add", "10.78.0.1", "peer", "10.79.0.1/16", "dev", "port0")
        ip("-n", name, "address", "add", "2001:db8:77::1/56", "dev", "port0", "nodad")
        ip("-n", name, "route", "add", "local", "192.0.2.77/32", "dev", "lo")
        ip("-n", name, "route", "add", "local", "192.0.2.128/25", "dev", "lo")
        yield name
    finally:
        ip("netns", "delete", name)


ADDRESSES = {
    "10.77.0.1/20",
    "10.77.9.1/24",
    "10.78.0.1",
    "127.0.0.1/8",
    "192.0.2.77",
    "2001:db8:77::1/56",
    "::1/128",
}


@contextmanager
def sockets_inside(name: str) -> Iterator[list[socket.socket]]:
    """A TCP listener and a pair of unix sockets that this process holds in another namespace.

    No thread of this process stays there. It forwards, and has a port range of its own.
    """
    made: list[socket.socket] = []
    descriptor = os.open(f"/run/netns/{name}", os.O_RDONLY)

    def make() -> None:
        Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("40000 41000")
        Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
        made.append(socket.create_server(("10.77.0.1", 0)))
        made.extend(socket.socketpair())

    try:
        run_inside(descriptor, make)
        yield made
    finally:
        os.close(descriptor)
        for held in made:
            held.close()


def inode(held: socket.socket) -> int:
    return os.fstat(held.fileno()).st_ino


def inode_of(name: str) -> int:
    return Path(f"/run/netns/{name}").stat().st_ino


def test_a_named_namespace_without_a_process_is_captured_from_inside(
    named: str, capture: Capture
) -> None:
    with sockets_inside(named) as (listener, *_):
        port = listener.getsockname()[1]
        snapshot = capture().snapshot
    own = Path("/proc/self/ns/net").stat().st_ino
    assert snapshot["netns"][0]["id"] == own
    (found,) = [entry for entry in snapshot["netns"] if entry["id"] == inode_of(named)]
    assert found["name"] == named
    assert {text for text in found["addresses"] if not text.startswith("fe80")} == ADDRESSES
    assert found["ip_local_port_range"] == [40000, 41000]
    assert found["forwarding"] is True
    assert f":{port:04X} 00000000:0000 0A" in found["tables"]["tcp"]
    assert f":{port:04X} 00000000:0000 0A" not in snapshot["netns"][0]["tables"]["tcp"]


def test_a_socket_is_held_here_and_listed_where_it_lives(named: str, capture: Capture) -> None:
    """A descriptor's inode may be in the table of a namespace that its holder is not in."""
    with sockets_inside(named) as (listener, *_):
        run = capture()
        number = inode(listener)
        assert number in run.process(os.getpid())["sockets"]
        assert run.process(os.getpid())["netns"] != inode_of(named)
        holding = [
            found["id"]
            for found in run.snapshot["netns"]
            if f" {number} " in found["tables"]["tcp"]
        ]
    assert holding == [inode_of(named)]


def test_unix_peers_of_every_namespace_are_found(named: str, capture: Capture) -> None:
    here = socket.socketpair()
    with here[0], here[1], sockets_inside(named) as (_, *there):
        peers = capture().snapshot["unix_peers"]
        for one, other in (here, there):
            assert [inode(one), inode(other)] in peers
            assert [inode(other), inode(one)] in peers


def test_the_same_namespace_read_through_a_process_gives_the_same(
    named: str, capture: Capture
) -> None:
    """Whoever may not enter reads the addresses from the routing tables, with their prefixes."""
    sleeper = subprocess.Popen(["ip", "netns", "exec", named, "sleep", "60"])
    try:
        wait_for_namespace(sleeper.pid, inode_of(named))
        inside = namespace_of(capture(), named)
        outside = namespace_of(capture("--proc", "/proc"), named)
    finally:
        sleeper.kill()
        sleeper.wait()
    assert outside["ip_local_port_range"] is None
    assert set(outside["addresses"]) == set(inside["addresses"])
    assert outside["tables"].keys() == inside["tables"].keys()
    assert outside["name"] == inside["name"] == named


def wait_for_namespace(pid: int, inode: int) -> None:
    while Path(f"/proc/{pid}/ns/net").stat().st_ino != inode:
        pass


def namespace_of(run: Run, name: str) -> dict[str, Any]:
    (found,) = [entry for entry in run.snapshot["netns"] if entry["name"] == name]
    return dict(found)


def test_entering_leaves_every_other_thread_where_it_is(named: str) -> None:
    seen: list[tuple[str, str]] = []
    before = str(Path("/proc/self/ns/net").readlink())
    descriptor = os.open(f"/run/netns/{named}", os.O_RDONLY)

    def look() -> None:
        thread = this_thread("/proc")
        assert thread == "thread-self"
        seen.append(
            (
                str(Path(f"/proc/{thread}/ns/net").readlink()),
                str(Path("/proc/self/ns/net").readlink()),
            )
        )

    run_inside(descriptor, look)
    os.close(descriptor)
    assert seen == [(f"net:[{inode_of(named)}]", before)]
    assert str(Path("/proc/self/ns/net").readlink()) == before


def test_what_cannot_be_entered_is_told_and_the_work_not_done(tmp_path: Path) -> None:
    no_namespace = os.open(tmp_path, os.O_RDONLY)
    done: list[bool] = []
    with pytest.raises(CannotEnter) as caught:
        run_inside(no_namespace, lambda: done.append(True))
    os.close(no_namespace)
    assert caught.value.error.errno is not None
    assert done == []


def test_an_error_inside_comes_out(named: str) -> None:
    def fail() -> None:
        raise ValueError(threading.current_thread().name)

    descriptor = os.open(f"/run/netns/{named}", os.O_RDONLY)
    with pytest.raises(ValueError, match="Thread-"):
        run_inside(descriptor, fail)
    os.close(descriptor)


def test_a_thread_is_found_on_kernels_without_thread_self(tmp_path: Path) -> None:
    (tmp_path / "self").symlink_to("71")
    for thread in ("71", "75"):
        (tmp_path / "71" / "task" / thread).mkdir(parents=True)
    assert this_thread(str(tmp_path)) == "self/task/75"
    (tmp_path / "71" / "task" / "76").mkdir()
    assert this_thread(str(tmp_path)) is None

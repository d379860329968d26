"""Names of hosts: what is one, what is refused, and which file its snapshot goes to."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.errors import NetvizError
from netviz.gather.host import Host, HostNameError, each_once, file_name, parse_host, read_hosts


@pytest.mark.parametrize(
    "text",
    ["web1", "root@web1", "web1.example.com", "ssh://me@web1:2222", "fd00::1", "fe80::1%eth0"],
)
def test_what_ssh_takes_is_a_host(text: str) -> None:
    assert parse_host(text) == Host(text, text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("-oProxyCommand=sh", "does not begin with -"),
        ("me@-oProxyCommand=sh", "does not begin with -"),
        ("ssh://-oProxyCommand=sh", "does not begin with -"),
        ("", "is empty"),
        ("web1 web2", '" " is in it'),
        ("web1;reboot", '";" is in it'),
        ("$(reboot)", '"$" is in it'),
        ("web1\n", '"\\\\n" is in it'),
        ("web\x1b[0m", "is in it"),
        ("x" * 201, "is too long"),
    ],
)
def test_what_could_be_something_else_is_refused(text: str, why: str) -> None:
    with pytest.raises(HostNameError) as refused:
        parse_host(text)
    assert why.replace("\\\\", "\\") in str(refused.value)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("web1", "web1.json.gz"),
        ("root@web1", "root@web1.json.gz"),
        ("ssh://me@web1:2222", "me@web1:2222.json.gz"),
        ("../../etc/passwd", "%2E./../etc/passwd.json.gz".replace("/", "%2F")),
        (".hidden", "%2Ehidden.json.gz"),
        ("bücher", "b%C3%BCcher.json.gz"),
    ],
)
def test_a_file_is_called_like_its_host(name: str, file: str) -> None:
    assert file_name(name) == file


@given(st.text(min_size=1), st.text(min_size=1))
def test_no_two_hosts_share_a_file_and_none_leaves_the_folder(first: str, second: str) -> None:
    prefix = "ssh://"
    if first.removeprefix(prefix) != second.removeprefix(prefix):
        assert file_name(first) != file_name(second)
    assert Path(file_name(first)).name == file_name(first)
    assert not file_name(first).startswith(".") or first.removeprefix(prefix) == ""


def test_a_file_has_one_host_a_line(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text("\ufeffweb1\r\n\n# all of the shop\n  root@db1  # the database\n")
    assert [host.name for host in read_hosts(str(path))] == ["web1", "root@db1"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"web1\n-oBad\n", 'line 2: "-oBad" is no host'),
        (b"# nobody\n", "names no host"),
        (b"\xff\xfe", "is no UTF-8 text"),
    ],
)
def test_a_bad_file_is_told_by_name_and_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "hosts"
    path.write_bytes(content)
    with pytest.raises(NetvizError) as refused:
        read_hosts(str(path))
    assert str(refused.value).startswith(f"{path}: {said}")


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(NetvizError, match="/dev/zero: is a device"):
        read_hosts("/dev/zero")
    with pytest.raises(NetvizError, match="/nowhere/hosts: there is no such file"):
        read_hosts("/nowhere/hosts")


def test_a_host_is_asked_once() -> None:
    assert each_once([Host("a", "a"), Host("b", "b"), Host("a", "a")]) == [
        Host("a", "a"),
        Host("b", "b"),
    ]
    with pytest.raises(NetvizError, match="a is named twice"):
        each_once([Host("a", "a"), Host("a", "10.0.0.1")])

"""The map: what was written is read as the same, and a bad one is an error that says where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from netviz.addresses import parse_address
from netviz.anonymize.map_file import MapError, read_map, written_map
from netviz.anonymize.pseudonyms import Pseudonyms

KEY = bytes(range(32))


def used() -> Pseudonyms:
    pseudonyms = Pseudonyms(KEY)
    pseudonyms.names.numbered("host", "web\n\U0001f600")
    pseudonyms.names.digits("boot-id", "b1")
    pseudonyms.users.number(1000)
    for address in ("10.0.0.1", "fd00::1", "::ffff:192.0.2.1"):
        pseudonyms.addresses.text(parse_address(address))
    return pseudonyms


def written(folder: Path, document: Any) -> str:
    path = folder / "group.map"
    path.write_text(json.dumps(document))
    return str(path)


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "group.map"
    path.write_bytes(written_map(used()))
    again = read_map(str(path))
    assert again is not None
    assert written_map(again) == written_map(used())
    for one in (again, used()):
        assert one.names.numbered("host", "db") == "host-2"
        assert one.users.number(1001) == 1002
        assert one.addresses.text(parse_address("10.0.0.2")) == Pseudonyms(KEY).addresses.text(
            parse_address("10.0.0.2")
        )


def test_a_key_alone_is_enough(tmp_path: Path) -> None:
    found = read_map(written(tmp_path, {"netviz_map": 1, "key": KEY.hex()}))
    assert found is not None
    assert written_map(found) == written_map(Pseudonyms(KEY))


def test_no_file_is_no_map(tmp_path: Path) -> None:
    assert read_map(str(tmp_path / "none")) is None


def test_the_order_of_files_tells_nothing_of_their_names() -> None:
    names = [f"host{n:02}.json" for n in range(30)]
    orders = {tuple(Pseudonyms(bytes([n]) * 32).shuffled(names)) for n in range(10)}
    assert len(orders) == 10
    assert all(sorted(order) == names for order in orders)
    assert Pseudonyms(KEY).shuffled(names) == Pseudonyms(KEY).shuffled(names[::-1])


GOOD = json.loads(written_map(used()))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"netviz_map": 2}, "netviz_map: expected the number 1, found the number 2"),
        ({"key": None}, "key: is missing"),
        ({"key": "ab"}, "key: is not 64 hexadecimal digits"),
        ({"key": KEY.hex()[:-1]}, "key: is not 64 hexadecimal digits"),
        ({"key": "x" * 64}, "key: is not 64 hexadecimal digits"),
        ({"key": 7}, "key: expected a text, found the number 7"),
        ({"names": []}, "names: expected an object, found an empty list"),
        ({"names": {"star": {}}}, "names.star: is no kind of name"),
        ({"names": {"host": {"a": 1}}}, "names.host.a: expected host- and a number, found the"),
        ({"names": {"host": {"a": "../a"}}}, "names.host.a: expected host- and a number, found"),
        ({"names": {"host": {"a": "host-1", "b": "host-1"}}}, "names.host: two stand for the same"),
        ({"names": {"pod": {"a": "ab"}}}, "names.pod.a: does not come of the key"),
        ({"users": {"x": 1}}, 'users: "x" is no user id'),
        ({"users": {"1": 0}}, 'users["1"]: expected an integer from 1001'),
        ({"users": {"1": 5000, "2": 5000}}, "users: two stand for the same"),
        ({"addresses": {"10.0.0.1": "x"}}, 'addresses["10.0.0.1"]: does not come of the key'),
        ({"addresses": {"x": "10.0.0.1"}}, 'addresses: "x" is no IP address'),
        ({"key": "00" * 32}, 'names["boot-id"].b1: does not come of the key'),
    ],
)
def test_a_bad_map(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    path = written(tmp_path, GOOD | change)
    with pytest.raises(MapError) as refused:
        read_map(path)
    lines = str(refused.value).split("\n")
    assert lines[0].startswith(f"{path}: {told}")
    assert len(lines) == 2
    assert KEY.hex()[:16] not in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"\xff", b'{"netviz_snapshot": 2}'])
def test_what_is_no_map(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "group.map"
    path.write_bytes(content)
    with pytest.raises(MapError) as refused:
        read_map(str(path))
    assert str(refused.value).startswith(f"{path}: ")


@pytest.mark.parametrize(
    ("content", "told"), [(b" \n", "is empty"), (b'{"netviz_map": 1', "is cut short")]
)
def test_what_is_said_of_captures_is_not_said_of_a_map(
    tmp_path: Path, content: bytes, told: str
) -> None:
    path = tmp_path / "group.map"
    path.write_bytes(content)
    with pytest.raises(MapError) as refused:
        read_map(str(path))
    assert str(refused.value).endswith(
        f": {told}\n  give the file that --map wrote for this group, or the name of a new one"
    )


def test_a_map_that_never_ends() -> None:
    with pytest.raises(MapError, match="/dev/zero: is a device"):
        read_map("/dev/zero")


def test_a_map_that_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(MapError) as refused:
        read_map(str(tmp_path))
    assert str(refused.value).startswith(f"{tmp_path}: is a directory\n")

"""The same name is replaced by the same, two are never replaced by one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.anonymize.names import DIGITS, NUMBERED, Names
from netviz.anonymize.paths import replaced_socket
from netviz.anonymize.programs import replaced_comm, replaced_executable
from netviz.anonymize.users import ALIKE, Users
from netviz.snapshot.limits import LONGEST_SOCKET_NAME

KEY = b"k" * 32
TEXTS = st.lists(st.text(max_size=5), max_size=10)


@settings(deadline=None)
@given(TEXTS, st.sampled_from(NUMBERED))
def test_numbered(texts: list[str], kind: str) -> None:
    names = Names(KEY)
    made = [names.numbered(kind, text) for text in texts]
    assert made == [names.numbered(kind, text) for text in texts]
    assert len(set(made)) == len(set(texts))
    assert [one for one in made if one and not re.fullmatch(rf"{kind}-[0-9]+", one)] == []
    assert [not one for one in made] == [not text for text in texts]


@settings(deadline=None)
@given(TEXTS, st.sampled_from(DIGITS))
def test_digits(texts: list[str], kind: str) -> None:
    made = [Names(KEY).digits(kind, text) for text in texts]
    assert len(set(made)) == len(set(texts))
    assert [one for one in made if one and not re.fullmatch("[0-9a-f]{64}", one)] == []
    other = [Names(b"o" * 32).digits(kind, text) for text in texts]
    assert not set(filter(None, made)).intersection(other)


def test_a_name_of_a_map_is_not_given_twice() -> None:
    names = Names(KEY, {"host": {"a": "host-2", "b": "host-7"}})
    assert [names.numbered("host", name) for name in "abcd"] == [
        *("host-2", "host-7", "host-3", "host-4")
    ]
    assert Names(KEY, {"host": {"a": "host-2"}}).numbered("host", "b") == "host-3"


@settings(deadline=None)
@given(st.lists(st.integers(0, 2**64 - 1), max_size=10), st.sets(st.integers(1, 70000), max_size=5))
def test_users(uids: list[int], known: set[int]) -> None:
    users = Users({uid: 65530 + place for place, uid in enumerate(sorted(known - ALIKE))})
    made = [users.number(uid) for uid in uids]
    assert len(set(made)) == len(set(uids))
    assert {uid: number for uid, number in zip(uids, made, strict=True) if uid in ALIKE} == {
        uid: uid for uid in uids if uid in ALIKE
    }


@pytest.mark.parametrize(
    ("exe", "expected"),
    [
        ("/usr/sbin/nginx", "/usr/sbin/process-1"),
        ("/usr/sbin/nginx (deleted)", "/usr/sbin/process-1 (deleted)"),
        ("/opt/acme/bin/billing", "/opt/path-1/bin/process-1"),
        ("/usr/bin/python3.11", "/usr/bin/python3.11"),
        ("/home/alice/.venv/bin/python3", "/home/path-1/path-2/bin/python3"),
        ("/memfd:alice (deleted)", "/process-1 (deleted)"),
        ("", ""),
    ],
)
def test_an_executable(exe: str, expected: str) -> None:
    assert replaced_executable(Names(KEY), exe) == expected


@pytest.mark.parametrize(
    ("comm", "expected"),
    [
        ("nginx", "process-1"),
        ("python3.11", "python3.11"),
        ("python10.1.2.3", "process-1"),
        ("python999", "process-1"),
        ("php8.2", "php8.2"),
        ("MainThread", "MainThread"),
        ("beam.smp", "beam.smp"),
        ("alice/java", "process-1"),
        ("java (deleted)", "process-1"),
        ("", ""),
    ],
)
def test_a_process(comm: str, expected: str) -> None:
    assert replaced_comm(Names(KEY), comm) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("/run/acme/sql.sock", "/run/path-1/path-2"),
        ("/dev/log", "/dev/log"),
        ("sql.sock", "path-1"),
        ("@acme@@", "@abstract-1"),
        ("@", "@"),
        ("/run/a b\nc", "/run/path-1"),
    ],
)
def test_the_name_of_a_socket(name: str, expected: str) -> None:
    assert replaced_socket(Names(KEY), name) == expected


def test_what_would_be_too_long_to_be_read_has_one_name() -> None:
    """In both cases each of many folders would get a longer name."""
    names = Names(KEY)
    longest = "/" + "/".join(f"{n % 100:02}" for n in range(143))
    assert len(longest) <= LONGEST_SOCKET_NAME
    path = "/" + "/".join("aaaa"[: n % 4] + str(n) for n in range(2000))
    made = replaced_socket(names, longest), replaced_executable(names, f"{path} (deleted)")
    assert [len(one) < 20 for one in made] == [True, True]
    assert made[1].endswith(" (deleted)")
    assert made[0] != replaced_socket(names, longest[:-1])


def test_sockets_of_one_folder_stay_in_one() -> None:
    names = Names(KEY)
    made = [replaced_socket(names, f"/run/acme/{file}") for file in ("a", "b")]
    assert made == ["/run/path-1/path-2", "/run/path-1/path-3"]

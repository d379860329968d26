"""Files side by side: the same values, errors and order as one after the other."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from netviz.ahead import ahead


def _threads() -> int:
    return sum(thread.name == "netviz-ahead" for thread in threading.enumerate())


def test_same_values_in_the_same_order() -> None:
    assert list(ahead(range(1000))) == list(range(1000))
    assert list(ahead([])) == []


def test_next_is_made_while_one_is_in_use_and_no_more() -> None:
    made: list[int] = []
    second = threading.Event()

    def numbers() -> Iterator[int]:
        for number in range(5):
            made.append(number)
            if number == 1:
                second.set()
            yield number

    values = ahead(numbers())
    assert next(values) == 0
    assert second.wait(10)  # made by the thread, while 0 is still in use
    assert made == [0, 1]
    assert list(values) == [1, 2, 3, 4]


def test_error_comes_after_what_was_made_before_it() -> None:
    def numbers() -> Iterator[int]:
        yield 1
        yield 2
        raise KeyError("three")

    seen = []
    with pytest.raises(KeyError, match="three"):
        for number in ahead(numbers()):
            seen.append(number)
    assert seen == [1, 2]


def test_stopping_early_ends_the_thread() -> None:
    values = ahead(iter(range(10**9)))
    assert next(values) == 0
    values.close()  # type: ignore[attr-defined]
    for thread in threading.enumerate():
        if thread.name == "netviz-ahead":
            thread.join(10)
    assert _threads() == 0


def test_without_a_thread_the_values_come_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    made: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(3):
            made.append(number)
            yield number
        raise KeyError("three")

    monkeypatch.setattr(threading.Thread, "start", refused)
    values = ahead(numbers())
    assert next(values) == 0
    assert made == [0]
    with pytest.raises(KeyError, match="three"):
        list(values)
    assert made == [0, 1, 2]

"""The processes of a format 2 document, checked a column at a time."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from operator import itemgetter
from typing import Any

from netviz.parse import naturals
from netviz.snapshot import checks
from netviz.snapshot.faults import Fault, mismatch
from netviz.snapshot.limits import LONGEST_CGROUP, LONGEST_NAME, LONGEST_TEXT, MOST_PROCESSES
from netviz.snapshot.model import Process

_KEYS = (
    *("pid", "ppid", "start", "comm", "exe", "uid", "security", "caps", "netns", "cgroup"),
    *("argv", "sockets", "pipes"),
)
"""The keys of a process, in the order of the fields of Process."""

_USUAL_KEYS = tuple(key for key in _KEYS if key != "argv")
_ALWAYS_THERE = itemgetter(*_USUAL_KEYS)

_TEXTS = ("comm", "exe", "security", "caps", "cgroup")
_LONGEST = {"comm": LONGEST_NAME, "cgroup": LONGEST_CGROUP}
_INTEGERS = ("pid", "ppid", "start", "uid", "netns")
_PIPE_MODES = frozenset({"r", "w", "rw"})

Column = list[Any]
"""What every process has under one key, None where it has nothing."""


def processes(entries: list[Any]) -> list[Process]:
    """The processes of the list at ``processes``. Raises Fault."""
    if len(entries) > MOST_PROCESSES:
        raise Fault(f"are more than {MOST_PROCESSES:,}, which no kernel runs", "processes")
    if not set(map(type, entries)) <= {dict}:
        for index, entry in enumerate(entries):
            if not isinstance(entry, dict):
                raise mismatch(f"processes[{index}]", "an object", entry)
    columns = _columns(entries)
    if None in columns["pid"]:
        checks.required(None, f"processes[{columns['pid'].index(None)}].pid")
    for key in _TEXTS:
        checks.texts(columns[key], _place(key), _LONGEST.get(key, LONGEST_TEXT))
    for key in _INTEGERS:
        checks.integers(columns[key], _place(key))
    columns["argv"] = _argv(columns["argv"])
    columns["sockets"] = _sockets(columns["sockets"])
    columns["pipes"] = _pipes(columns["pipes"])
    return list(map(Process, *columns.values()))


def _columns(entries: list[Any]) -> dict[str, Column]:
    """What all processes have under each key, in the order of ``_KEYS``."""
    try:
        always = list(map(list, zip(*map(_ALWAYS_THERE, entries), strict=True)))
    except KeyError:
        always = []
    if not always:
        return {key: [entry.get(key) for entry in entries] for key in _KEYS}
    columns: dict[str, Column] = dict(zip(_USUAL_KEYS, always, strict=True))
    argv = [entry.get("argv") for entry in entries]
    return {key: argv if key == "argv" else columns[key] for key in _KEYS}


def _place(key: str) -> Callable[[int], str]:
    return lambda index: f"processes[{index}].{key}"


def _argv(column: Column) -> Column:
    if set(map(type, column)) <= {type(None)}:
        return column
    for index, words in enumerate(checks.lists(column, _place("argv"))):
        for position, word in enumerate(words):
            if not isinstance(word, str):
                raise mismatch(f"processes[{index}].argv[{position}]", "a text", word)
    return [None if words is None else tuple(words) for words in column]


def _sockets(column: Column) -> Column:
    held = [naturals(inodes) for inodes in checks.lists(column, _place("sockets"))]
    if None in held:
        index = held.index(None)
        place = f"processes[{index}].sockets"
        checks.known_integers(column[index], lambda i: f"{place}[{i}]")
    return held


def _pipes(column: Column) -> Column:
    held = checks.lists(column, _place("pipes"))
    if not _are_pipes(list(chain.from_iterable(held))):
        for index, pipes in enumerate(held):
            for position, pipe in enumerate(pipes):
                _check_pipe(pipe, f"processes[{index}].pipes[{position}]")
    return [list(map(tuple, pipes)) if pipes else [] for pipes in held]


def _are_pipes(pipes: list[Any]) -> bool:
    if not checks.are_pairs(pipes):
        return False
    modes = [mode for _, mode in pipes]
    return (
        checks.are_natural([inode for inode, _ in pipes])
        and set(map(type, modes)) <= {str}
        and set(modes) <= _PIPE_MODES
    )


def _check_pipe(pipe: object, place: str) -> None:
    if not isinstance(pipe, list) or len(pipe) != 2:
        raise mismatch(place, "an inode and a mode", pipe)
    checks.known_integers(pipe[:1], lambda _: f"{place}[0]")
    if pipe[1] not in ("r", "w", "rw"):
        raise mismatch(f"{place}[1]", '"r", "w" or "rw"', pipe[1])

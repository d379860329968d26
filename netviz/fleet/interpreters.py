"""Which program an interpreter runs: the script, module, jar or class in its command line.

Command lines are only in a snapshot that was taken with ``--cmdline``; they can hold secrets, and
nothing else of them is kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

LONGEST = 100
"""How many characters of a program's name are kept."""

_INTERPRETER = re.compile(r"(java|python|pypy|node|nodejs|ruby|php|perl)[\d.]*m?")

THREAD_NAMES = frozenset({"MainThread", "node-MainThread"})
"""What Node.js calls its first thread, and so its process."""

_USUAL = frozenset(
    {"__main__.py", "main.py", "app.py", "manage.py", "run.py", "server.py", "wsgi.py"}
    | {"index.js", "main.js", "app.js", "server.js", "index.mjs", "main.rb", "app.rb"}
    | {"index.php", "main.pl", "app.pl", "app.jar", "main.jar", "server.jar"}
)
"""Names of files that say nothing without their folder's."""


class _Options(NamedTuple):
    """What may stand before the program: options that take the next word, those that name the
    program, and those that bring it along as text, so that there is no name."""

    with_value: frozenset[str] = frozenset()
    naming: frozenset[str] = frozenset()
    inline: frozenset[str] = frozenset()


_JAVA = _Options(
    with_value=frozenset(
        {"-cp", "-classpath", "--class-path", "-p", "--module-path", "--upgrade-module-path"}
        | {"--add-modules", "--add-opens", "--add-exports", "--add-reads", "--limit-modules"}
    ),
    naming=frozenset({"-jar", "-m", "--module"}),
)
_PYTHON = _Options(
    with_value=frozenset({"-W", "-X", "--check-hash-based-pycs"}),
    naming=frozenset({"-m"}),
    inline=frozenset({"-c"}),
)
_NODE = _Options(
    with_value=frozenset(
        {"-r", "--require", "--import", "--loader", "--experimental-loader"}
        | {"-C", "--conditions", "--title", "--input-type"}
    ),
    inline=frozenset({"-e", "--eval", "-p", "--print", "-pe"}),
)
_RUBY = _Options(with_value=frozenset({"-I", "-r", "-C", "-E"}), inline=frozenset({"-e"}))
_PERL = _Options(with_value=frozenset({"-I"}), inline=frozenset({"-e", "-E"}))
_PHP = _Options(
    with_value=frozenset({"-c", "-d", "-S", "-t", "-z", "--php-ini", "--define"}),
    naming=frozenset({"-f", "--file"}),
    inline=frozenset({"-r", "--run", "-R", "-B"}),
)
_OPTIONS = {
    "java": _JAVA,
    "python": _PYTHON,
    "pypy": _PYTHON,
    "node": _NODE,
    "nodejs": _NODE,
    "ruby": _RUBY,
    "perl": _PERL,
    "php": _PHP,
}


def program_of(comm: str | None, exe: str | None, argv: Sequence[str] | None) -> str | None:
    """The program that a process of an interpreter runs, None where it is no such or unknown.

    Where ``comm`` says more than the interpreter's name, as that of a script with ``#!`` does,
    there is no need to know.
    """
    if not argv or len(argv) < 2:
        return None
    language = interpreter(exe or argv[0])
    if language is None or not (comm in THREAD_NAMES or interpreter(comm or "")):
        return None
    word = _program_word(argv[1:], _OPTIONS[language], clusters=language in _CLUSTERED)
    return None if word is None else _named(word)[:LONGEST] or None


_CLUSTERED = frozenset({"python", "pypy"})
"""Interpreters that take several options of one letter as one word: ``-um module``."""


def interpreter(path: str) -> str | None:
    """Which interpreter the program at a path, or of a name, is; None for no interpreter."""
    found = _INTERPRETER.fullmatch(path.removesuffix(" (deleted)").rpartition("/")[2])
    return found[1] if found else None


def _program_word(words: Sequence[str], options: _Options, *, clusters: bool) -> str | None:
    rest = iter(words)
    for word in rest:
        option = word
        if clusters and re.fullmatch(r"-[A-Za-z]{2,}", word):
            option = _deciding(word, options)
        if option in options.inline or word == "-":
            return None
        if option in options.naming or word == "--":
            return next(rest, None)
        if option in options.with_value:
            next(rest, None)
        elif not word.startswith(("-", "@")):
            return word
    return None


def _deciding(word: str, options: _Options) -> str:
    """Of a cluster of options the one that matters: a value ends it, here or in the next word."""
    for letter in word[1:-1]:
        option = f"-{letter}"
        if option in options.inline:
            return option
        if option in options.with_value:
            return ""
    return f"-{word[-1]}"


def _named(word: str) -> str:
    """The name of a file, with its folder where it is one of many; a module or class as it is."""
    folder, slash, name = word.rstrip("/").rpartition("/")
    parent = folder.rpartition("/")[2]
    return f"{parent}/{name}" if slash and parent and name in _USUAL else name

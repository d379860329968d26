"""What each verb's help shows is what the verb takes, and every option is told of in a document."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import pytest
from packer import ROOT

from netviz.cli.commands import PROGRAMS, arguments, parser_of
from netviz.cli.main import VERBS

DOCUMENTS = "".join(
    path.read_text(encoding="utf-8")
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
)


def examples(verb: str) -> Iterator[list[str]]:
    """The arguments of each example in the help of a verb, as a shell would hand them over."""
    in_examples = False
    for line in (parser_of(verb).epilog or "").splitlines():
        in_examples = line == "examples:" or (in_examples and line != "")
        if not in_examples or line == "examples:":
            continue
        words = shlex.split(
            line.strip().removeprefix('eval "$(').replace(')"', " #"), comments=True
        )
        words = words[: next((n for n, word in enumerate(words) if word in {">", "|"}), None)]
        start = 2 if words[0] == "netviz" else 1
        assert words[:start] == ["netviz", verb] or PROGRAMS[words[0]] == verb
        yield words[start:]


@pytest.mark.parametrize("verb", VERBS)
def test_the_examples_of_the_help_are_accepted(verb: str) -> None:
    shown = list(examples(verb))
    assert shown
    for words in shown:
        parser_of(verb).parse_args(words)


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_tells_what_every_argument_is_for(verb: str) -> None:
    assert [argument for argument in arguments(parser_of(verb)) if not argument.purpose] == []


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_is_in_a_document(verb: str) -> None:
    options = [argument.names[-1] for argument in arguments(parser_of(verb)) if argument.names]
    assert [option for option in options if option not in DOCUMENTS] == []


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_ends_with_the_exit_statuses(verb: str) -> None:
    last = (parser_of(verb).epilog or "").rstrip().split("\n")[-1]
    assert last.startswith("exit status: 0 ")

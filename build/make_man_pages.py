#!/usr/bin/env python3
"""Write the man pages: one for netviz and one for each verb, from their parsers and from docs/.

    python3 build/make_man_pages.py [-o FOLDER]

The same sources give the same bytes. Python 3.10 or newer; nothing else has to be installed.
"""

import argparse
import re
import sys
from pathlib import Path
from typing import Dict, Iterator, List, Optional

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from netviz import __version__  # noqa: E402
from netviz.cli.commands import Argument, arguments, parser_of, typed  # noqa: E402
from netviz.cli.main import VERBS  # noqa: E402

FROM_DOCUMENTS = {
    "stitch": (("filters.md", "Levels"), ("filters.md", "Expressions")),
    "diff": (
        ("diff.md", "What is the same"),
        ("diff.md", "What could not be compared"),
        ("filters.md", "Expressions"),
    ),
    "exposure": (("questions.md", "Who can reach what listens?"),),
    "gather": (("gather.md", "Which hosts"), ("gather.md", "How they are reached")),
    "next": (("questions.md", "Which machines are missing?"),),
    "waves": (("questions.md", "What moves together?"), ("filters.md", "Expressions")),
}
"""Sections of files in docs/ that a verb's page has, too."""

EXIT_STATUS = "0 done, 1 the input or the output is wrong, 2 usage"
"""Of the verbs whose help says nothing else."""

SPECIAL = {"\\": "\\(rs", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}


def make_pages() -> Dict[str, str]:
    """The text of each page, by the name of its file."""
    pages = {"netviz.1": overview()}
    for verb in VERBS:
        pages[f"netviz-{verb}.1"] = page(verb)
    return pages


def overview() -> str:
    """The page of netviz itself, which names the verbs."""
    purpose = "which process talks to which process, in a group of Linux machines"
    lines = [title("netviz"), heading("Name"), f"netviz \\- {escaped(purpose)}"]
    lines += [heading("Synopsis"), ".B netviz", ".I VERB", "\\&..."]
    lines += [heading("Verbs")]
    for verb, what in VERBS.items():
        lines += [".TP", f".BR netviz\\-{verb} (1)", text(what)]
    lines += [heading("Options")]
    lines += [".TP", '.BR \\-h ", " \\-\\-help', "show the verbs and exit"]
    lines += [".TP", ".B \\-\\-version", "tell the version, and whether the compiled modules run"]
    return "\n".join(lines) + "\n"


def page(verb: str) -> str:
    """The page of a verb."""
    parser = parser_of(verb)
    name = f"netviz-{verb}"
    lines = [title(name), heading("Name"), f"{escaped(name)} \\- {escaped(VERBS[verb])}"]
    usage = " ".join(parser.format_usage().split()[2:])
    lines += [heading("Synopsis"), f".B {escaped(typed(verb))}", text(usage)]
    lines += [heading("Description"), text(parser.description or "")]
    taken = list(arguments(parser))
    lines += [heading("Options")]
    for argument in taken:
        lines += described(argument)
    for file, section in FROM_DOCUMENTS.get(verb, ()):
        lines += [heading(section.rstrip("?"))]
        lines += list(converted(section_of(file, section)))
    examples, status = _epilog(parser.epilog or "")
    if examples:
        lines += [heading("Examples"), ".EX", *map(text, examples), ".EE"]
    lines += [heading("Exit status"), text(status or EXIT_STATUS)]
    others = [".BR netviz (1)", *(f".BR netviz\\-{other} (1)" for other in VERBS if other != verb)]
    lines += [heading("See also"), *(f"{other}," for other in others[:-1]), others[-1]]
    return "\n".join(lines) + "\n"


def _epilog(epilog: str) -> "tuple[List[str], str]":
    """The examples and the exit status that the end of a help tells."""
    examples: List[str] = []
    status = ""
    for paragraph in epilog.strip().split("\n\n"):
        if paragraph.startswith("examples:"):
            examples = [line.strip() for line in paragraph.splitlines()[1:]]
        elif paragraph.startswith("exit status: "):
            status = " ".join(paragraph.split())[len("exit status: ") :]
    return examples, status


def described(argument: Argument) -> List[str]:
    """An argument and its help."""
    value = f"\\fI{escaped(argument.value)}\\fR"
    names = [f"\\fB{escaped(name)}\\fR" for name in argument.names]
    if argument.value and names:
        names[-1] += f" {value}"
    return [".TP", ", ".join(names) or value, text(argument.purpose)]


def section_of(file: str, section: str) -> List[str]:
    """The lines below a heading of a file in docs/, up to the next heading of its rank or above."""
    lines = (ROOT / "docs" / file).read_text(encoding="utf-8").splitlines()
    start = next(n for n, line in enumerate(lines) if line.lstrip("#") == " " + section)
    rank = len(lines[start]) - len(lines[start].lstrip("#"))
    after = lines[start + 1 :]
    for number, line in enumerate(after):
        if line.startswith("#") and line.index(" ") <= rank:
            return after[:number]
    return after


def converted(lines: List[str]) -> Iterator[str]:
    """Markdown as the documents use it: paragraphs, code, tables of which a row is a term."""
    before = ""
    rows = 0
    for line in lines:
        if line.startswith("|"):
            rows += 1
            if rows > 2:  # below the head and its line
                term, _, rest = line.strip("| ").partition(" | ")
                yield from (".TP", marked(term), marked(rest))
        elif line.startswith("    "):
            if not before.startswith("    "):
                yield from (".PP", ".EX")
            yield text(line.strip())
        elif line.startswith("#"):
            yield from (".SS " + marked(line.lstrip("# ")),)
        elif line:
            if not before or before.startswith("|"):
                yield ".PP"
            yield marked(line)
        if not line.startswith("|"):
            rows = 0
        if before.startswith("    ") and not line.startswith("    "):
            yield ".EE"
        before = line
    if before.startswith("    "):
        yield ".EE"


def title(name: str) -> str:
    """The line that a page begins with. It has no date, which would make every build another."""
    return f'.TH {escaped(name).upper()} 1 "" "netviz {__version__}" "netviz"'


def heading(words: str) -> str:
    """The line that begins a section."""
    return f".SH {escaped(words.upper())}"


def marked(words: str) -> str:
    """A line of Markdown; code and strong words are bold, of a link the words are left."""
    words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", words)
    parts = re.split(r"`([^`]*)`|\*\*([^*]*)\*\*", words)
    plain = "".join(
        f"\\fB{escaped(part)}\\fR" if number % 3 else escaped(part)
        for number, part in enumerate(parts)
        if part
    )
    return guarded(plain)


def text(words: str) -> str:
    """Words as they are, on a line of their own."""
    return guarded(escaped(words))


def escaped(words: str) -> str:
    """Words in which nothing means anything to roff."""
    return "".join(SPECIAL.get(character, character) for character in words)


def guarded(line: str) -> str:
    """The line, not taken for a request by roff."""
    return "\\&" + line if line.startswith((".", "'")) else line


def main(given: Optional[List[str]] = None) -> int:
    """Write the pages and print where they are; returns the exit status."""
    parser = argparse.ArgumentParser(description="Write the man pages of netviz.")
    default = ROOT / "dist" / "man" / "man1"
    parser.add_argument("-o", "--output", type=Path, default=default, help="default: dist/man/man1")
    folder = parser.parse_args(given).output
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in make_pages().items():
            (folder / name).write_text(content, encoding="utf-8")
    except OSError as error:
        sys.stderr.write(f"make_man_pages: {error}\n")
        return 1
    print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""``netviz-capture`` where netviz is installed: captures, or hands out netviz-capture.pyz."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

import netviz
from netviz.capture.arguments import make_parser as make_capture_parser
from netviz.capture.cli import main as capture
from netviz.cli.exits import DONE, run, say
from netviz.cli.output import write_output
from netviz.errors import NetvizError

PROGRAM = "netviz-capture"
OPTION = "--write-pyz"
EXAMPLES = """\
examples:
  netviz-capture -o web1.json
  netviz-capture -o web1.json.gz --threads
  netviz-capture --for 10m --every 5s -o web1.jsonl.gz
  netviz-capture --write-pyz netviz-capture.pyz

exit status: 0 done, 1 failed, 2 usage, 130 interrupted
"""

PACKAGE = Path(netviz.__file__).resolve().parent


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; ``argv`` without the program's name. Gives the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if any(_hands_out(argument) for argument in arguments):
        return run(PROGRAM, lambda: _write_pyz(arguments))
    return capture(arguments, make_parser())


def make_parser() -> argparse.ArgumentParser:
    """What the command takes: what the packed capture does, and how to hand that out."""
    parser = make_capture_parser()
    parser.epilog = EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        OPTION,
        metavar="FILE",
        help="write netviz-capture.pyz to FILE and capture nothing: one file to copy to a machine"
        " and run there with python3 (3.6 or newer)",
    )
    return parser


def _hands_out(argument: str) -> bool:
    """Whether it is the option that hands out the capture, which may be shortened as any other."""
    name = argument.split("=")[0]
    return len(name) > len("--") and OPTION.startswith(name)


def _write_pyz(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog=PROGRAM)
    parser.add_argument(OPTION, metavar="FILE", required=True)
    target: str = parser.parse_args(arguments).write_pyz
    write_output(target, capture_pyz())
    path = Path(target)
    if target != "-" and path.is_file():
        mode = path.stat().st_mode
        path.chmod(mode | ((mode & 0o444) >> 2))  # executable for whoever may read it
        say(f"{PROGRAM}: {target}: copy it to a machine and run: python3 {path.name} -o FILE")
    return DONE


def capture_pyz() -> bytes:
    """The bytes of netviz-capture.pyz: those of the package, in a checkout freshly packed.

    Raises NetvizError if there is neither.
    """
    packed = PACKAGE / "netviz-capture.pyz"
    packer = PACKAGE.parent / "build" / "make_capture_pyz.py"
    try:
        if packed.is_file():
            return packed.read_bytes()
        if packer.is_file():
            return _pack(packer)
    except OSError as error:
        raise NetvizError(f"netviz-capture.pyz cannot be read: {error}") from error
    raise NetvizError(f"{packed}: is missing; installing netviz-flows again brings it back")


def _pack(packer: Path) -> bytes:
    spec = importlib.util.spec_from_file_location("make_capture_pyz", packer)
    assert spec is not None and spec.loader is not None  # its name ends in .py
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    try:
        archive: bytes = module.make_archive()
    except module.PackError as error:
        raise NetvizError(str(error)) from error
    return archive


if __name__ == "__main__":
    sys.exit(main())

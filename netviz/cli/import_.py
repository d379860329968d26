"""``netviz import``: snapshots from what people already have, where nothing may be run."""

from __future__ import annotations

import argparse
import gzip
from collections.abc import Callable, Sequence

from netviz.cli.arguments import named_file, typed_name
from netviz.cli.exits import DONE, run, say
from netviz.cli.output import write_output
from netviz.cli.snapshots import check_read_once
from netviz.cli.version import version_text
from netviz.errors import SourceError
from netviz.fleet.problems import problem_sentence
from netviz.importing import lsof, ss
from netviz.importing.ip_addr import parse_ip_addr
from netviz.importing.machine import Identity, ImportedMachine
from netviz.importing.proc_tree import read_proc_tree
from netviz.importing.sosreport import read_sosreport
from netviz.importing.texts import read_text
from netviz.snapshot.faults import escaped
from netviz.snapshot.files import STANDARD_INPUT, shown_name
from netviz.snapshot.model import Snapshot
from netviz.snapshot.writing import encoded

PROGRAM = "netviz import"

EXAMPLES = """\
examples:
  netviz import ss web1-all.txt --name web1 -o web1.json
  netviz import ss --tcp tcp.txt --udp udp.txt --addresses ip.txt --name web1 -o web1.json
  netviz import ss all.txt --netns blue=blue.txt --name web1 -o web1.json
  netviz import lsof lsof.txt --addresses ip.txt --name web1 -o web1.json
  netviz import proc web1/proc -o web1.json.gz
  netviz import sosreport sosreport-web1.tar.xz -o web1.json

exit status: 0 done, 1 the input is wrong or cannot be read, 2 usage
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; ``argv`` without the program's name. Gives the exit status."""
    return run(PROGRAM, lambda: _import(make_parser().parse_args(argv)))


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Make a snapshot of one machine from what other programs wrote there"
        " (docs/import.md says which commands to run, and what each cannot show).",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("kind", choices=tuple(KINDS), help="what the files are")
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="outputs of one machine, - for standard input; for proc and sosreport one folder or"
        " archive",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        help="write the snapshot to this file, compressed if it ends in .gz"
        " (default: standard output)",
    )
    parser.add_argument(
        "--name", type=typed_name, help="the name of the machine, where the files do not say it"
    )
    parser.add_argument(
        "--machine-id",
        type=typed_name,
        metavar="ID",
        help="what /etc/machine-id of the machine holds",
    )
    parser.add_argument(
        "--addresses",
        metavar="FILE",
        help="the machine's own addresses: what ip -j addr or ip addr printed there (not for proc)",
    )
    parser.add_argument(
        "--tcp",
        action="append",
        default=[],
        metavar="FILE",
        help="what ss -ta printed, where no column says that it is TCP (ss)",
    )
    parser.add_argument(
        "--udp", action="append", default=[], metavar="FILE", help="the same of ss -ua (ss)"
    )
    parser.add_argument(
        "--netns",
        action="append",
        default=[],
        type=named_file,
        metavar="NAME=FILE",
        help="what ss printed in the network namespace of that name (ss)",
    )
    parser.add_argument(
        "--byteorder",
        choices=("little", "big"),
        help="byte order of the machine, where the copy does not say it (proc)",
    )
    parser.add_argument(
        "-q", "--quiet", action="store_true", help="do not tell what the files cannot show"
    )
    parser.add_argument("--version", action="version", version=version_text())
    parser.set_defaults(parser=parser)
    return parser


def _import(options: argparse.Namespace) -> int:
    _check_usage(options)
    snapshot = KINDS[options.kind](options)
    content = encoded(snapshot)
    if str(options.output or "").endswith(".gz"):
        content = gzip.compress(content, mtime=0)
    write_output(options.output, content, _files_read(options), is_snapshot=True)
    if not options.quiet:
        for problem in snapshot.problems:
            say(f"{PROGRAM}: {escaped(f'{snapshot.host.name}: {problem_sentence(problem)}')}")
    return DONE


def _check_usage(options: argparse.Namespace) -> None:
    """End with a usage error where arguments do not fit the kind of the files."""
    error = options.parser.error
    for name, kinds in ONLY_FOR.items():
        if getattr(options, name) and options.kind not in kinds:
            error(f"--{name} is for {', '.join(kinds)}")
    inputs = _inputs(options)
    if not inputs:
        error("name the file to import")
    if options.kind in ("proc", "sosreport") and len(inputs) > 1:
        error(f"one {options.kind} at a time: each is of one machine")
    check_read_once(options.parser, _files_read(options))
    if options.kind in ("proc", "sosreport") and STANDARD_INPUT in inputs:
        error(f"{options.kind} is read from a folder or a file, not from standard input")
    if options.kind in ("ss", "lsof") and not options.name:
        error(f"{options.kind} does not say the name of its machine: give --name NAME")


def _inputs(options: argparse.Namespace) -> list[str]:
    """The files that say what the machine does."""
    return [*options.files, *options.tcp, *options.udp, *(path for _, path in options.netns)]


def _files_read(options: argparse.Namespace) -> list[str]:
    return [*_inputs(options), *([options.addresses] if options.addresses else [])]


def _import_ss(options: argparse.Namespace) -> Snapshot:
    machine = ImportedMachine()
    own = machine.namespace()
    for paths, netid in ((options.files, None), (options.tcp, "tcp"), (options.udp, "udp")):
        for path in sorted(paths):
            ss.read_ss(machine, own, read_text(path), shown_name(path), netid)
    for name, path in sorted(options.netns):
        ss.read_ss(machine, machine.namespace(name), read_text(path), shown_name(path))
    limits = f"imported from ss, which does not show {ss.LIMITS}"
    return _finished(machine, options, Identity(options.name, options.machine_id), limits)


def _import_lsof(options: argparse.Namespace) -> Snapshot:
    machine = ImportedMachine()
    for path in sorted(options.files):
        lsof.read_lsof(machine, machine.namespace(), read_text(path), shown_name(path))
    limits = f"imported from lsof, which does not show {lsof.LIMITS}"
    return _finished(machine, options, Identity(options.name, options.machine_id), limits)


def _finished(
    machine: ImportedMachine, options: argparse.Namespace, identity: Identity, limits: str
) -> Snapshot:
    """The snapshot, with the addresses that were given."""
    path = options.addresses
    if path is not None:
        machine.namespace().addresses = parse_ip_addr(read_text(path), shown_name(path))
    elif machine.namespace().addresses is None:
        limits += "; the addresses of its sockets stand in for its own (--addresses)"
    return machine.snapshot(identity, limits)


def _import_proc(options: argparse.Namespace) -> Snapshot:
    return read_proc_tree(options.files[0], options.name, options.machine_id, options.byteorder)


def _import_sosreport(options: argparse.Namespace) -> Snapshot:
    machine = ImportedMachine()
    report = read_sosreport(machine, options.files[0])
    name = options.name or report.name
    if name is None:
        what = "does not say the name of its machine"
        raise SourceError(escaped(options.files[0]), what, "give --name NAME")
    identity = Identity(name, options.machine_id or report.machine_id)
    return _finished(machine, options, identity, report.limits)


KINDS: dict[str, Callable[[argparse.Namespace], Snapshot]] = {
    "ss": _import_ss,
    "lsof": _import_lsof,
    "proc": _import_proc,
    "sosreport": _import_sosreport,
}
"""What makes a snapshot of each kind of files."""

ONLY_FOR = {
    "tcp": ("ss",),
    "udp": ("ss",),
    "netns": ("ss",),
    "addresses": ("ss", "lsof", "sosreport"),
    "byteorder": ("proc",),
}
"""The kinds that an option is for, where it is not for all."""

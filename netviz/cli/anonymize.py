"""``netviz anonymize``: snapshots to give away, with everything that names somebody replaced."""

from __future__ import annotations

import argparse
import gzip
import logging
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from netviz.anonymize.anonymous import anonymous
from netviz.anonymize.left_out import LeftOut
from netviz.anonymize.map_file import read_map, written_map
from netviz.anonymize.pseudonyms import KEY_SIZE, Pseudonyms
from netviz.cli.exits import DONE, run
from netviz.cli.log import conclude, set_up
from netviz.cli.new_folder import new_folder
from netviz.cli.output import write_output, write_private
from netviz.cli.progress import progress
from netviz.cli.snapshots import NamedSnapshots, add_snapshot_arguments
from netviz.cli.version import version_text
from netviz.render.text import counted
from netviz.snapshot.files import STANDARD_INPUT
from netviz.snapshot.writing import encoded

PROGRAM = "netviz anonymize"

EXAMPLES = """\
examples:
  netviz anonymize *.json -o for-vendor --map private/group.map
  netviz anonymize web1-later.json.gz -o for-vendor-2 --map private/group.map

exit status: 0 done, 1 the input or the map is wrong, or nothing could be written, 2 usage
"""

log = logging.getLogger(PROGRAM)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; ``argv`` without the program's name. Gives the exit status."""
    return run(PROGRAM, lambda: _anonymize(make_parser().parse_args(argv)))


def make_parser() -> argparse.ArgumentParser:
    """What the command takes."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Write snapshots that stitch to the same picture, in which names, users, paths"
        " and addresses are replaced, everywhere by the same (docs/anonymize.md).",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_snapshot_arguments(parser)
    parser.add_argument(
        "-o", "--output", metavar="DIR", required=True, help="the folder to make, new or empty"
    )
    parser.add_argument(
        "--map",
        metavar="FILE",
        required=True,
        help="keep what stands for what in this file, which is secret; one that is there is"
        " extended, so that later snapshots of the group get the same names",
    )
    parser.add_argument("--version", action="version", version=version_text())
    return parser


def _anonymize(options: argparse.Namespace) -> int:
    set_up(PROGRAM, options.log)
    for option in ("output", "map"):
        if not getattr(options, option):
            options.parser.error(f"--{option} needs a name")
    if options.map == STANDARD_INPUT:
        options.parser.error("--map is a file, which is read and written again")
    snapshots = NamedSnapshots(options, log)
    target, map_file = (Path(os.path.realpath(path)) for path in (options.output, options.map))
    if target in (map_file, *map_file.parents):
        options.parser.error("--map is secret and does not belong in the folder that is given away")
    pseudonyms = read_map(options.map) or Pseudonyms(secrets.token_bytes(KEY_SIZE))
    left_out = LeftOut()
    files = 0
    with new_folder(options.output) as folder:
        with progress(options, "replacing names", snapshots.count):
            for path in pseudonyms.shuffled(snapshots.paths):
                files += _write(path, snapshots, pseudonyms, left_out, folder)
        snapshots.check_some()
        # Before the folder is there: what nobody could look up must not be given away.
        write_private(options.map, written_map(pseudonyms))
    for sentence in left_out.sentences():
        log.warning("%s", sentence)
    conclude(PROGRAM, options, _summary(options, pseudonyms, files))
    return DONE


def _write(
    path: str,
    snapshots: NamedSnapshots,
    pseudonyms: Pseudonyms,
    left_out: LeftOut,
    folder: Path,
) -> bool:
    """Write what stands for one file, named after the machine of its first sample.

    False where no sample of it was good.
    """
    samples = [anonymous(one, pseudonyms, left_out) for one in snapshots.of_file(path)]
    if not samples:
        return False
    content = b"".join(map(encoded, samples))
    ending = ".json"
    if path.endswith(".gz"):
        content, ending = gzip.compress(content, mtime=0), ".json.gz"
    target = _free(folder, samples[0].host.name or "unnamed", ending)
    write_output(str(target), content, is_snapshot=True)
    return True


def _free(folder: Path, name: str, ending: str) -> Path:
    """A file that is not there yet: NAME, NAME.2, NAME.3 and so on."""
    target, number = folder / f"{name}{ending}", 1
    while target.exists():
        number += 1
        target = folder / f"{name}.{number}{ending}"
    return target


def _summary(options: argparse.Namespace, pseudonyms: Pseudonyms, files: int) -> str:
    known = pseudonyms.names.replaced.values()
    return (
        f"{counted(files, 'file')} written to {options.output}; {options.map} tells"
        f" what stands for what (names: {sum(map(len, known)):,}, users:"
        f" {len(pseudonyms.users.replaced):,}, addresses: {len(pseudonyms.addresses.replaced):,}):"
        " keep it to yourself"
    )

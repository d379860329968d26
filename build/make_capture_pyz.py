#!/usr/bin/env python3
"""Pack the capture side into one file that runs on a target: dist/netviz-capture.pyz.

Runs on Python 3.6 and newer, with the standard library alone. The same sources give the same
bytes: capture_zipapp/README.md says what goes in and what is checked.
"""

import argparse
import ast
import io
import os
import sys
import zipfile
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Set, Tuple

ROOT = Path(__file__).resolve().parent.parent
LARGEST = 120000
OLDEST = (3, 6)
SHEBANG = b"#!/usr/bin/env python3\n"
MODE = 0o100644
MIDNIGHT_1980 = (1980, 1, 1, 0, 0, 0)
UNIX = 3


class PackError(Exception):
    """Sources that must not be packed; the text names the file, the place and the fault."""


def make_archive(root: Path = ROOT) -> bytes:
    """Return the bytes of netviz-capture.pyz made from the checkout ``root``.

    Raises PackError if a check fails, OSError if a source cannot be read.
    """
    sources = read_sources(root)
    allowed = set(_lines(root / "capture_zipapp" / "standard_library.txt"))
    modules = {_module_name(name) for name in sources}
    for name in sorted(sources):
        check_module(name, sources[name], modules, allowed, root)
    archive = pack(sources)
    if len(archive) > LARGEST:
        raise PackError(f"the archive would be {len(archive)} bytes, and {LARGEST} are the limit")
    return archive


def read_sources(root: Path) -> Dict[str, bytes]:
    """Return what goes in, by the name in the archive: {"netviz/__init__.py": bytes, ...}."""
    sources = {"__main__.py": (root / "capture_zipapp" / "__main__.py").read_bytes()}
    for pattern in _lines(root / "capture_zipapp" / "contents.txt"):
        found = [path for path in root.glob(pattern) if path.stem.isidentifier()]
        if not found:
            raise PackError(f"capture_zipapp/contents.txt: nothing matches {pattern}")
        for path in found:
            sources[path.relative_to(root).as_posix()] = path.read_bytes()
    return sources


def check_module(
    name: str, source: bytes, modules: Set[str], allowed: Set[str], root: Path
) -> None:
    """Raise PackError unless ``source`` is Python 3.6 and imports only what will be there.

    ``modules`` are the modules in the archive, ``allowed`` those of the standard library;
    below ``root`` are the modules that exist in the checkout, packed or not.
    """
    for line, module, members in _imports(name, _parsed(name, source)):
        if module in modules:
            for member in members:
                inner = f"{module}.{member}"
                if inner not in modules and _is_module(root, inner):
                    raise PackError(f"{name}:{line}: imports {inner}, which is not packed")
        elif module.split(".")[0] not in allowed:
            raise PackError(
                f"{name}:{line}: imports {module}, which is neither packed nor in "
                "capture_zipapp/standard_library.txt"
            )


def pack(sources: Dict[str, bytes]) -> bytes:
    """Return an executable zip archive of ``sources``, the same bytes on every Python."""
    stream = io.BytesIO()
    stream.write(SHEBANG)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(sources):
            entry = zipfile.ZipInfo(name, MIDNIGHT_1980)
            entry.compress_type = zipfile.ZIP_STORED
            entry.create_system = UNIX
            entry.external_attr = MODE << 16
            archive.writestr(entry, sources[name])
    return stream.getvalue()


def write_executable(target: Path, archive: bytes) -> None:
    """Write ``archive`` to ``target`` and make it executable: whole, or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(archive)
        temporary.chmod(0o755)
        temporary.replace(target)
    except BaseException:
        if temporary.exists():
            temporary.unlink()
        raise


def _parsed(name: str, source: bytes) -> ast.AST:
    try:
        if sys.version_info >= (3, 8):
            return ast.parse(source, name, feature_version=OLDEST)
        return ast.parse(source, name)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 0
        raise PackError(f"{name}:{line}: not Python 3.6: {error}") from error


def _imports(name: str, tree: ast.AST) -> Iterator[Tuple[int, str, List[str]]]:
    """Yield (line, module, names taken from it) of each import that can happen at run time."""
    package = _module_name(name).split(".")
    if not name.endswith("__init__.py"):
        package = package[:-1]
    skipped = set()  # type: Set[int]
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and _is_type_checking(node.test):
            skipped.update(id(inner) for part in node.body for inner in ast.walk(part))
        elif id(node) in skipped:
            continue
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, []
        elif isinstance(node, ast.ImportFrom):
            outer = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*outer, node.module] if node.module else outer)
            yield node.lineno, module, [alias.name for alias in node.names]
        elif isinstance(node, ast.Name) and node.id == "__import__":
            yield node.lineno, "by calling __import__", []


def _is_type_checking(test: ast.expr) -> bool:
    return getattr(test, "id", getattr(test, "attr", None)) == "TYPE_CHECKING"


def _module_name(name: str) -> str:
    parts = name[: -len(".py")].split("/")
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _is_module(root: Path, module: str) -> bool:
    path = root.joinpath(*module.split("."))
    return path.is_dir() or path.with_name(path.name + ".py").is_file()


def _lines(path: Path) -> List[str]:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def main(arguments: Optional[List[str]] = None) -> int:
    """Write the archive and print where it is; returns the exit status."""
    parser = argparse.ArgumentParser(description="Pack the capture side into netviz-capture.pyz.")
    default = ROOT / "dist" / "netviz-capture.pyz"
    parser.add_argument(
        "-o", "--output", type=Path, default=default, help="default: dist/netviz-capture.pyz"
    )
    options = parser.parse_args(arguments)
    try:
        archive = make_archive()
        write_executable(options.output, archive)
    except (PackError, OSError) as error:
        sys.stderr.write(f"make_capture_pyz: {error}\n")
        return 1
    print(f"{options.output} ({len(archive)} bytes)")
    return 0


if __name__ == "__main__":
    sys.exit(main())

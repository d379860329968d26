"""The picture as SVG, PNG or PDF: DOT, laid out and painted by Graphviz' ``dot`` program."""

from __future__ import annotations

import errno
import subprocess
import time
from collections.abc import Callable

from netviz.errors import RenderError
from netviz.graph import Graph
from netviz.render import dot
from netviz.render.options import RenderOptions
from netviz.render.svg_text import with_text_widths
from netviz.render.text import shortened

_HOW_TO_INSTALL = (
    "install Graphviz (apt install graphviz, dnf install graphviz, brew install graphviz), "
    "or write DOT with -f dot"
)
_SET_UP = "set its plugins up with dot -c, or install Graphviz again, or write DOT with -f dot"
_BROKEN = frozenset({errno.ENOENT, errno.EACCES, errno.ENOEXEC})
_LATER = "see ulimit -a and the free memory, or write DOT with -f dot and draw it elsewhere"
_SMALLER = "try a coarser --group-by, or write DOT with -f dot"
_LONGEST_MESSAGE = 300

_BEGINNINGS = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}
"""What every picture begins with."""


def render(graph: Graph, format: str, options: RenderOptions) -> bytes:
    """The picture in ``format``, one of svg, png and pdf.

    Raises RenderError where ``dot`` is missing, fails, or takes longer than the time limit.
    """
    return paint(dot.render(graph, "dot", options), format, options.time_limit)


def paint(source: bytes, format: str, time_limit: float) -> bytes:
    """DOT in, picture out. The package's own ``pipe`` cannot limit the time, what it calls can."""
    try:
        from graphviz.backend import dot_command, execute  # type: ignore[import-untyped]
    except ImportError as error:
        raise RenderError(
            f"{format} needs the Python package graphviz: pip install graphviz"
        ) from error
    command = dot_command.command("dot", format)
    if format == "svg":
        command.append("-Tjson")  # after the drawing, with the widths of its texts
    try:
        done = _laid_out(execute.run_check, command, source, time_limit)
    except execute.ExecutableNotFound as error:
        raise RenderError(
            f"{format} needs Graphviz' program dot, which is not there\n  {_HOW_TO_INSTALL}"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise RenderError(
            f"dot did not finish the picture in {time_limit:g} seconds\n"
            f"  give it longer (--time-limit), {_SMALLER}"
        ) from error
    except subprocess.CalledProcessError as error:
        raise RenderError(f"dot failed: {_reason(error)}\n  {_SMALLER}") from error
    except OSError as error:
        advice = _HOW_TO_INSTALL if error.errno in _BROKEN else _LATER
        raise RenderError(f"dot cannot be run: {error.strerror}\n  {advice}") from error
    painted: bytes = done.stdout
    try:
        return _checked(painted, format)
    except ValueError as error:
        said = _said(done.stderr)
        raise RenderError(
            f"dot ended without an error, but wrote no {format}{said and f': {said}'}\n  {_SET_UP}"
        ) from error


def _checked(painted: bytes, format: str) -> bytes:
    """The picture, which is one. ValueError for anything else."""
    if not painted.startswith(_BEGINNINGS[format]):
        raise ValueError(f"no {format}")
    return with_text_widths(painted) if format == "svg" else painted


def _laid_out(
    run: Callable[..., subprocess.CompletedProcess[bytes]],
    command: list[str],
    source: bytes,
    time_limit: float,
) -> subprocess.CompletedProcess[bytes]:
    """Run the command; once more, for straight lines, where it crashes.

    Graphviz 2.43 does where it finds no way for a curve: "triangulation failed".
    """
    given = {"input": source, "capture_output": True, "quiet": True}
    until = time.monotonic() + time_limit
    try:
        return run(command, timeout=time_limit, **given)
    except subprocess.CalledProcessError as error:
        if error.returncode >= 0:
            raise
    return run([*command, "-Gsplines=line"], timeout=max(until - time.monotonic(), 0.1), **given)


def _reason(error: subprocess.CalledProcessError) -> str:
    """Why dot failed, on one line: what it said, else how it ended."""
    said = _said(error.stderr)
    if said:
        return said
    if error.returncode < 0:
        return f"it was ended by signal {-error.returncode}"
    return f"exit status {error.returncode}"


def _said(written: bytes | None) -> str:
    """What dot wrote on standard error, on one line."""
    said = (written or b"").decode("utf-8", "replace").split()
    return shortened(" ".join(said), _LONGEST_MESSAGE)

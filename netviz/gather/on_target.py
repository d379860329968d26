"""What runs on a target, in front of the capture: the capture from memory, and a watch over it.

The source of this module is sent over standard input, behind it a line of JSON and then
netviz-capture.pyz. Neither is ever a file there: modules are imported from the bytes in memory. A
child captures; this process compresses what the child writes, and ends it when standard input
ends, which is what a target sees of a client that has gone, however it went, when nobody takes
the output, or when the time is up.

Python 3.6 and newer, standard library only.
"""

import contextlib
import importlib.machinery
import io
import json
import os
import select
import signal
import sys
import types
import zipfile
import zlib
from typing import IO, Any, List, NoReturn, Optional

STANDARD_INPUT, STANDARD_OUTPUT = 0, 1

CLIENT_GONE = 96
"""The exit status that nobody sees."""

FAILED = 1

BLOCK = 65536

PR_SET_PDEATHSIG = 1


class Ended(BaseException):
    """The capture is to end: the client has gone, the time is up, or a signal came."""


class Archive:
    """Finds and loads modules in the bytes of a zip archive, as ``importlib.abc`` describes."""

    def __init__(self, content: bytes) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(content))
        self._names = frozenset(self._zip.namelist())

    def find_spec(
        self, name: str, path: object = None, target: object = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        """The module of that name, None if it is not in here."""
        base = name.replace(".", "/")
        for file, is_package in ((base + "/__init__.py", True), (base + ".py", False)):
            if file in self._names:
                loader = self  # type: Any
                return importlib.machinery.ModuleSpec(
                    name, loader, origin=file, is_package=is_package
                )
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """None: Python makes the module."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the source of the module."""
        file = module.__spec__.origin or ""  # type: ignore[union-attr]
        exec(compile(self._zip.read(file), file, "exec", dont_inherit=True), module.__dict__)


def main(stream: IO[bytes]) -> NoReturn:
    """Capture as the line of JSON on ``stream`` says, and end with the status of the capture."""
    order = json.loads(stream.readline().decode() or "null")
    if order is None:
        sys.exit(CLIENT_GONE)
    archive = stream.read(order["size"])
    if len(archive) < order["size"]:
        sys.exit(CLIENT_GONE)
    source, sink = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(source)
        _be_child(parent, sink, archive, order["arguments"])
    os.close(sink)
    with contextlib.suppress(OSError):  # whichever of us two is first
        os.setpgid(child, child)
    sys.exit(_watch(child, source, order["seconds"]))


def _be_child(parent: int, sink: int, archive: bytes, arguments: List[str]) -> NoReturn:
    status = FAILED
    try:
        os.setpgid(0, 0)
        _die_with(parent)
        os.dup2(sink, STANDARD_OUTPUT)
        os.dup2(os.open(os.devnull, os.O_RDONLY), STANDARD_INPUT)
        os.closerange(3, sink + 1)
        finder = Archive(archive)  # type: Any
        sys.meta_path.insert(0, finder)
        from netviz.capture.cli import main as capture

        status = capture(arguments)
    except SystemExit as wanted:
        status = wanted.code if isinstance(wanted.code, int) else FAILED
    except BaseException as error:
        sys.stderr.write("netviz-capture: %s: %s\n" % (type(error).__name__, error))
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()
        os._exit(status)


def _die_with(parent: int) -> None:
    """Let the kernel end this process when its parent is killed (prctl(2), PR_SET_PDEATHSIG)."""
    try:
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        return  # the watch ends it, unless that is killed
    if os.getppid() != parent:
        os._exit(CLIENT_GONE)


def _watch(child: int, source: int, seconds: float) -> int:
    """Hand on what the child writes, compressed; gives the exit status."""
    signals = (signal.SIGALRM, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    for number in signals:
        signal.signal(number, _end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    squeeze = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    try:
        _relay(source, squeeze)
        status = _status(os.waitpid(child, 0)[1])
        child = 0
        if status == 0:
            _write(squeeze.flush())
        return status
    except (Ended, BrokenPipeError):
        return CLIENT_GONE
    finally:
        for number in signals:
            signal.signal(number, signal.SIG_IGN)
        if child:
            with contextlib.suppress(OSError):
                os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _relay(source: int, squeeze: Any) -> None:
    """Until the child has closed its output. Raises Ended where the client has closed ours."""
    while True:
        ready = select.select([source, STANDARD_INPUT], [], [])[0]
        if STANDARD_INPUT in ready and not os.read(STANDARD_INPUT, BLOCK):
            raise Ended
        if source in ready:
            block = os.read(source, BLOCK)
            if not block:
                return
            _write(squeeze.compress(block))


def _write(block: bytes) -> None:
    while block:
        block = block[os.write(STANDARD_OUTPUT, block) :]


def _status(status: int) -> int:
    if os.WIFEXITED(status):
        return os.WEXITSTATUS(status)
    sys.stderr.write("netviz-capture: was ended by signal %d\n" % os.WTERMSIG(status))
    return FAILED


def _end(_number: int, _frame: object) -> None:
    raise Ended


if __name__ == "__main__":
    main(sys.stdin.buffer)

"""The checkout's own virtual environment, .venv: nothing is installed outside of it.

Used by first_picture.py and run_tests.py. Written so that every Python 3.6 and newer can read it
and say which one is needed.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Dict, Union

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv"
BIN = FOLDER / "bin"
PYTHON = BIN / "python"
OLDEST = (3, 10)

SOURCES = ("pyproject.toml", "setup.py", "netviz/**/*.pxd", "netviz/**/*.pxi", "netviz/**/*.pyx")
COMPILED = "netviz/**/*.so"
BUILD_FLAGS = ("NETVIZ_NO_EXTENSIONS", "NETVIZ_REQUIRE_EXTENSIONS")

NOT_FOR_US = ("PIP_TARGET", "PIP_PREFIX", "PYTHONHOME", "PYTHONPATH")
"""Variables that would lead pip or Python out of the environment."""


class SetupError(Exception):
    """The environment cannot be made; the text says what to install or to do."""


def set_up(extra: str = "") -> None:
    """Make .venv, unless there is one, and install netviz from the checkout into it.

    ``extra`` names an extra of pyproject.toml to install too. Nothing is done where that was
    installed from the same sources before. Raises SetupError.
    """
    _check_python()
    if not _works():
        say(f"making a virtual environment: {FOLDER}")
        _make()
    stamp = FOLDER / ("installed-" + extra if extra else "installed")
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == _digest():
        return
    say("installing netviz and what it needs there; nothing is installed outside of it")
    _install(f"{ROOT}[{extra}]" if extra else str(ROOT))
    stamp.write_text(_digest(), encoding="utf-8")
    _say_what_runs()


def run(*command: Union[str, Path], **variables: str) -> int:
    """Run a program in the checkout, with our output and input; gives its exit status.

    ``variables`` are added to its environment.
    """
    sys.stdout.flush()
    environment = dict(_variables(), **variables)
    return subprocess.call([str(part) for part in command], cwd=str(ROOT), env=environment)


def say(text: str) -> None:
    """Tell what is going on, in a line."""
    print(f"netviz: {text}", flush=True)


def _check_python() -> None:
    if sys.version_info < OLDEST:
        raise SetupError(
            f"Python 3.10 or newer is needed, and {sys.executable} is "
            f"{sys.version_info[0]}.{sys.version_info[1]}; run this with a newer python3"
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        raise SetupError(
            f"this Python has no {error.name}, which makes virtual environments; "
            "on Debian and Ubuntu: apt-get install python3-venv"
        ) from error


def _works() -> bool:
    """Whether .venv is whole; the Python it was made with may be gone or have been replaced."""
    try:
        ended = subprocess.run(
            [str(PYTHON), "-c", "import pip"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_variables(),
        )
    except OSError:
        return False
    return ended.returncode == 0


def _make() -> None:
    _quietly("making it", sys.executable, "-m", "venv", "--clear", str(FOLDER))


def _install(what: str) -> None:
    _quietly(
        "installing (which needs a package index that pip reaches)",
        *(str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install"),
        *("--quiet", "--editable", what),
    )


def _quietly(purpose: str, *command: str) -> None:
    """Run ``command`` and show what it says only if it fails."""
    ended = subprocess.run(
        command,
        cwd=str(ROOT),
        env=_variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if ended.returncode:
        sys.stderr.write(ended.stdout.decode("utf-8", "replace"))
        raise SetupError(f"{purpose} failed, see above")


def _variables() -> Dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in NOT_FOR_US}
    return dict(kept, PIP_USER="0", VIRTUAL_ENV=str(FOLDER), PATH=_path(kept.get("PATH", "")))


def _path(rest: str) -> str:
    return f"{BIN}{os.pathsep}{rest}" if rest else str(BIN)


def _digest() -> str:
    """What an installation depends on: another value calls for another installation."""
    digest = hashlib.sha256(sys.version.encode())
    for flag in BUILD_FLAGS:
        digest.update(f"{flag}={os.environ.get(flag)}\n".encode())
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.name.encode() + b"\n" + path.read_bytes())
    for path in sorted(ROOT.glob(COMPILED)):
        digest.update(path.name.encode() + b"\n")
    return digest.hexdigest()


def _say_what_runs() -> None:
    code = "from netviz.cli.version import version_text; print(version_text())"
    shown = subprocess.run([str(PYTHON), "-c", code], stdout=subprocess.PIPE, env=_variables())
    if shown.returncode:
        raise SetupError("netviz was installed and does not start, see above")
    text = shown.stdout.decode().strip()
    say(text)
    if "pure" in text and not os.environ.get("NETVIZ_NO_EXTENSIONS"):
        say(
            "the compiled modules could not be built, so their pure-Python twins run: the same "
            "results, slower (a C compiler and Python's headers build them: gcc, python3-dev)"
        )

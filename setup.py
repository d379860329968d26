"""What pyproject.toml cannot say: the optional compiled modules and the packed capture.

NETVIZ_NO_EXTENSIONS=1 builds the pure-Python package, NETVIZ_REQUIRE_EXTENSIONS=1 makes a compiled
module that cannot be built an error. With neither, what cannot be built is left out.
"""

from __future__ import annotations

import gzip
import importlib.util
import os
import sys
import tarfile
from pathlib import Path
from types import ModuleType
from typing import Any

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist
from setuptools.errors import BaseError

ROOT = Path(__file__).resolve().parent
COMPILED = ("_fastparse", "loops/_fastjoin")


def flag(name: str) -> bool:
    """Whether the environment variable ``name`` is 1."""
    return os.environ.get(name) == "1"


def extensions() -> list[Extension]:
    """The compiled modules that this source tree has and that are wanted."""
    if flag("NETVIZ_NO_EXTENSIONS"):
        return []
    sources = [f"netviz/{name}.pyx" for name in COMPILED if (ROOT / f"netviz/{name}.pyx").exists()]
    parts = [str(path.relative_to(ROOT)) for path in ROOT.glob("netviz/**/*.px[di]")]
    return [Extension(source[:-4].replace("/", "."), [source], depends=parts) for source in sources]


class BuildCompiled(build_ext):
    """Builds what can be built; without a compiler netviz is slower and otherwise the same."""

    def build_extension(self, ext: Extension) -> None:
        try:
            super().build_extension(ext)
        except Exception as error:  # Cython and the compilers raise of many kinds
            if flag("NETVIZ_REQUIRE_EXTENSIONS"):
                raise BaseError(f"netviz: {ext.name} could not be compiled: {error}") from error
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            print(
                f"netviz: {ext.name} is left out, its pure-Python twin will run: {reason}",
                file=sys.stderr,
            )
            self.extensions = [other for other in self.extensions if other is not ext]


class BuildModules(build_py):
    """Also packs netviz-capture.pyz into the package, unless the checkout itself is used."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            for module in super().get_outputs():
                Path(module).chmod(0o644)  # a wheel has the permissions, whatever the umask was
            packer = load_packer()
            packer.write_executable(self._capture_pyz(), packer.make_archive(ROOT))

    def get_outputs(self, *arguments: Any, **options: Any) -> list[str]:
        outputs: list[str] = super().get_outputs(*arguments, **options)
        return outputs if self.editable_mode else [*outputs, str(self._capture_pyz())]

    def _capture_pyz(self) -> Path:
        return Path(self.build_lib, "netviz", "netviz-capture.pyz")


class SourceArchive(sdist):
    """A .tar.gz of the same bytes wherever and whenever it is made of the same sources.

    Only zlib itself may differ. setuptools' own has the times, owners and order of the files.
    """

    def make_archive(self, base_name: Any, format: str, *places: Any, **owners: Any) -> str:
        base = Path(str(owners["base_dir"]))
        target = Path(f"{base_name}.tar.gz")
        with (
            target.open("wb") as file,
            gzip.GzipFile("", "wb", 9, file, mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
        ):
            for path in sorted([base, *base.rglob("*")]):
                archive.add(path, recursive=False, filter=anonymous)
        return str(target)


def anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """The entry of an archive without what depends on who makes it, and when."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
    return member


def load_packer() -> ModuleType:
    """The script build/make_capture_pyz.py as a module; its folder is no package."""
    spec = importlib.util.spec_from_file_location(
        "make_capture_pyz", ROOT / "build" / "make_capture_pyz.py"
    )
    if spec is None or spec.loader is None:
        raise BaseError("build/make_capture_pyz.py is missing")
    packer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(packer)
    return packer


setup(
    ext_modules=extensions(),
    cmdclass={"build_ext": BuildCompiled, "build_py": BuildModules, "sdist": SourceArchive},
    options={
        "build": {"build_base": ".build"},  # build/ holds our own scripts
        "sdist": {"formats": "gztar"},
    },
)

"""A CASA that tests may change: an environment with links to all packages, some of them hidden or rewritten."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from casa_session import PYTHON, environment

Rewriting = tuple[str, str]


class CopiedCasa:
    """The environment in `folder`; it always has the same path, so that Python compiles CASA only once."""

    def __init__(self, folder: Path) -> None:
        subprocess.run([PYTHON, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=60)
        self.python = str(folder / "bin" / "python")
        code = "import sysconfig; print(sysconfig.get_path('purelib'))"
        own = subprocess.run([PYTHON, "-c", code], check=True, capture_output=True, text=True, timeout=60).stdout
        self._original = Path(own.strip())
        self.packages = next((folder / "lib").glob("python3*/site-packages"))
        self._aside = folder / "aside"
        self._aside.mkdir()
        _link(self._original, self.packages)

    @contextmanager
    def hidden(self, *packages: str) -> Iterator[None]:
        """Let some packages not be installed."""
        entries = [
            entry
            for package in packages
            for entry in self.packages.glob(f"{package}*")
            if re.fullmatch(rf"{package}(-[\d.]+\.dist-info|\.libs)?", entry.name)
        ]
        assert len(entries) >= 2 * len(packages), entries
        for entry in entries:
            entry.rename(self._aside / entry.name)
        try:
            yield
        finally:
            for entry in entries:
                (self._aside / entry.name).rename(entry)

    @contextmanager
    def rewritten(self, changes: dict[str, list[Rewriting]], moved: tuple[str, str] | None = None) -> Iterator[None]:
        """Replace patterns in the text of files, given by glob patterns; let one file have been moved."""
        packages = {pattern.partition("/")[0] for pattern in changes}
        for package in packages:
            self._take(package)
        try:
            for pattern, rewritings in changes.items():
                files = [self._own(path.relative_to(self._original)) for path in sorted(self._original.glob(pattern))]
                texts = {file: file.read_text() for file in files}
                for old, new in rewritings:
                    found = [file for file in files if re.search(old, texts[file])]
                    assert found, f"{old} is not in {pattern}"
                    for file in found:
                        texts[file] = re.sub(old, new, texts[file])
                for file, text in texts.items():
                    file.write_text(text)
            if moved is not None:
                self._own(Path(moved[0])).rename(self.packages / moved[1])
            yield
        finally:
            for package in packages:
                self._give_back(package)

    @contextmanager
    def without(self, *paths: str) -> Iterator[None]:
        """Remove files and folders inside packages."""
        packages = {path.partition("/")[0] for path in paths}
        for package in packages:
            self._take(package)
        try:
            for path in paths:
                self._parents(Path(path))
                (self.packages / path).unlink()
            yield
        finally:
            for package in packages:
                self._give_back(package)

    def _take(self, package: str) -> None:
        (self.packages / package).unlink()
        (self.packages / package).mkdir()
        _link(self._original / package, self.packages / package)

    def _give_back(self, package: str) -> None:
        shutil.rmtree(self.packages / package)
        (self.packages / package).symlink_to(self._original / package)

    def _parents(self, relative: Path) -> None:
        for parent in reversed(relative.parents[:-1]):
            folder = self.packages / parent
            if folder.is_symlink():
                folder.unlink()
                folder.mkdir()
                _link(self._original / parent, folder)

    def _own(self, relative: Path) -> Path:
        """A file that may be written to, in the place of a link."""
        self._parents(relative)
        file = self.packages / relative
        if file.is_symlink():
            file.unlink()
            file.write_bytes((self._original / relative).read_bytes())
        return file

    def doctor(self, folder: Path) -> dict[str, list[dict[str, str]]]:
        """What doctor finds here, by the name of the check."""
        done = subprocess.run(
            [self.python, "-m", "casawrapper.casa.doctor"],
            capture_output=True,
            text=True,
            timeout=120,
            env=environment(folder),
            cwd=folder,
            check=True,
        )
        found: dict[str, list[dict[str, str]]] = {}
        for check in json.loads(done.stdout):
            found.setdefault(check["check"], []).append(check)
        return found


def _link(source: Path, target: Path) -> None:
    for entry in os.scandir(source):
        if entry.name != "__pycache__" and not (target / entry.name).exists():
            (target / entry.name).symlink_to(entry.path)

"""Runs notebook cells with real CASA in a subprocess, in a plain IPython shell, and gives their outputs."""

from __future__ import annotations

import base64
import io
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import Pipe
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from PIL.Image import Image

HERE = Path(__file__).resolve()
SUPPORT = HERE.parents[3] / "CasaWrapperKernel" / "PythonSupport"
sys.path.insert(0, str(SUPPORT))
PYTHON = os.environ.get("CASA_KERNEL_TEST_PYTHON", sys.executable)
SITE_CONFIG = Path(PYTHON).parent.parent / "share" / "casa" / "config.py"
ARCHIVE = HERE.parents[3] / "examples" / "data" / "ngc5921_raw.ms.tar.xz"

RUNNER = HERE.with_name("cell_runner.py")
COLUMN = {
    "valueType": "double",
    "dataManagerType": "StandardStMan",
    "dataManagerGroup": "w",
    "option": 0,
    "maxlen": 0,
    "comment": "",
}
"""How ``table.create`` is told of a column of numbers."""


@dataclass
class Cell:
    """What one cell gave."""

    stdout: str
    stderr: str
    seconds: float
    displays: list[dict[str, str]]
    results: list[dict[str, str]]
    error: str | None
    logfile: str | None
    """CASA's, after the cell."""
    new_files: set[str]
    """What was not in the working folder before it."""

    def pictures(self) -> list[Image]:
        """The displayed PNGs and JPEGs, decoded."""
        data = [output.get("image/png") or output.get("image/jpeg") for output in self.displays]
        return [_decoded(text) for text in data if text]

    def pages(self) -> list[Image]:
        """The pictures inside the displayed HTML, decoded."""
        html = "".join(output.get("text/html", "") for output in self.displays)
        return [_decoded(text) for text in re.findall(r"src='data:image/\w+;base64,([^']*)'", html)]


@dataclass
class Session:
    """What a whole run gave."""

    cells: list[Cell]
    new_files: set[str] = field(default_factory=set)

    @property
    def logfile(self) -> str | None:
        """CASA's, at the end."""
        return self.cells[-1].logfile

    def __getitem__(self, index: int) -> Cell:
        return self.cells[index]


class Shell:
    """A process of `python` that works in `folder` and runs one cell after the other, as long as it lives."""

    def __init__(self, folder: Path, python: str = PYTHON, **extra: str) -> None:
        need_casa()
        self.folder = folder
        logs = folder.parent / f"{folder.name}-logs-{len(list(folder.parent.iterdir()))}"
        logs.mkdir()
        self._output = logs / "output"
        self._connection, its = Pipe()
        with its, self._output.open("w") as output:
            self._process = subprocess.Popen(
                [python, "-c", RUNNER.read_text(), str(its.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=environment(logs, **extra),
                pass_fds=[its.fileno()],
            )
        self.install_seconds, self.eager = self._answer(120)

    def run(self, code: str, timeout: float = 240) -> Cell:
        """What a cell gives; a failure of the test if the process does not live to tell it, or takes too long."""
        __tracebackhide__ = True
        before = set(os.listdir(self.folder))
        given = self._answer(timeout, code)
        return Cell(**given, new_files=set(os.listdir(self.folder)) - before)

    def end(self) -> None:
        """Let it end as a Python does, which must succeed."""
        self._connection.close()
        try:
            code = self._process.wait(60)
        finally:
            self.kill()
        assert code == 0, self._last_words()

    def kill(self) -> None:
        """End it at once."""
        self._connection.close()
        self._process.kill()
        self._process.wait()

    def _answer(self, timeout: float, code: str | None = None) -> Any:
        __tracebackhide__ = True
        try:
            if code is not None:
                self._connection.send(code)
            if self._connection.poll(timeout):
                return self._connection.recv()
            how = f"has not answered within {timeout} s"
        except (EOFError, ConnectionError):
            self._process.wait(60)
            how = "has ended"
        self.kill()
        pytest.fail(f"the process {how}, at the cell\n{code}\n{self._last_words()}")

    def _last_words(self) -> str:
        return f"exit code {self._process.returncode}\n{self._output.read_text(errors='replace')[-4000:]}"


def _decoded(text: str) -> Image:
    from PIL import Image as Picture

    return Picture.open(io.BytesIO(base64.b64decode(text))).convert("RGB")


def ink(picture: Image) -> int:
    """How many pixels differ from the picture's most common colour: 0 for a blank one."""
    colours = sorted(picture.getcolors(maxcolors=picture.width * picture.height), reverse=True)
    return sum(count for count, _ in colours[1:])


@cache
def _has_casa() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        return (
            subprocess.run(
                [PYTHON, "-c", "import casatasks"],
                timeout=120,
                cwd=folder,
                capture_output=True,
                env=environment(Path(folder)),
            ).returncode
            == 0
        )


def need_casa() -> None:
    """Skip the test where there is no CASA."""
    if not _has_casa():
        pytest.skip(f"casatasks is not importable in {PYTHON} (set CASA_KERNEL_TEST_PYTHON)")


def environment(logs: Path, **extra: str) -> dict[str, str]:
    """Environment for a CASA process: our package, CASA's data, no display."""
    names = {
        **os.environ,
        "PYTHONPATH": str(SUPPORT),
        "CASA_TEST_LOGS": str(logs),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "IPYTHONDIR": str(logs / "ipython"),
    }
    if "CASASITECONFIG" not in names and SITE_CONFIG.exists():
        names["CASASITECONFIG"] = str(SITE_CONFIG)
    # CASA's start is mostly compiling where nobody has done it before; do it once for all tests.
    names.pop("PYTHONDONTWRITEBYTECODE", None)
    names["PYTHONPYCACHEPREFIX"] = os.path.join(tempfile.gettempdir(), f"casa-kernel-test-pyc-{os.getuid()}")
    names.pop("DISPLAY", None)
    names.update(extra)
    return names


def run_cells(folder: Path, cells: list[str], python: str = PYTHON, **extra: str) -> Session:
    """Run `cells` one after the other in a process of `python` that works in `folder`."""
    before = set(os.listdir(folder))
    shell = Shell(folder, python, **extra)
    try:
        done = [shell.run(code) for code in cells]
        shell.end()
    finally:
        shell.kill()
    return Session(done, set(os.listdir(folder)) - before)


def unpack_data(folder: Path) -> Path:
    """Unpack the NGC 5921 measurement set into `folder`."""
    need_casa()
    subprocess.run(["tar", "xf", str(ARCHIVE), "-C", str(folder)], check=True, timeout=60)
    return folder

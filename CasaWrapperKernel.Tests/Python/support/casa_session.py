"""Runs notebook cells with real CASA in a subprocess, in a plain IPython shell, and gives their outputs."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from PIL.Image import Image

HERE = Path(__file__).resolve()
SUPPORT = HERE.parents[3] / "CasaWrapperKernel" / "PythonSupport"
sys.path.insert(0, str(SUPPORT))
PYTHON = os.environ.get("CASA_KERNEL_TEST_PYTHON", sys.executable)
SITE_CONFIG = Path(PYTHON).parent.parent / "share" / "casa" / "config.py"
ARCHIVE = HERE.parents[3] / "examples" / "data" / "ngc5921_raw.ms.tar.xz"

RUNNER = r"""
import base64, json, os, sys, time
sys.argv = ["casa-kernel"]
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.io import capture_output

results = []

class Hook(DisplayHook):
    def write_output_prompt(self): pass
    def write_format_data(self, data, metadata=None): results.append(data)

shell = InteractiveShell.instance(displayhook_class=Hook, display_pub_class=CapturingDisplayPublisher)
from casawrapper import casa
begin = time.perf_counter()
casa.install(shell, os.path.join(os.environ["CASA_TEST_LOGS"], "casa.log"))
install_seconds = time.perf_counter() - begin
heavy = ("casat", "casac", "casap", "casav", "matplotlib")
eager = sorted(name for name in sys.modules if name.startswith(heavy))

def plain(data):
    return {kind: base64.b64encode(value).decode() if isinstance(value, bytes) else value
            for kind, value in data.items()}

cells = []
for code in json.loads(sys.stdin.read()):
    results.clear()
    shell.display_pub.outputs.clear()
    begin = time.perf_counter()
    with capture_output(display=False) as streams:
        casa.provide(code, shell.user_ns)
        outcome = shell.run_cell(code, store_history=True)
    error = outcome.error_before_exec or outcome.error_in_exec
    cells.append({
        "stdout": streams.stdout, "stderr": streams.stderr, "seconds": time.perf_counter() - begin,
        "displays": [plain(output["data"]) for output in shell.display_pub.outputs],
        "results": [plain(data) for data in results],
        "error": f"{type(error).__name__}: {error}" if error else None})
with open(os.environ["CASA_TEST_LOGS"] + "/cells.json", "w") as file:
    json.dump({"cells": cells, "install_seconds": install_seconds, "eager": eager,
               "logfile": casa.current_logfile()}, file)
"""


@dataclass
class Cell:
    """What one cell gave."""

    stdout: str
    stderr: str
    seconds: float
    displays: list[dict[str, str]]
    results: list[dict[str, str]]
    error: str | None

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
    install_seconds: float
    eager: list[str]
    logfile: str | None
    new_files: set[str] = field(default_factory=set)

    def __getitem__(self, index: int) -> Cell:
        return self.cells[index]


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


def run_cells(folder: Path, cells: list[str], timeout: float = 240, python: str = PYTHON, **extra: str) -> Session:
    """Run `cells` one after the other in a process of `python` that works in `folder`."""
    need_casa()
    logs = folder.parent / f"{folder.name}-logs-{len(list(folder.parent.iterdir()))}"
    logs.mkdir()
    before = set(os.listdir(folder))
    done = subprocess.run(
        [python, "-c", RUNNER],
        input=json.dumps(cells),
        cwd=folder,
        text=True,
        env=environment(logs, **extra),
        capture_output=True,
        timeout=timeout,
    )
    report = logs / "cells.json"
    assert report.exists() and done.returncode == 0, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    data = json.loads(report.read_text())
    return Session(
        [Cell(**cell) for cell in data["cells"]],
        data["install_seconds"],
        data["eager"],
        data["logfile"],
        set(os.listdir(folder)) - before,
    )


def unpack_data(folder: Path) -> Path:
    """Unpack the NGC 5921 measurement set into `folder`."""
    need_casa()
    subprocess.run(["tar", "xf", str(ARCHIVE), "-C", str(folder)], check=True, timeout=60)
    return folder

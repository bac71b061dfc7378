"""The example notebooks run through a real client with our kernel; their numbers and pictures are checked."""

from __future__ import annotations

import base64
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[3]
DEADLINE_SECONDS = 420


def execute(name: str, python: str, folder: Path) -> nbformat.NotebookNode:
    """Copy the examples into a folder, run a notebook there with nbconvert and return it with its outputs."""
    shutil.copytree(ROOT / "examples", folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*-work"))
    kernel, prefix = os.environ["CASA_KERNEL"], folder / "prefix"
    environment = {**os.environ, "JUPYTER_PATH": str(prefix / "share/jupyter"), "PYTHONPATH": ""}
    subprocess.run(
        [kernel, "install", "--prefix", str(prefix), "--python", python], env=environment, check=True, timeout=60
    )
    command = ["-m", "nbconvert", "--to", "notebook", "--inplace", "--execute", f"{name}.ipynb"]
    subprocess.run([sys.executable, *command], cwd=folder, env=environment, check=True, timeout=DEADLINE_SECONDS)
    return nbformat.read(folder / f"{name}.ipynb", as_version=4)


def outputs(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def check_pictures(notebook: nbformat.NotebookNode, at_least: int) -> None:
    """Every picture is a decoded image of a sensible size that shows something."""
    import matplotlib.image

    bundles = [o.data for o in outputs(notebook) if "data" in o]
    pictures = [data["image/png"] for data in bundles if "image/png" in data]
    for data in bundles:  # the pages of one plot are one output
        pictures += re.findall(r"data:image/png;base64,([^'\"]+)", data.get("text/html", ""))
    assert len(pictures) >= at_least
    for picture in pictures:
        pixels = matplotlib.image.imread(io.BytesIO(base64.b64decode(picture)), format="png")
        assert min(pixels.shape[:2]) > 200
        assert pixels[..., :3].std() > 0.02


@pytest.fixture(scope="module")
def reduction(tmp_path_factory: pytest.TempPathFactory) -> tuple[nbformat.NotebookNode, Path]:
    # Importing it here would leave a log file of CASA's in the working directory.
    if importlib.util.find_spec("casatasks") is None:
        pytest.skip("needs CASA (casatasks) in this environment")
    folder = tmp_path_factory.mktemp("ngc5921")
    return execute("ngc5921", sys.executable, folder), folder


def test_ngc5921_numbers(reduction: tuple[nbformat.NotebookNode, Path]) -> None:
    numbers = json.loads((reduction[1] / "ngc5921-work/results.json").read_text())
    assert numbers["cube_max_pixel"] == [65, 59, 0, 2]
    assert numbers["cube_max_jy_per_beam"] == pytest.approx(0.0405, rel=0.01)
    assert numbers["cube_rms_jy_per_beam"] == pytest.approx(1.64e-3, rel=0.01)
    assert numbers["continuum_max_jy_per_beam"] == pytest.approx(0.0852, rel=0.01)
    assert numbers["continuum_rms_jy_per_beam"] == pytest.approx(2.04e-3, rel=0.01)
    assert numbers["moment0_max_jy_per_beam_km_per_s"] == pytest.approx(1.523, rel=0.02)


def test_ngc5921_pictures(reduction: tuple[nbformat.NotebookNode, Path]) -> None:
    check_pictures(reduction[0], at_least=14)


def test_ngc5921_has_one_log_block_under_each_task(reduction: tuple[nbformat.NotebookNode, Path]) -> None:
    cells_with_log = 0
    for cell in reduction[0].cells:
        if cell.cell_type != "code":
            continue
        blocks = [o for o in cell.outputs if "Show log" in o.get("data", {}).get("text/html", "")]
        assert len(blocks) <= 1
        cells_with_log += len(blocks)
        errors = "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stderr")
        assert "\tWARN\t" not in errors and "\tSEVERE\t" not in errors
    assert cells_with_log >= 20


def test_ngc5921_leaves_nothing_but_its_folder(reduction: tuple[nbformat.NotebookNode, Path]) -> None:
    made = {path.name for path in reduction[1].iterdir()} - {path.name for path in (ROOT / "examples").iterdir()}
    assert made == {"ngc5921-work", "prefix"}


def test_quicklook_without_casa(tmp_path: Path) -> None:
    python = os.environ.get("CASA_KERNEL_QUICKLOOK_PYTHON")
    if not python:
        pytest.skip("needs a Python with python-casacore (Debian: python3-casacore python3-matplotlib python3-ipython)")
    notebook = execute("quicklook", python, tmp_path)
    check_pictures(notebook, at_least=6)
    text = "".join(o.get("text", "") for o in outputs(notebook))
    assert "9477 rows, 15 channels" in text

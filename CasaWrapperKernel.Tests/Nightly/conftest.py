"""What the nightly tests need: root on a Debian, for they make images and users. ``./build.sh nightly`` starts them.

WHEELHOUSE is CASA's wheelhouse, BASE a Debian made by debootstrap (made if it is not there), WORK a folder for images.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "CasaWrapperKernel.Tests/Python/support"))
pytest_plugins = ["as_plain.fixtures", "surroundings"]
WORK = Path(os.environ.get("WORK", ROOT / "artifacts/nightly"))
WHEELHOUSE = os.environ.get("WHEELHOUSE", "")
USER = "casa-nightly"


def run(*command: object, seconds: int = 1800, **options: object) -> str:
    """What a program prints; its output is the failure if it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        **options,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def need(*programs: str) -> None:
    """Fail, by name, where one is missing: a nightly run that leaves tests out has shown nothing of them."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        pytest.fail(f"not installed: {', '.join(missing)}", pytrace=False)


@pytest.fixture(scope="session", autouse=True)
def _root() -> None:
    if os.geteuid() != 0:
        pytest.exit("the nightly tests make images and users: run them as root", returncode=1)


@pytest.fixture(scope="session")
def base() -> Path:
    """The smallest Debian, as a folder."""
    folder = Path(os.environ.get("BASE", WORK / "base"))
    if not (folder / "usr/bin/apt-get").exists():
        need("debootstrap")
        run("debootstrap", "--variant=minbase", "bookworm", folder, *os.environ.get("DEBIAN_MIRROR", "").split())
    return folder


@pytest.fixture
def examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the examples that everybody may write into, in a folder that everybody may enter."""
    folder = WORK / "examples"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "examples", folder, ignore=shutil.ignore_patterns("*-work"))
    run("chmod", "-R", "a+rwX", folder)
    yield folder
    shutil.rmtree(folder)


def check_reduction(examples: Path) -> None:
    """The notebook of NGC 5921 was executed in this folder, and found what there is."""
    numbers = json.loads((examples / "ngc5921-work/results.json").read_text())
    assert numbers["cube_max_jy_per_beam"] == pytest.approx(0.0405, rel=0.01)
    notebook = json.loads((examples / "ngc5921.ipynb").read_text())
    bundles = [o.get("data", {}) for c in notebook["cells"] for o in c.get("outputs", [])]
    # All pages of one plot are one output.
    pages = ["".join(data.get("text/html", [])).count("src='data:image/") for data in bundles]
    assert sum("image/png" in data for data in bundles) + sum(pages) >= 14

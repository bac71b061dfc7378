"""The Pythons that ``casa-kernel install`` finds and the kernel hosts: of several environments, of conda, of CASA."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import TEST_PYTHON
from installed import Site, borrowing_environment, lend, mapped

LIBRARIES = ("libstdc++.so.6", "libcrypto.so.3", "libssl.so.3")
ASK = (
    "import os, sys, sysconfig; print(os.path.realpath(sys.executable), "
    "sysconfig.get_config_var('LDLIBRARY'), sysconfig.get_path('stdlib'))"
)
LOADED = "import ctypes, ssl; ctypes.CDLL('libstdc++.so.6'); print(open('/proc/self/maps').read())"


@pytest.fixture
def site(tmp_path: Path, casa_kernel: Path, kernel_env: dict[str, str]) -> Site:
    return Site(tmp_path, casa_kernel, kernel_env)


def own_prefix(prefix: Path) -> Path:
    """A copy of the Python under test, not a virtual environment, laid out as conda and CASA lay theirs out."""
    executable, library, stdlib = map(
        Path,
        subprocess.run([TEST_PYTHON, "-c", ASK], check=True, capture_output=True, text=True, timeout=60).stdout.split(),
    )
    (prefix / "bin").mkdir(parents=True)
    python = prefix / "bin" / stdlib.name
    shutil.copy(executable, python)
    for name in ("python", "python3"):
        (prefix / "bin" / name).symlink_to(stdlib.name)
    packages = prefix / "lib" / stdlib.name / "site-packages"
    packages.mkdir(parents=True)
    for entry in stdlib.iterdir():
        if entry.name != "site-packages":
            (packages.parent / entry.name).symlink_to(entry)
    shutil.copy(stdlib.parent / f"{library}.1.0", prefix / "lib")
    lend(packages)
    return prefix / "bin/python"


def test_two_environments_side_by_side(site: Site) -> None:
    pythons = [borrowing_environment(site.folder / name) for name in ("one", "two")]
    site.says("install", "--python", pythons[0], "--name", "casa-one")
    assert "is for another Python" in site.refuses("install", "--python", pythons[1], "--name", "casa-one")
    site.says("install", "--python", pythons[1], "--name", "casa-two")
    listed = site.says("list", "--python", TEST_PYTHON)
    for name, python in zip(("casa-one", "casa-two"), pythons, strict=True):
        assert f"{python}  {site.data}/kernels/{name}" in listed
        with site.kernel(name) as run_cell:
            assert run_cell("import sys; sys.prefix") == repr(str(python.parent.parent))


@pytest.mark.deadline(120)
def test_an_environments_own_libraries_win(site: Site) -> None:
    own_prefix(site.folder / "conda")
    plain = subprocess.run([TEST_PYTHON, "-c", LOADED], check=True, capture_output=True, text=True, timeout=60).stdout
    own = {}
    for name in LIBRARIES:
        (system,) = {line.split()[-1] for line in plain.splitlines() if f"/{name}" in line}
        own[name] = str(shutil.copy(system, site.folder / "conda/lib" / name))
    site.env["CONDA_PREFIX"] = str(site.folder / "conda")
    site.says("install")
    with site.kernel() as run_cell:
        assert run_cell("import sys; sys.prefix") == repr(str(site.folder / "conda"))
        run_cell(LOADED)
        for name, path in own.items():
            assert mapped(run_cell, name) == {path}
        assert "LD_LIBRARY_PATH" not in run_cell("!env")
        assert run_cell("import casatools; casatools.version_string()[:2]") == "'6.'"


def test_the_downloaded_casa_is_found_by_its_command(site: Site) -> None:
    own_prefix(site.folder / "casa-6.7/lib/py")
    (site.folder / "casa-6.7/bin").mkdir()
    (site.folder / "casa-6.7/bin/casa").write_text("#!/bin/sh\n")
    site.env["PATH"] = f"{site.folder}/casa-6.7/bin:{site.env['PATH']}"
    site.says("install")
    with site.kernel() as run_cell:
        assert run_cell("import sys; sys.prefix") == repr(str(site.folder / "casa-6.7/lib/py"))

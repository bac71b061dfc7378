"""The options of ``casa-kernel install``, and what real CASA makes of them in the kernel."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from casa_session import need_casa
from conftest import TEST_PYTHON
from installed import Site

STATE = (
    "import casaconfig.config as c; print([casalog.logfile(), c.cachedir, c.datapath[0], c.nologfile, "
    "c.load_success()[-1]])"
)


@pytest.fixture
def site(tmp_path: Path, casa_kernel: Path, kernel_env: dict[str, str]) -> Site:
    need_casa()
    return Site(tmp_path, casa_kernel, kernel_env)


def test_casas_options_are_in_force_in_the_kernel(site: Site) -> None:
    own = site.folder / "own.py"
    own.write_text("logfile = '/nowhere/never.log'\ncachedir = '/nowhere'\nstartupfile = '~/first.py'\n")
    (site.folder / "first.py").write_text("first = 7\n")
    (site.folder / "data").mkdir()
    site.says(
        "install",
        "--python",
        TEST_PYTHON,
        "--configfile",
        own,
        "--logfile",
        site.folder / "logs/casa.log",
        "--cachedir",
        site.folder / "cache",
        "--datapath",
        site.folder / "data",
    )
    with site.kernel() as run_cell:
        assert run_cell("first") == "7"
        logfile, cachedir, datapath, nologfile, read = eval(run_cell(STATE))
        assert logfile == str(site.folder / "logs/casa.log")
        assert (cachedir, datapath, read) == (str(site.folder / "cache"), str(site.folder / "data"), str(own))
        assert not nologfile
        run_cell("casalog.post('written where it was told')")
        assert run_cell("import sys; sys.argv") == "['casa-kernel']"
    assert "written where it was told" in (site.folder / "logs/casa.log").read_text()
    assert (site.folder / "cache").is_dir()


def test_without_a_log_file_there_is_none(site: Site) -> None:
    site.says("install", "--python", TEST_PYTHON, "--nologfile")
    with site.kernel() as run_cell:
        assert eval(run_cell(STATE))[0] == os.devnull
        assert run_cell("casalog.post('nowhere')") in ("True", "")
    assert not list(site.folder.rglob("*.log"))


def test_what_has_gone_since_is_said_in_the_cell_that_needs_casa(site: Site) -> None:
    own = site.folder / "own.py"
    own.write_text("")
    site.says("install", "--python", TEST_PYTHON, "--configfile", own, "--cachedir", "/proc/none", "--name", "two")
    with site.kernel("two") as run_cell:
        assert run_cell("casalog.logfile()").startswith(
            "CasaSetupError: The folder /proc/none of this kernel's --cachedir cannot be made"
        )
    own.unlink()
    with site.kernel("two") as run_cell:
        assert run_cell("casalog.logfile()").startswith(
            f"CasaSetupError: There is no file {own}, which this kernel's --configfile names"
        )
        assert run_cell("1 + 1") == "2"


def test_the_kernelspec_says_what_it_was_told(site: Site) -> None:
    (site.folder / "logos").mkdir()
    (site.folder / "logos/logo-64x64.png").write_bytes(b"a picture")
    site.says(
        "install",
        "--python",
        TEST_PYTHON,
        "--name",
        "Six",
        "--display-name",
        "CASA six",
        "--interrupt-mode",
        "message",
        "--env",
        "OMP_NUM_THREADS=2",
        "--env",
        "EQUALS=a=b",
        "--resource-dir",
        site.folder / "logos",
    )
    spec = json.loads((site.data / "kernels/six/kernel.json").read_text())
    assert (spec["display_name"], spec["interrupt_mode"]) == ("CASA six", "message")
    assert spec["env"]["OMP_NUM_THREADS"] == "2" and spec["env"]["EQUALS"] == "a=b"
    assert (site.data / "kernels/six/logo-64x64.png").read_bytes() == b"a picture"
    with site.kernel("six") as run_cell:
        assert run_cell("import os; os.environ['EQUALS'], os.environ['OMP_NUM_THREADS']") == "('a=b', '2')"


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["--env", "NAME"], "--env: 'NAME' is not NAME=VALUE."),
        (["--interrupt-mode", "shout"], "Argument 'shout' not recognized."),
        (["--logfile", "a", "--nologfile"], "Give one of --logfile and --nologfile only."),
        (["--configfile", "/nowhere.py"], "--configfile: there is no file /nowhere.py."),
        (["--datapath", "/:/nowhere"], "--datapath: there is no folder /nowhere."),
        (["--resource-dir", "/nowhere"], "There is no folder /nowhere; give --resource-dir one that has the logos."),
    ],
)
def test_bad_input_gets_a_sentence_and_installs_nothing(site: Site, arguments: list[str], sentence: str) -> None:
    assert sentence in site.refuses("install", "--python", TEST_PYTHON, *arguments)
    assert not site.data.exists()

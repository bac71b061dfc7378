"""CASA imported in steps beside CASA imported at once: the same modules, names, settings and log, with nothing lost."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from casa_session import PYTHON, SITE_CONFIG, SUPPORT

PACKAGES = ("casatools", "casatasks", "casaplotms", "casaviewer")
PLAIN = f"import importlib\nfor name in {PACKAGES}: importlib.import_module(name)\n"
STEPS = "steps = 1\nwhile casa.step(): steps += 1\n"
PROGRAM = r"""
import io, json, os, sys
from contextlib import redirect_stdout
from IPython.core.interactiveshell import InteractiveShell
from casawrapper import casa
shell = InteractiveShell.instance()
casa.install(shell, os.path.abspath("casa.log"))
said = io.StringIO()
names = {}
with redirect_stdout(said):
    exec(sys.stdin.read(), names | {"casa": casa, "shell": shell}, names)
whole = [name for name in ("casatools", "casatasks", "casaplotms", "casaviewer") if name in sys.modules]
print(json.dumps({
    "modules": sorted(name for name in sys.modules if not name.startswith("casawrapper")),
    # CASA's configuration is then a module that passes on what is set in it.
    "names": {package: {name: "module" if isinstance(value, type(os)) else type(value).__name__
                        for name, value in vars(sys.modules[package]).items()} for package in whole},
    "calls": [repr(sys.modules["casatasks"].tclean.__call__.__code__.co_varnames[:4])] if len(whole) > 1 else [],
    "logfile": sys.modules["casatasks"].casalog.logfile() if len(whole) > 1 else "",
    "data": str(sys.modules["casatools"].ctsys.rundata()) if whole else "",
    "here": "tclean" in shell.user_ns, "steps": names.get("steps"), "said": said.getvalue()}))
"""


def run(code: str, folder: Path, config: str = "", **variables: str) -> dict[str, Any]:
    """What a new process finds after `code`."""
    folder.mkdir(exist_ok=True)
    site = folder / "site.py"
    site.write_text((SITE_CONFIG.read_text() if SITE_CONFIG.exists() else "") + config)
    env = {name: value for name, value in os.environ.items() if not name.startswith("CASA_KERNEL_")}
    env |= {"PYTHONPATH": str(SUPPORT), "HOME": str(folder), "CASASITECONFIG": str(site), **variables}
    done = subprocess.run(
        [PYTHON, "-c", PROGRAM], input=code, env=env, cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def log(folder: Path) -> list[str]:
    # plotms may have been started for the plot that may come.
    lines = [line for line in (folder / "casa.log").read_text().splitlines() if "PlotMS" not in line]
    return [re.sub(r"^\S+ \S+|\d+:\d+:\d+|\d+\.\d+|Memory.*", "", line) for line in lines]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("plain")
    return run(PLAIN, folder) | {"log": log(folder)}


def test_steps_give_what_an_import_gives(plain: dict[str, Any], tmp_path: Path) -> None:
    stepped = run(STEPS, tmp_path)
    assert stepped["steps"] > 20
    # Modules of Python's own with which the steps are taken, and those that the names of the prompt are read with.
    ours = {"symtable", "_symtable", "casalogger", "casalogger.casalogger"}
    assert set(stepped["modules"]) - ours == set(plain["modules"]) - ours
    assert stepped["names"] == plain["names"] and stepped["calls"] == plain["calls"]
    assert stepped["data"] == plain["data"] and stepped["logfile"].endswith("casa.log") and not stepped["here"]
    assert log(tmp_path) == plain["log"]


@pytest.mark.parametrize("steps", [1, 10, 40, 80, 120, 160])
def test_a_cell_between_two_steps_has_all_of_casa(plain: dict[str, Any], tmp_path: Path, steps: int) -> None:
    found = run(
        f"for _ in range({steps}): casa.step()\nbefore = len(casa.__name__)\n"
        "shell.run_cell('import casatasks\\nassert casatasks.tclean and casatasks.version_string()')\n"
        f"{STEPS}",
        tmp_path,
    )
    assert found["names"] == plain["names"] and log(tmp_path) == plain["log"] and "Error" not in found["said"]


def test_nothing_where_the_user_wants_nothing(tmp_path: Path) -> None:
    found = run(STEPS, tmp_path, CASA_KERNEL_IMPORT="off")
    assert found["steps"] == 1 and found["names"] == {}


def test_what_casa_says_is_printed_for_the_cell_that_needs_it(tmp_path: Path) -> None:
    found = run(
        f"{STEPS}print('so far')\ncasa.provide('tclean', shell.user_ns)\ncasa.provide('imstat', {{}})",
        tmp_path,
        config="print('from the configuration')\n",
    )
    assert found["said"] == "so far\nfrom the configuration\n" and found["here"]


def test_a_failure_is_left_to_the_cell(tmp_path: Path) -> None:
    found = run(
        f"{STEPS}print('so far')\ncasa.provide('tclean', shell.user_ns)\nshell.run_cell('tclean()')",
        tmp_path,
        config="measurespath = '/there/is/none'\ndatapath = []\n",
    )
    before, _, after = found["said"].partition("so far\n")
    assert before == "" and "no measures data" in after.replace("\n", " ")


def test_data_that_may_be_fetched_are_for_the_user_to_see(tmp_path: Path) -> None:
    config = f"measurespath = {str(tmp_path / 'data')!r}\nmeasures_auto_update = data_auto_update = True\n"
    found = run(STEPS, tmp_path, config=config)
    assert found["names"] == {} and "scipy.stats" in found["modules"] and not (tmp_path / "data").exists()

"""A CASA of which a part is missing or broken: one sentence when that part is needed, and the rest works."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from casa_session import Session, environment, need_casa, run_cells, unpack_data
from copied_casa import CopiedCasa

MS = "ngc5921_raw.ms"
LISTING = f"type(listobs('{MS}')).__name__"
PLOT = f"plotms(vis='{MS}', xaxis='uvdist', yaxis='amp', avgchannel='63')"
TABLE = f"tb.open('{MS}'); n = tb.nrows(); tb.close(); n"


@pytest.fixture(scope="module")
def casa(tmp_path_factory: pytest.TempPathFactory) -> CopiedCasa:
    need_casa()
    return CopiedCasa(tmp_path_factory.mktemp("copied") / "environment")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack_data(tmp_path_factory.mktemp("data"))


def says(session: Session, cell: int, sentence: str) -> None:
    """That the cell ends with this and nothing else, and that nobody spoke of it before."""
    assert session[cell].error == sentence, session[cell]
    assert [line for line in session[cell].stdout.splitlines() if not line.startswith(("line 1: ", "(%tb "))] == [
        f"\x1b[0;31mCasaSetupError\x1b[0m: {sentence.partition(': ')[2]}"
    ]
    for before in session.cells[:cell]:
        assert before.error is None and "[casa-kernel]" not in before.stdout and before.stderr == ""


@pytest.mark.parametrize(
    "package, call, who",
    [
        ("casaplotms", PLOT, "plotms"),
        ("casaviewer", "imview('x.im')", "imview"),
        ("casaviewer", "viewer('x.im')", "viewer"),
        ("casaviewer", "msview('x.ms')", "msview"),
    ],
)
def test_a_program_that_is_not_installed(
    package: str, call: str, who: str, casa: CopiedCasa, data: Path, tmp_path: Path
) -> None:
    with casa.hidden(package):
        session = run_cells(data, ["1", LISTING, call, LISTING], python=casa.python)
        found = casa.doctor(tmp_path)
    says(
        session,
        2,
        f"CasaSetupError: {who} needs the Python package {package}, which is not installed: "
        f"run  %pip install {package}  and this cell again.",
    )
    assert session[1].results[0]["text/plain"] == session[3].results[0]["text/plain"] == "'dict'"
    (check,) = found[package]
    assert (
        not check["ok"]
        and f"-m pip install {package}  ({'plotms needs it' if who == 'plotms' else 'imview'}" in check["cure"]
    )
    assert found["imports"][0]["ok"]


def test_what_has_been_installed_meanwhile_works_at_once(casa: CopiedCasa, data: Path) -> None:
    with casa.hidden("casaplotms"):
        package = casa.packages / "casaplotms"
        install = f"import os; os.symlink({str(casa._original / 'casaplotms')!r}, {str(package)!r})"
        session = run_cells(data, [PLOT, install, PLOT], python=casa.python)
        package.unlink()
    assert "is not installed" in session[0].error and session[2].error is None and len(session[2].pictures()) == 1


def test_all_of_casa_is_known_once_it_is_installed(casa: CopiedCasa, data: Path) -> None:
    packages = ("casaconfig", "casatools", "casatasks", "casashell", "casaplotms", "casaviewer")
    describe = "from casawrapper.casa.catalog.parameters import describe\ndescribe('tclean') is None"
    with casa.hidden(*packages):
        links = {str(casa._original / name): str(casa.packages / name) for name in packages}
        install = f"import os\nfor old, new in {links!r}.items(): os.symlink(old, new)"
        session = run_cells(data, [LISTING, describe, install, describe, LISTING, TABLE], python=casa.python)
        for link in links.values():
            Path(link).unlink()
    assert session[0].error == "NameError: name 'listobs' is not defined"
    assert [session[cell].results[0]["text/plain"] for cell in (1, 3)] == ["True", "False"]
    assert session[4].results[0]["text/plain"] == "'dict'" and session[5].results[0]["text/plain"] == "9477"


def test_without_casashell_only_the_verbs_are_missing(casa: CopiedCasa, data: Path, tmp_path: Path) -> None:
    with casa.hidden("casashell"):
        session = run_cells(data, [LISTING, "inp listobs", "taskhelp", PLOT, "type(tb).__name__"], python=casa.python)
        found = casa.doctor(tmp_path)
    says(
        session,
        1,
        "CasaSetupError: inp and go of listobs come from the Python package casashell of CASA's release, which has "
        "no casashell here:  %pip install casashell",
    )
    assert session[2].error.endswith("%pip install casashell") and len(session[3].pictures()) == 1
    assert session[4].results[0]["text/plain"] == "'table'"
    assert "casashell  (inp, go" in found["casashell"][0]["cure"]


def test_without_casaconfig_the_first_use_says_it(casa: CopiedCasa, data: Path, tmp_path: Path) -> None:
    with casa.hidden("casaconfig"):
        session = run_cells(data, ["1", LISTING], python=casa.python)
        found = casa.doctor(tmp_path)
    says(
        session,
        1,
        "CasaSetupError: CASA needs the Python package 'casaconfig', which is not installed: "
        "run  %pip install casaconfig  and restart the kernel.",
    )
    assert not found["casaconfig"][0]["ok"] and "pip install casaconfig" in found["casaconfig"][0]["cure"]


def test_with_casatools_alone_the_tools_work(casa: CopiedCasa, data: Path, tmp_path: Path) -> None:
    with casa.hidden("casatasks", "casaplotms", "casaviewer", "casashell"):
        session = run_cells(data, ["1", TABLE, LISTING, PLOT, TABLE], python=casa.python)
        found = casa.doctor(tmp_path)
    says(
        session,
        2,
        "CasaSetupError: CASA's tasks need the Python package casatasks, which is not installed: "
        "run  %pip install casatasks  and this cell again.",
    )
    assert session[3].error.startswith("CasaSetupError: plotms needs the Python package casaplotms")
    assert session[1].results == session[4].results == [{"text/plain": "9477"}]
    assert not found["casatasks"][0]["ok"] and found["imports"][0]["ok"]


def test_a_broken_plotms_takes_nothing_else_away(casa: CopiedCasa, data: Path, tmp_path: Path) -> None:
    with casa.rewritten(
        {"casaplotms/__init__.py": [(r"from \.plotms import plotms", "raise OSError('disk read error')")]}
    ):
        session = run_cells(data, ["1", LISTING, PLOT, LISTING], python=casa.python)
        found = casa.doctor(tmp_path)
    says(
        session,
        2,
        "CasaSetupError: plotms is not there, because the Python package casaplotms cannot be imported (OSError: "
        "disk read error): run  %pip install --force-reinstall --no-deps casaplotms  and restart the kernel.",
    )
    assert session[3].results[0]["text/plain"] == "'dict'"
    (check,) = found["casaplotms import"]
    assert not check["ok"] and "OSError: disk read error" in check["detail"] and "--force-reinstall" in check["cure"]


def test_without_an_appimage_plotms_says_so(casa: CopiedCasa, data: Path, tmp_path: Path) -> None:
    with casa.without("casaplotms/__bin__"):
        session = run_cells(data, ["1", LISTING, PLOT, LISTING], python=casa.python)
        found = casa.doctor(tmp_path)
    says(
        session,
        2,
        "CasaSetupError: The package casaplotms, as it is installed here, has no program for Linux x86_64: "
        "run  %pip install --force-reinstall --no-deps casaplotms  and this cell again.",
    )
    assert session[3].error is None
    (check,) = found["casaplotms application"]
    assert not check["ok"] and "pip install --force-reinstall --no-deps casaplotms" in check["cure"]


def test_without_data_the_first_use_and_doctor_say_it(casa: CopiedCasa, tmp_path: Path) -> None:
    config, folder = tmp_path / "config.py", tmp_path / "work"
    config.write_text(
        f"measurespath = '{tmp_path}/none'\ndatapath = []\nmeasures_auto_update = data_auto_update = False\n"
    )
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASASITECONFIG", str(config))
        session = run_cells(folder, ["1", "listobs('x.ms')"], python=casa.python)
        found = casa.doctor(folder)
    assert session[1].error.startswith(
        f"CasaSetupError: CASA has no measures data: the folder {tmp_path}/none does not exist."
    )
    assert not found["measures data"][0]["ok"] and "--update-all" in found["measures data"][0]["cure"]
    assert "imports" not in found


def test_windows_need_no_package(casa: CopiedCasa, data: Path) -> None:
    with casa.hidden("casalogger"):
        session = run_cells(data, [f"browsetable('{MS}/ANTENNA')", "casafeather()", "casalogger()"], python=casa.python)
    assert "DISH_DIAMETER" in session[0].displays[0]["text/html"]
    assert "feather(imagename=" in session[1].stdout and "casa.log" in session[2].stdout


def test_doctor_waits_for_an_import_no_longer_than_it_says(casa: CopiedCasa, tmp_path: Path) -> None:
    code = (
        "from casawrapper.casa.doctor import checks as doctor\nfrom casawrapper.casa.setup.options import Options\n"
        "doctor._IMPORT_SECONDS = 0.05\nprint([(check.ok, check.detail) for check in doctor._imports(Options())])"
    )
    done = subprocess.run(
        [casa.python, "-c", code],
        env=environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    assert done.stdout == "[(False, 'CASA could not be imported within 0.05 s')]\n"

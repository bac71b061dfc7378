"""The names of the CASA prompt: found without import, given only when used, never in the user's way."""

from __future__ import annotations

from pathlib import Path

import pytest
from casa_session import Session, run_cells

from casawrapper.casa.setup.free_names import names_used


@pytest.mark.parametrize(
    "code, used",
    [
        ("tclean(vis='x')", True),
        ("def f():\n    return tclean(1)", True),
        ("tclean", True),
        ("x = [tclean(v) for v in vs]", True),
        ("tclean(); tclean = 3", True),
        ("tclean = tclean or 3", True),
        ("%time tclean(vis='x')", True),
        ("tclean?", True),
        ("await tclean()", True),
        ("tclean += 1", True),
        ("tclean = 3\nprint(tclean)", False),
        ("for tclean in y:\n    tclean", False),
        ("lambda tclean: tclean", False),
        ("[tclean for tclean in y]", False),
        ("x.tclean", False),
        ("from casatasks import tclean\ntclean()", False),
        ("def f(tclean):\n    return tclean", False),
        ("'tclean'", False),
        ("# tclean", False),
        ("!ls tclean", False),
        ("%%bash\ntclean", False),
        ("f(tclean=1)", False),
        ("try:\n    f()\nexcept E as tclean:\n    tclean", False),
        ("with f() as tclean:\n    tclean", False),
        ("class tclean: pass\ntclean", False),
    ],
)
def test_which_names_a_cell_uses(code: str, used: bool) -> None:
    assert ("tclean" in names_used(code)) is used


CELLS = [
    "import sys\n'casatasks' in sys.modules",
    "ms = 3\nmine = ms + 1",
    "'casatools' in sys.modules",
    "(type(tb).__name__, type(ia).__name__, tbtool is type(tb), ms, callable(tclean), callable(plotms), "
    "viewer is imview)",
    "%who",
    "tb = 5\nlistobs\ntb",
    "del tb",
    "type(tb).__name__",
    "casalog.logfile() == __import__('os').environ['CASA_TEST_LOGS'] + '/casa.log'",
    "from casawrapper.casa import casa_names\n"
    "(len(casa_names()) > 150, {'tclean', 'msmd', 'iatool', 'ctsys', 'plotms'} <= casa_names(), "
    "'version' in casa_names())",
    "not_a_casa_name",
    "casawrapper.image.__name__, 'casawrapper' in casa_names()",
    "casawrapper = 7",
    "casawrapper",
]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return run_cells(tmp_path_factory.mktemp("names"), CELLS)


def test_install_is_cheap_and_imports_no_casa(session: Session) -> None:
    assert session.install_seconds < 0.5 and session.eager == []
    assert session[0].results[0]["text/plain"] == "False"


def test_the_users_own_name_is_neither_a_use_nor_overwritten(session: Session) -> None:
    assert session[2].results[0]["text/plain"] == "False"
    assert session[3].results[0]["text/plain"] == "('table', 'image', True, 3, True, True, True)"


def test_first_import_says_nothing(session: Session) -> None:
    assert session[3].stdout == "" and session[3].stderr == ""


def test_who_lists_only_the_users_names(session: Session) -> None:
    assert "mine" in session[4].stdout and "tclean" not in session[4].stdout


def test_a_name_can_be_taken_and_comes_back_when_deleted(session: Session) -> None:
    assert session[5].results[-1]["text/plain"] == "5"
    assert session[7].results[0]["text/plain"] == "'table'"


def test_log_is_where_the_kernel_wants_it(session: Session) -> None:
    assert session[8].results[0]["text/plain"] == "True"
    assert session.logfile is not None and Path(session.logfile).name == "casa.log"


def test_the_list_of_names(session: Session) -> None:
    assert session[9].results[0]["text/plain"] == "(True, True, False)"


def test_other_names_stay_undefined_and_no_file_appears(session: Session) -> None:
    assert session[10].error.startswith("NameError")
    assert session.new_files == set()


def test_casawrapper_is_there_like_casas_names_and_not_in_the_users_way(session: Session) -> None:
    assert session[11].results[0]["text/plain"] == "('image', True)"
    assert session[13].results[0]["text/plain"] == "7"

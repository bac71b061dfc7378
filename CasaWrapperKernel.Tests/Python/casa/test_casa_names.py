"""The names of the CASA prompt: found without import, given only when used, never in the user's way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from casa_notebook import Notebook
from cells import cell, text

from casawrapper.casa.setup.free_names import names_used

if TYPE_CHECKING:
    from casa_prompt import casalog, ia, imview, plotms, tb, tbtool, tclean, viewer

    import casawrapper


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


@cell()
def at_the_start() -> object:
    import sys

    return "casatasks" in sys.modules


@cell()
def own_name() -> object:
    global mine, ms
    ms = 3
    mine = ms + 1


@cell(own_name)
def still_not_imported() -> object:
    import sys

    return "casatools" in sys.modules


@cell(still_not_imported)
def first_use() -> object:
    return (
        type(tb).__name__,
        type(ia).__name__,
        tbtool is type(tb),
        ms,
        callable(tclean),
        callable(plotms),
        viewer is imview,
    )


who = text("%who", first_use)
taken = text("tb = 5\nlistobs\ntb", who)
deleted = text("del tb", taken)


@cell(deleted)
def back_again() -> object:
    return type(tb).__name__


@cell()
def logfile() -> object:
    import os

    return casalog.logfile() == os.environ["CASA_TEST_LOGS"] + "/casa.log"


@cell()
def all_names() -> object:
    from casawrapper.casa import casa_names

    return (
        len(casa_names()) > 150,
        {"tclean", "msmd", "iatool", "ctsys", "plotms"} <= casa_names(),
        "version" in casa_names(),
    )


other_name = text("not_a_casa_name", fails=True)


@cell()
def our_name() -> object:
    from casawrapper.casa import casa_names

    return casawrapper.image.__name__, "casawrapper" in casa_names()


own_casawrapper = text("casawrapper = 7", our_name)


@cell(own_casawrapper)
def still_own() -> object:
    return casawrapper


def test_install_is_cheap_and_imports_no_casa(notebook: Notebook) -> None:
    shell = notebook.shell()
    assert shell.install_seconds < 0.5 and shell.eager == []
    assert notebook(at_the_start).results[0]["text/plain"] == "False"


def test_the_users_own_name_is_neither_a_use_nor_overwritten(notebook: Notebook) -> None:
    assert notebook(still_not_imported).results[0]["text/plain"] == "False"
    assert notebook(first_use).results[0]["text/plain"] == "('table', 'image', True, 3, True, True, True)"


def test_first_import_says_nothing(notebook: Notebook) -> None:
    assert notebook(first_use).stdout == "" and notebook(first_use).stderr == ""


def test_who_lists_only_the_users_names(notebook: Notebook) -> None:
    assert "mine" in notebook(who).stdout and "tclean" not in notebook(who).stdout


def test_a_name_can_be_taken_and_comes_back_when_deleted(notebook: Notebook) -> None:
    assert notebook(taken).results[-1]["text/plain"] == "5"
    assert notebook(back_again).results[0]["text/plain"] == "'table'"


def test_log_is_where_the_kernel_wants_it(notebook: Notebook) -> None:
    assert notebook(logfile).results[0]["text/plain"] == "True"
    used = notebook(logfile).logfile
    assert used is not None and Path(used).name == "casa.log"


def test_the_list_of_names(notebook: Notebook) -> None:
    assert notebook(all_names).results[0]["text/plain"] == "(True, True, False)"


def test_other_names_stay_undefined_and_no_file_appears(notebook: Notebook) -> None:
    assert notebook(other_name).error.startswith("NameError")
    assert notebook.files_left() == set()


def test_casawrapper_is_there_like_casas_names_and_not_in_the_users_way(notebook: Notebook) -> None:
    assert notebook(our_name).results[0]["text/plain"] == "('image', True)"
    assert notebook(still_own).results[0]["text/plain"] == "7"

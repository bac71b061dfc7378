"""The verbs of the CASA prompt with real CASA, and that they leave ordinary code alone."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from casa_notebook import Notebook
from casa_session import Cell, run_cells, unpack_data
from cells import Code, cell, text

if TYPE_CHECKING:
    from casa_prompt import casatasks, default, execfile, get_ipython, go, listobs, place, plotms, tget

inputtransformer2 = pytest.importorskip("IPython.core.inputtransformer2")

from casawrapper.casa import catalog  # noqa: E402  (needs IPython)
from casawrapper.casa.prompt import Prompt  # noqa: E402  (needs IPython)
from casawrapper.casa.prompt.rewriting import VerbFinder  # noqa: E402

MS = "ngc5921_raw.ms"


@pytest.fixture(scope="module")
def transform():
    """IPython's transformation of a cell, with our verbs."""
    names: dict[str, object] = {}
    prompt = Prompt(names, lambda code, user_ns: None)
    names.update(prompt.verbs())
    manager = inputtransformer2.TransformerManager()
    manager.token_transformers.append(VerbFinder(SimpleNamespace(user_ns=names), prompt))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalog, "casa_names", lambda: frozenset(catalog.VERBS))
        yield manager.transform_cell


@pytest.mark.parametrize(
    "code, python",
    [
        ("inp  tclean  # c", "inp(tclean)  # c"),
        ("inp\ttclean", "inp(tclean)"),
        ("go", "go()"),
        ("inp tclean;go", "inp(tclean);go()"),
        ("x=1;inp 'a b';y=2", "x=1;inp('a b');y=2"),
        ("tget tclean, 'f.last'", "tget(tclean, 'f.last')"),
        ("inp f'x'", "inp(f'x')"),
        ("f(go=1)\ndefault tclean\ngo()", "f(go=1)\ndefault(tclean)\ngo()"),
    ],
)
def test_lines_of_the_prompt_become_calls(transform, code: str, python: str) -> None:
    assert transform(code) == python + "\n"


@pytest.mark.parametrize(
    "code",
    [
        "go = 3\ngo",
        "x = go",
        "go.x",
        "(go)",
        "for go in x: pass\ngo",
        "def go(): pass\ngo",
        "import go\ngo",
        "go, x = 1, 2\ngo",
        "go: int = 3\ngo",
        "with x as go: pass\ngo",
        "inp if x else y",
        "inp and go",
        "inp not in x",
        "f(\ngo\n)",
        "class A:\n    go",
        "if x:\n    go",
        "'''\ninp tclean\ngo\n'''",
        "tclean",
        "tclean()",
    ],
)
def test_python_stays_as_it_is(transform, code: str) -> None:
    assert transform(code) == code + "\n"


def test_a_whole_library_stays_as_it_is(transform) -> None:
    for path in sorted(Path(pytest.__file__).parents[1].joinpath("_pytest").glob("*.py")):
        text = path.read_text()
        assert transform(text) == inputtransformer2.TransformerManager().transform_cell(text), path


inp = text(f"vis = '{MS}'\nspw = 0.5; usemask = 'auto-multithresh'\ninp tclean")
inp_again = text("inp", inp)
window = text("inp imview")
many_lines = text(
    'spw = ""; field = "0"\ntext = """\ngo\ninp tclean\n"""\n'
    "inp 'listobs'; answer = go(listobs)\n(text, answer['nfields'])",
    inp,
)
GOES = {
    "go": text("go", many_lines),
    "empty call": text("listobs();", many_lines),
    "bare name": text("listobs", many_lines),
}


@cell(many_lines)
def last_file() -> object:
    import os

    return os.path.exists("listobs.last"), os.path.exists("listobs.pre")


plain_call = text(f"flagdata('{MS}', mode='summary');")
forgotten = text("default listobs\n('vis' in globals(), 'field' in globals())", many_lines)
brought_back = text("tget listobs\n(vis, field)", forgotten)
saved = text(
    "tput listobs, 'a.saved'\nsaveinputs('listobs', 'b.saved')\ntput\nopen('a.saved').read() == open('b.saved').read()",
    brought_back,
)


@cell(brought_back)
def names_after_it() -> object:
    return __name__, "__file__" in globals()


@cell(saved)
def brought_back_from_a_file() -> object:
    global vis
    vis = 3
    tget(listobs, "a.saved")
    return vis


@cell()
def plots() -> None:
    global vis, xaxis
    default(plotms)
    vis = MS
    xaxis = "uvdist"
    go(plotms)


own_names = text("tclean = 3; go = 4\ngo\ntclean, go")
given_back = text("del go, tclean\ngo 'tclean'", own_names, fails=True)
keyword = text("inp 'listobs'; dict(go=1, inp=2)")
imports = text("from casatasks import tclean\nfrom math import pow\nfrom IPython.display import display\ngo = 5\ngo")
misspelt = text("del go\ninp 'tclaen'", imports)


@cell()
def plain() -> object:
    global vis
    vis = MS

    def imported():
        from casatasks import listobs

        return listobs()

    for call in (imported, casatasks.listobs):
        try:
            call()
        except AssertionError as error:
            print(error)
    return listobs is casatasks.listobs, len(listobs()) > 5


@cell(plain)
def looks_like_it() -> object:
    import inspect
    import pickle

    plain = pickle.loads(pickle.dumps(listobs))
    try:
        plain()
    except AssertionError:
        print("refused")

    def looks(task):
        return (
            inspect.signature(task),
            task.__doc__,
            inspect.getsource(type(task)),
            inspect.getmodule(task),
            repr(task).partition(" at ")[0],
        )

    return isinstance(listobs, type(casatasks.listobs)), looks(listobs) == looks(casatasks.listobs)


script = text(
    f"vis = 'no.ms'\nopen('lists.py', 'w').write('vis = \"{MS}\"\\nn = listobs()[\"nfields\"]')\n%run lists.py\nn"
)
lists = text("taskhelp\ntoolhelp()")
executed = text(
    "open('s.py', 'w').write('made = 5\\ndef f(): return listobs\\nhere = qa.quantity(\"1Jy\")')\n"
    "execfile 's.py'\n(made, callable(f()), here['value'])"
)


@cell(executed)
def executed_in_globals() -> object:
    global made
    made = 6
    execfile("s.py", globals())
    return made


@cell()
def executed_file() -> object:
    with open("where.py", "w") as file:
        file.write("place = __file__")
    execfile("where.py")
    return place, globals().get("__file__") == place


run = text("open('run.py', 'w').write('found = qa.quantity(\"2Jy\")[\"value\"]\\nlistobs')\n%run run.py\nfound")
doc = text("doc 'tclean'")


@cell()
def complete() -> object:
    return get_ipython().input_transformer_manager.check_complete("inp tclean\ngo")[0]


def listing(done: Cell) -> str:
    """What a cell has displayed, as text."""
    return "".join(data["text/plain"] for data in done.displays)


def result(done: Cell) -> str:
    return done.results[-1]["text/plain"]


def test_inp_shows_the_users_values_in_casas_colours(notebook: Notebook) -> None:
    lines = notebook(inp).stdout.splitlines()
    assert lines[0].startswith("# tclean -- ")
    assert any(line.startswith("vis ") and f"\x1b[34m'{MS}'" in line for line in lines)
    assert any("spw" in line and "\x1b[91m0.5" in line for line in lines)
    assert any("\x1b[1m\x1b[47musemask" in line for line in lines)
    assert any("\x1b[92mpbmask" in line for line in lines)
    assert 90 < max(map(len, lines)) < 140
    assert notebook(inp_again).stdout == notebook(inp).stdout


def test_first_inp_costs_little_more_than_casas_own_import(notebook: Notebook) -> None:
    assert notebook(inp_again).seconds < 0.2 and notebook(window).seconds < 2


def test_verbs_in_cells_of_many_lines_and_not_in_strings(notebook: Notebook) -> None:
    assert result(notebook(many_lines)) == r"('\ngo\ninp tclean\n', 1)"
    assert listing(notebook(many_lines)).count("MeasurementSet Name:") == 1


@pytest.mark.parametrize("code", GOES.values(), ids=GOES)
def test_go_runs_the_active_task_with_the_users_variables(notebook: Notebook, code: Code) -> None:
    assert listing(notebook(code)).count("MeasurementSet Name:") == 1
    assert "Fields: 1" in listing(notebook(code))


def test_last_files_are_casas_and_plain_calls_write_none(notebook: Notebook) -> None:
    assert result(notebook(last_file)) == "(True, False)"
    assert "flagdata.last" not in notebook(plain_call).new_files


def test_default_forgets_and_tget_brings_back(notebook: Notebook) -> None:
    assert result(notebook(forgotten)) == "(False, False)"
    assert result(notebook(brought_back)) == f"('{MS}', '0')"
    # CASA's tget makes the notebook a module of another name, whose functions no other process finds.
    assert result(notebook(names_after_it)) == "('__main__', False)"
    assert result(notebook(saved)) == "True" and result(notebook(brought_back_from_a_file)) == f"'{MS}'"


def test_go_of_plotms_shows_its_picture(notebook: Notebook) -> None:
    assert len(notebook(plots).pictures()) == 1


def test_names_belong_to_the_user(notebook: Notebook) -> None:
    assert result(notebook(own_names)) == "(3, 4)"
    assert "NameError" not in notebook(given_back).error
    assert result(notebook(keyword)) == "{'go': 1, 'inp': 2}"
    assert notebook(keyword).stdout.startswith("# listobs --")
    assert result(notebook(imports)) == "5"


def test_what_is_no_task_is_said(notebook: Notebook) -> None:
    assert notebook(misspelt).stdout == (
        "ERROR tclaen does not seem to be a CASA task\n[casa-kernel] Did you mean tclean?\n"
    )


def test_what_is_imported_from_casatasks_is_plain_casa(notebook: Notebook) -> None:
    wrong = "listobs(vis=''): give vis the path of something that exists.\n"
    assert notebook(plain).stdout.startswith(wrong * 2)
    assert result(notebook(plain)) == "(False, True)"
    assert result(notebook(looks_like_it)) == "(True, True)"
    assert notebook(looks_like_it).stdout == "refused\n"


def test_a_script_that_is_run_has_variables_of_its_own(notebook: Notebook) -> None:
    assert result(notebook(script)) == "3"


def test_lists_of_tasks_and_tools(notebook: Notebook) -> None:
    text = notebook(lists).stdout
    assert "tclean : " in text and "plotms : " in text and "instances: tb" in text


def test_execfile_defines_names_in_the_notebook(notebook: Notebook) -> None:
    assert result(notebook(executed)) == "(5, True, 1.0)"
    assert result(notebook(executed_in_globals)) == "5"
    assert result(notebook(executed_file)) == "('where.py', False)"


def test_a_script_that_is_run_has_casas_names(notebook: Notebook) -> None:
    assert result(notebook(run)) == "2.0"


def test_doc_opens_no_browser(notebook: Notebook) -> None:
    assert notebook(doc).stdout.startswith("[casa-kernel]") and "tclean" in notebook(doc).stdout


def test_front_ends_that_ask_learn_that_such_a_cell_is_complete(notebook: Notebook) -> None:
    assert result(notebook(complete)) == "'complete'"


def test_startup_file_is_run_and_last_files_can_be_off(tmp_path: Path) -> None:
    home, work = tmp_path / "home", tmp_path / "work"
    for folder in (home / ".casa", work):
        folder.mkdir(parents=True)
    (home / ".casa" / "startup.py").write_text("mine = qa.quantity('2Jy')['value']\nprint('started')\n")
    done = run_cells(
        unpack_data(work), ["mine", f"vis = '{MS}'\ngo 'listobs'", "tput\nmine"], HOME=str(home), CASA_KERNEL_LAST="off"
    )
    assert done[0].stdout.startswith("started") and done[0].results[0]["text/plain"] == "2.0"
    assert "MeasurementSet Name:" in listing(done[1])
    assert "started" not in done[2].stdout and done.new_files == {"listobs.last"}


def test_startup_file_can_lie_elsewhere(tmp_path: Path) -> None:
    home, work = tmp_path / "home", tmp_path / "work"
    for folder in (home / ".casa", work):
        folder.mkdir(parents=True)
    (home / "other.py").write_text("raise ValueError('in startup')\n")
    (home / ".casa" / "config.py").write_text(f"startupfile = '{home / 'other.py'}'\n")
    done = run_cells(work, ["1 + 1"], HOME=str(home))
    assert "in startup" in done[0].stdout + done[0].stderr and done[0].results[0]["text/plain"] == "2"

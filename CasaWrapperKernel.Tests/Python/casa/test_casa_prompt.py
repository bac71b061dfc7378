"""The verbs of the CASA prompt with real CASA, and that they leave ordinary code alone."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from casa_session import Cell, Session, run_cells, unpack_data

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


CELLS = {
    "inp": f"vis = '{MS}'\nspw = 0.5; usemask = 'auto-multithresh'\ninp tclean",
    "inp again": "inp",
    "many lines": 'spw = ""; field = "0"\ntext = """\ngo\ninp tclean\n"""\n'
    "inp 'listobs'; answer = go(listobs)\n(text, answer['nfields'])",
    "go": "go",
    "last file": "import os\n(os.path.exists('listobs.last'), os.path.exists('listobs.pre'))",
    "empty call": "listobs();",
    "bare name": "listobs",
    "default": "default listobs\n('vis' in globals(), 'field' in globals())",
    "tget": "tget listobs\n(vis, field)",
    "tput": "tput listobs, 'a.saved'\nsaveinputs('listobs', 'b.saved')\ntput\n"
    "open('a.saved').read() == open('b.saved').read()",
    "names after it": "__name__, '__file__' in globals()",
    "tget file": "vis = 3\ntget(listobs, 'a.saved')\nvis",
    "plain call": f"flagdata('{MS}', mode='summary');",
    "plots": f"default(plotms)\nvis = '{MS}'; xaxis = 'uvdist'\ngo(plotms)",
    "window": "inp imview",
    "own names": "tclean = 3; go = 4\ngo\ntclean, go",
    "given back": "del go, tclean\ngo 'tclean'",
    "keyword": "inp 'listobs'; dict(go=1, inp=2)",
    "imports": "from casatasks import tclean\nfrom math import pow\nfrom IPython.display import display\ngo = 5\ngo",
    "misspelt": "del go\ninp 'tclaen'",
    "plain": f"vis = '{MS}'\ndef imported():\n    from casatasks import listobs\n    return listobs()\n"
    "for call in (imported, casatasks.listobs):\n"
    "    try: call()\n    except AssertionError as error: print(error)\n"
    "listobs is casatasks.listobs, len(listobs()) > 5",
    "looks like it": "import inspect, pickle\n"
    "plain = pickle.loads(pickle.dumps(listobs))\n"
    "try: plain()\nexcept AssertionError: print('refused')\n"
    "def looks(task): return (inspect.signature(task), task.__doc__, inspect.getsource(type(task)),\n"
    "                         inspect.getmodule(task), repr(task).partition(' at ')[0])\n"
    "isinstance(listobs, type(casatasks.listobs)), looks(listobs) == looks(casatasks.listobs)",
    "script's variables": f"vis = 'no.ms'\nopen('lists.py', 'w').write('vis = \"{MS}\"\\nn = listobs()[\"nfields\"]')\n"
    "%run lists.py\nn",
    "help": "taskhelp\ntoolhelp()",
    "execfile": "open('s.py', 'w').write('made = 5\\ndef f(): return listobs\\nhere = qa.quantity(\"1Jy\")')\n"
    "execfile 's.py'\n(made, callable(f()), here['value'])",
    "execfile globals": "made = 6\nexecfile('s.py', globals())\nmade",
    "execfile file": "open('where.py', 'w').write('place = __file__')\nexecfile('where.py')\n"
    "(place, globals().get('__file__') == place)",
    "run": "open('run.py', 'w').write('found = qa.quantity(\"2Jy\")[\"value\"]\\nlistobs')\n%run run.py\nfound",
    "doc": "doc 'tclean'",
    "complete": "get_ipython().input_transformer_manager.check_complete('inp tclean\\ngo')[0]",
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return run_cells(unpack_data(tmp_path_factory.mktemp("prompt")), list(CELLS.values()))


def cell(session: Session, name: str) -> Cell:
    return session[list(CELLS).index(name)]


def listing(done: Cell) -> str:
    """What a cell has displayed, as text."""
    return "".join(data["text/plain"] for data in done.displays)


def result(session: Session, name: str) -> str:
    assert cell(session, name).error is None
    return cell(session, name).results[-1]["text/plain"]


def test_inp_shows_the_users_values_in_casas_colours(session: Session) -> None:
    lines = cell(session, "inp").stdout.splitlines()
    assert lines[0].startswith("# tclean -- ")
    assert any(line.startswith("vis ") and f"\x1b[34m'{MS}'" in line for line in lines)
    assert any("spw" in line and "\x1b[91m0.5" in line for line in lines)
    assert any("\x1b[1m\x1b[47musemask" in line for line in lines)
    assert any("\x1b[92mpbmask" in line for line in lines)
    assert 90 < max(map(len, lines)) < 140
    assert cell(session, "inp again").stdout == cell(session, "inp").stdout


def test_first_inp_costs_little_more_than_casas_own_import(session: Session) -> None:
    assert cell(session, "inp again").seconds < 0.2 and cell(session, "window").seconds < 2


def test_verbs_in_cells_of_many_lines_and_not_in_strings(session: Session) -> None:
    assert result(session, "many lines") == r"('\ngo\ninp tclean\n', 1)"
    assert listing(cell(session, "many lines")).count("MeasurementSet Name:") == 1


@pytest.mark.parametrize("name", ["go", "empty call", "bare name"])
def test_go_runs_the_active_task_with_the_users_variables(session: Session, name: str) -> None:
    assert cell(session, name).error is None
    assert listing(cell(session, name)).count("MeasurementSet Name:") == 1
    assert "Fields: 1" in listing(cell(session, name))


def test_last_files_are_casas_and_plain_calls_write_none(session: Session) -> None:
    assert result(session, "last file") == "(True, False)"
    assert cell(session, "plain call").error is None and "flagdata.last" not in session.new_files


def test_default_forgets_and_tget_brings_back(session: Session) -> None:
    assert result(session, "default") == "(False, False)"
    assert result(session, "tget") == f"('{MS}', '0')"
    # CASA's tget makes the notebook a module of another name, whose functions no other process finds.
    assert result(session, "names after it") == "('__main__', False)"
    assert result(session, "tput") == "True" and result(session, "tget file") == f"'{MS}'"


def test_go_of_plotms_shows_its_picture(session: Session) -> None:
    done = cell(session, "plots")
    assert done.error is None and len(done.pictures()) == 1


def test_names_belong_to_the_user(session: Session) -> None:
    assert result(session, "own names") == "(3, 4)"
    assert cell(session, "given back").error is not None and "NameError" not in cell(session, "given back").error
    assert result(session, "keyword") == "{'go': 1, 'inp': 2}"
    assert cell(session, "keyword").stdout.startswith("# listobs --")
    assert result(session, "imports") == "5"


def test_what_is_no_task_is_said(session: Session) -> None:
    assert cell(session, "misspelt").stdout == (
        "ERROR tclaen does not seem to be a CASA task\n[casa-kernel] Did you mean tclean?\n"
    )


def test_what_is_imported_from_casatasks_is_plain_casa(session: Session) -> None:
    wrong = "listobs(vis=''): give vis the path of something that exists.\n"
    assert cell(session, "plain").stdout.startswith(wrong * 2)
    assert result(session, "plain") == "(False, True)"
    assert result(session, "looks like it") == "(True, True)"
    assert cell(session, "looks like it").stdout == "refused\n"


def test_a_script_that_is_run_has_variables_of_its_own(session: Session) -> None:
    assert result(session, "script's variables") == "3"


def test_lists_of_tasks_and_tools(session: Session) -> None:
    text = cell(session, "help").stdout
    assert "tclean : " in text and "plotms : " in text and "instances: tb" in text


def test_execfile_defines_names_in_the_notebook(session: Session) -> None:
    assert result(session, "execfile") == "(5, True, 1.0)"
    assert result(session, "execfile globals") == "5"
    assert result(session, "execfile file") == "('where.py', False)"


def test_a_script_that_is_run_has_casas_names(session: Session) -> None:
    assert result(session, "run") == "2.0"


def test_doc_opens_no_browser(session: Session) -> None:
    assert cell(session, "doc").stdout.startswith("[casa-kernel]") and "tclean" in cell(session, "doc").stdout


def test_front_ends_that_ask_learn_that_such_a_cell_is_complete(session: Session) -> None:
    assert result(session, "complete") == "'complete'"


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

"""Help at the keyboard with real CASA: completion in calls, Shift-Tab, one sentence for a wrong argument."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

import pytest
from casa_notebook import Notebook
from casa_session import Cell
from cells import cell, text

from casawrapper.casa.data.kinds import kind_of, matches
from casawrapper.casa.keyboard.call_site import call_at
from casawrapper.casa.keyboard.completion import complete

if TYPE_CHECKING:
    from casa_prompt import casatasks, casatools, get_ipython, listobs, plotms, tclean

MS = "ngc5921_raw.ms"


@pytest.mark.parametrize(
    "code, callee, parameter, word, quoted",
    [
        ("plotms(xaxis='ti", "plotms", "xaxis", "ti", True),
        ("plotms(vis='a,b(c', xax", "plotms", None, "xax", False),
        ("x = a.plotms(\n  vis=['a', 'b", "a.plotms", "vis", "b", True),
        ("f(g(1, 2), field=", "f", "field", "", False),
        ("f('a', ", "f", None, "", False),
        ("f(a # (\n, s='", "f", "s", "", True),
        ('f(a="it\'s", b="', "f", "b", "", True),
        ("f('''x\n(''', '''y", "f", None, "y", True),
        ("x = 'never closed\nf(a='", "f", "a", "", True),
        ("(f(1), g(2), h(", "h", None, "", False),
    ],
)
def test_the_call_around_the_cursor(code: str, callee: str, parameter: str | None, word: str, quoted: bool) -> None:
    site = call_at(code, len(code))
    assert site is not None
    assert (site.callee, site.parameter, site.word, site.quoted) == (callee, parameter, word, quoted)
    assert code[site.start :] == word


@pytest.mark.parametrize("code", ["", "f", "f(1)", "[1, 2", "{'a': 3", "f(a) + ", "f(a.b", "f(3 + a", "# f(", "'f("])
def test_no_call_or_no_place_for_an_argument(code: str) -> None:
    assert call_at(code, len(code)) is None


def test_our_functions_are_known_before_casa_is_loaded() -> None:
    found = complete("casawrapper.", 12, {})
    assert found is not None and found.texts == ["image", "ms", "table"]
    assert complete("casawrapper.", 12, {"casawrapper": 3}) is None


def test_arguments_before_and_after_the_cursor() -> None:
    code = "f('x.ms', b=[1, 2], c='', vis='y.ms', d=name)"
    site = call_at(code, code.index("c='") + 3)
    assert site is not None and site.positional == ["'x.ms'"]
    assert site.given == {"b": "[1, 2]", "vis": "'y.ms'", "d": "name"}


def test_data_is_recognised_by_its_type_and_folders_lead_on(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, kind in (("a.ms", "Measurement Set"), ("a.im", "Image"), ("a.cal", "Calibration")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "table.dat").write_text("")
        (tmp_path / name / "table.info").write_text(f"Type = {kind}\nSubType = \n")
    (tmp_path / "ab").mkdir()
    (tmp_path / "a.fits").write_text("")
    assert kind_of("a.cal") == "Calibration" and kind_of("ab") is None
    assert matches("a", ("Measurement Set",)) == ["a.ms", "ab/"]
    assert matches("./a.", ("Image", "FITS")) == ["./a.fits", "./a.im"]
    assert matches("nowhere/", ("Image",)) == []


@cell()
def prepare() -> None:
    global before, mine, press_tab
    import json
    import os
    import time

    from IPython.core.completer import provisionalcompleter, rectify_completions

    def press_tab(code, rest):
        text = code + rest
        begin = time.perf_counter()
        with provisionalcompleter():
            found = list(rectify_completions(text, get_ipython().Completer.completions(text, len(code))))
        seconds = time.perf_counter() - begin
        start = found[0].start if found else 0
        print(json.dumps([[one.text for one in found], code[start : found[0].end] if found else "", seconds]))

    listobs(MS, verbose=False)
    before = {name: os.stat(os.path.join(MS, name)).st_mtime_ns for name in os.listdir(MS)}
    mine = MS
    os.mkdir("sky.image")
    open("sky.image/table.dat", "w").close()
    with open("sky.image/table.info", "w") as file:
        file.write("Type = Image\n")


@cell(prepare)
def tab(code: str, rest: str = "") -> None:
    press_tab(code, rest)


TABS = {
    "names": "tclean(vis='x', spec",
    "first name": "tclean(",
    "after the place": f"listobs('{MS}', sel",
    "allowed": "plotms(xaxis='tim",
    "allowed like x": "plotms(yaxis='am",
    "no quote yet": "tclean(deconvolver=",
    "bool": "tclean(restart=",
    "path": "plotms(vis='",
    "image": "x = casatasks.imstat(imagename='",
    "first argument": "listobs('ng",
    "list": "tclean(vis=['ng",
    "task": "inp tcl",
    "field": f"plotms(vis='{MS}', field='",
    "second": f"plotms(vis='{MS}', field='0, N5",
    "antenna": f"gaincal('{MS}', caltable='x', refant='2",
    "spw": f"plotms(vis='{MS}', spw='",
    "scan": "plotms(vis=mine, scan='",
    "correlation": f"plotms(vis=['{MS}'], correlation='R",
    "lines": f"plotms(vis='{MS}',\n       xaxis='time',\n       field='N",
    "not CASA's": "foo(xaxis='tim",
    "no data": "plotms(vis='nothing.ms', field='0",
}


@cell(prepare)
def more() -> None:
    global ct, made, path, several, tc
    import os
    import pathlib

    import casatasks as ct
    from casatasks import tclean as tc

    os.makedirs("sub")
    for link in ("my data.ms", "sub/x.ms", "gone.ms"):
        os.symlink(os.path.abspath(MS), link)
    os.environ["HOME"] = os.getcwd()
    several, path = [mine, "b.ms"], pathlib.Path(mine)
    made = casatools.msmetadata()
    press_tab("plotms(vis='gone.ms', scan='7", "")
    os.remove("gone.ms")


@cell(more)
def tab_after_more(code: str, rest: str) -> None:
    press_tab(code, rest)


N = ["N5921_2"]
FORMS = {
    "variable": ("plotms(vis=mine, field='N", "", N),
    "list in a variable": ("plotms(vis=several, field='N", "", N),
    "path object": ("plotms(vis=path, field='N", "", N),
    "variable of the cell": (f"v = '{MS}'  # raw\nplotms(vis=v, field='N", "", N),
    "list of the cell": (f"v = ['{MS}', 'b.ms']; plotms(vis=v, field='N", "", N),
    "alias": ("tc(specm", "", ["specmode="]),
    "module": ("casatasks.tclean(specm", "", ["specmode="]),
    "alias of the module": ("ct.tclean(specm", "", ["specmode="]),
    "alias in the cell": ("from casatasks import imstat as s, tclean as t\nt(specm", "", ["specmode="]),
    "module in the cell": ("import casatasks as c\nc.tclean(specm", "", ["specmode="]),
    "ms": ("ms.open('ng", "", [MS]),
    "table": ("tb.open('s", "", ["sky.image", "sub/"]),
    "subtable": (f"tb.open('{MS}/ANT", "", [f"{MS}/ANTENNA"]),
    "image": ("ia.open('s", "", ["sky.image", "sub/"]),
    "ours": ("casawrapper.image('s", "", ["sky.image", "sub/"]),
    "our names": ("casawrap", "", ["casawrapper"]),
    "by name": ("ms.open(thems='ng", "", [MS]),
    "tool of mine": ("made.open('ng", "", [MS]),
    "tool of the cell": ("m = msmetadata(); m.open('ng", "", [MS]),
    "tool by its constructor": ("m = mstool()\nm.open('ng", "", [MS]),
    "lines": (f"plotms(\n    vis='{MS}',  # it's raw\n    field='N", "'\n)", N),
    "within a list": ("plotms(vis=['a.ms', 'ng", "", [MS]),
    "after a comma": ("plotms(vis=mine, scan='1,7", "", ["7"]),
    "middle of a line": (f"x = plotms(vis='{MS}', field='N", "', xaxis='time'); y = 3", N),
    "double quotes": (f'plotms(vis="{MS}", field="N', '"', N),
    "f-string": ("plotms(vis=mine, field=f'N", "", N),
    "blank": ("plotms(vis='my d", "", ["my data.ms"]),
    "blank's field": ("plotms(vis='my data.ms', field='N", "", N),
    "folder": ("plotms(vis='sub/", "", ["sub/x.ms"]),
    "home": ("plotms(vis='~/sub/", "", ["~/sub/x.ms"]),
    "folder's field": ("plotms(vis='~/sub/x.ms', field='N", "", N),
    "verb in the cell": (f"default(plotms)\nvis = '{MS}'\nfield = 'N", "", N),
    "name of a task": ("x = imsubim", "", ["imsubimage"]),
    "vanished": ("plotms(vis='gone.ms', scan='7", "", []),
    "field's braces": ("plotms(vis=mine, field=f'{N5", "", []),
    "another object's": ("x = foo().tclean(specm", "", []),
    "within a text": ("print('imsubi", "", []),
}
variable = text(f"inp plotms\nvis = '{MS}'\npress_tab(\"field='N\", '')", prepare)


@cell(prepare)
def untouched() -> object:
    import os

    return {n: os.stat(os.path.join(MS, n)).st_mtime_ns for n in os.listdir(MS)} == before


@cell(prepare)
def inspect(name: str) -> None:
    print(get_ipython().object_inspect_mime(name)["text/plain"])


@cell()
def every_task() -> object:
    import inspect

    from casawrapper.casa.catalog.parameters import describe, parameters

    tasks = {name: getattr(casatasks, name) for name in casatasks.__all__}
    tasks = {n: t for n, t in tasks.items() if type(t).__module__.startswith("casatasks.")}

    def defaults(t):
        return [(p.name, repr(p.default)) for p in inspect.signature(t).parameters.values() if p.kind != p.VAR_KEYWORD]

    return (
        len(tasks) > 100,
        [n for n in tasks if not describe(n)],
        describe("print"),
        [n for n, t in tasks.items() if defaults(t) != [(p.name, p.default) for p in parameters(n).values()]],
    )


@cell()
def wrong_entries() -> object:
    from casawrapper.casa.catalog.parameters import describe, parameters

    return [describe(task).split(":")[0] for task in ("simanalyze", "simalma", "feather")], parameters("feather")[
        "highres"
    ].text


@cell(fails=True)
def wrong_type() -> None:
    global here
    here = 1
    listobs(MS, verbose="s")


traceback = text("%tb", wrong_type)


@cell(fails=True)
def wrong_value() -> None:
    plotms(vis=MS, xaxis="tine")


@cell(fails=True)
def no_file() -> None:
    listobs("no.ms")


@cell(fails=True)
def no_files() -> None:
    tclean(["no1.ms", "no2.ms"], imagename="x")


@cell(fails=True)
def several_mistakes() -> None:
    tclean([MS, "no.ms"], imagename="x", specmode="cubed", niter=3.5)


go = text("vis = 'no.ms'\ngo listobs", fails=True)


@cell()
def caught() -> None:
    try:
        listobs("no.ms")
    except AssertionError as error:
        print(type(error).__mro__[1].__name__)


def completions(done: Cell) -> tuple[list[str], str]:
    assert done.stderr == ""
    texts, fragment, _ = json.loads(done.stdout.splitlines()[-1])
    return texts, fragment


@pytest.mark.parametrize(
    "name, texts, fragment",
    [
        ("names", ["specmode="], "spec"),
        ("after the place", ["selectdata="], "sel"),
        ("allowed", ["time", "timeint", "timeinterval", "time_interval"], "tim"),
        ("allowed like x", ["amp", "amplitude"], "am"),
        ("bool", ["False", "True"], ""),
        ("path", [MS], ""),
        ("image", ["sky.image"], ""),
        ("first argument", [MS], "ng"),
        ("list", [MS], "ng"),
        ("task", ["tclean"], "tcl"),
        ("field", ["1331+30500002_0", "1445+09900002_0", "N5921_2", "0", "1", "2"], ""),
        ("second", ["N5921_2"], "N5"),
        ("antenna", ["2", "20", "21", "22", "23", "24", "25", "26", "27", "28"], "2"),
        ("spw", ["0"], ""),
        ("scan", [str(number) for number in range(1, 8)], ""),
        ("correlation", ["RR"], "R"),
        ("lines", ["N5921_2"], "N"),
    ],
)
def test_completion(notebook: Notebook, name: str, texts: list[str], fragment: str) -> None:
    assert completions(notebook(tab, code=TABS[name])) == (texts, fragment)


def test_completion_looks_behind_the_cursor(notebook: Notebook) -> None:
    assert completions(notebook(tab, code="plotms(field='N", rest=f"', vis='{MS}')")) == (["N5921_2"], "N")


def test_completion_after_a_verb_of_the_prompt(notebook: Notebook) -> None:
    assert completions(notebook(variable)) == (["N5921_2"], "N")


@pytest.mark.parametrize("name", FORMS)
def test_completion_in_every_form_of_call(notebook: Notebook, name: str) -> None:
    code, rest, expected = FORMS[name]
    texts, fragment = completions(notebook(tab_after_more, code=code, rest=rest))
    assert texts == expected and (not texts or code.endswith(fragment))


def test_all_parameters_come_in_their_order_and_values_with_quotes(notebook: Notebook) -> None:
    assert completions(notebook(tab, code=TABS["first name"]))[0][:3] == ["vis=", "selectdata=", "field="]
    assert "'hogbom'" in completions(notebook(tab, code=TABS["no quote yet"]))[0]


def test_other_calls_are_ipythons(notebook: Notebook) -> None:
    assert (
        "time" not in completions(notebook(tab, code=TABS["not CASA's"]))[0]
        and "0" not in completions(notebook(tab, code=TABS["no data"]))[0]
    )


def test_completion_is_quick_and_touches_no_data(notebook: Notebook) -> None:
    times = {name: json.loads(notebook(tab, code=code).stdout)[2] for name, code in TABS.items()}
    ours = [times[name] for name in ("allowed like x", "path", "second", "antenna", "spw", "scan", "lines")]
    assert max(ours) < 0.15, times
    assert notebook(untouched).results[0]["text/plain"] == "True"


def test_shift_tab_shows_each_parameter_on_a_line(notebook: Notebook) -> None:
    text = notebook(inspect, name="tclean").stdout
    lines = text.splitlines()
    assert "tclean: Radio Interferometric Image Reconstruction" in lines
    assert any(line.startswith("    niter=0,") and "# Maximum number of iterations" in line for line in lines)
    assert "Form images from visibilities" in text and max(map(len, lines)) < 95
    assert "    spw='',                   # spw(s)/channels to select" in lines and "\\" not in text
    assert "    xaxis='',                 # Plot x-axis" in notebook(inspect, name="plotms").stdout
    assert "Docstring:" in notebook(inspect, name="print").stdout


def test_every_task_is_described_by_its_own_file(notebook: Notebook) -> None:
    assert notebook(every_task).results[0]["text/plain"] == "(True, [], None, [])"
    names, text = ast.literal_eval(notebook(wrong_entries).results[0]["text/plain"])
    assert names == ["simanalyze", "simalma", "feather"] and "high resolution" in text


def test_a_wrong_argument_is_one_sentence(notebook: Notebook) -> None:
    done = notebook(wrong_type)
    assert done.error == "ParameterError: listobs(verbose='s'): verbose must be True or False."
    assert f"line 2: listobs('{MS}', verbose='s')" in done.stdout and "Traceback" not in done.stdout
    assert len(done.stdout.strip().splitlines()) == 3
    assert "_pc.validate" in notebook(traceback).stdout
    wrong = notebook(wrong_value).error
    assert "plotms(xaxis='tine'): Did you mean 'time'? xaxis must be one of " in wrong and "'uvdist'" in wrong
    assert "'no.ms' does not exist in /" in notebook(no_file).error
    assert "'no1.ms', 'no2.ms' do not exist in /" in notebook(no_files).error
    assert notebook(go).error == notebook(no_file).error


def test_several_wrong_arguments_have_a_line_each(notebook: Notebook) -> None:
    lines = notebook(several_mistakes).error.splitlines()
    assert len(lines) == 3 and "specmode='cubed'" in lines[1] and lines[2].endswith("niter must be a whole number.")


def test_it_is_still_casas_assertion_error(notebook: Notebook) -> None:
    assert notebook(caught).stdout == "AssertionError\n"

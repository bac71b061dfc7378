"""Calls that draw, would ask, or are gone from CASA, with real CASA: what each gives in a notebook."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest
from casa_notebook import Notebook
from casa_session import COLUMN, ink
from cells import Code, cell, text

if TYPE_CHECKING:
    from casa_prompt import (
        bandpass,
        cb,
        clean,
        flagcmd,
        gaincal,
        im,
        plotbandpass,
        plotcal,
        plotweather,
        polfromgain,
        setjy,
        simanalyze,
        tb,
    )

MS = "ngc5921_raw.ms"
FLAGS = {
    "inpmode": "list",
    "inpfile": ["antenna='VA01' reason='bad'", "antenna='VA02' reason='rain'"],
    "action": "plot",
}
open_figures = text("%config InlineBackend.close_figures = False")


@cell(open_figures)
def mine() -> None:
    global figure
    from matplotlib import pyplot as plt

    plt.plot([1, 2])
    figure = plt.gcf()


@cell(mine)
def flags() -> object:
    return flagcmd(MS, **FLAGS)["plotfiles"]


@cell(mine)
def flags_in_a_file() -> object:
    return flagcmd(MS, **FLAGS, plotfile="flags.png")["plotfiles"]


@cell()
def calibrate() -> None:
    setjy(MS, field="0", standard="Perley-Butler 2010")
    gaincal(MS, caltable="g.cal", field="0,1", refant="15")
    bandpass(MS, caltable="b.cal", field="0", refant="15")


@cell(mine, calibrate)
def polarization() -> object:
    return sorted(polfromgain(MS, tablein="g.cal"))


@cell(mine, calibrate)
def pages() -> None:
    plotbandpass("b.cal", xaxis="chan", yaxis="amp", antenna="2,3", subplot="11", figfile="bp.png")


@cell(mine, calibrate)
def overlay() -> None:
    plotbandpass("b.cal", xaxis="freq", yaxis="phase", overlay="antenna", interactive=False)


@cell(mine, calibrate)
def nothing() -> None:
    plotbandpass("g.cal", xaxis="chan", yaxis="phase", antenna="1")


@cell(mine, calibrate, fails=True)
def atmosphere() -> None:
    plotbandpass("b.cal", xaxis="freq", yaxis="amp", antenna="1", showatm=True, vis=MS)


@cell(mine, fails=True)
def weather() -> None:
    from casatools import table

    t = table()
    t.create(f"{MS}/WEATHER", {"TIME": COLUMN}, nrow=2)
    t.close()
    plotweather(MS)


@cell(fails=True)
def interactive_simanalyze() -> None:
    simanalyze(project="none", interactive=True, niter=5)


@cell(fails=True)
def gone_plotcal() -> None:
    plotcal("b.cal")


@cell(fails=True)
def gone_clean() -> None:
    print(clean)


@cell(fails=True)
def users_own() -> None:
    def f():
        clean  # noqa: B018, F823  (the mistake that it is about)
        clean = 1  # noqa: F841

    f()


misspelt = text("clea", fails=True)


@cell()
def asks() -> object:
    import ast
    import importlib.util
    import pathlib

    def asks(text):
        calls = [node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
        return any(getattr(call, "id", "") in ("input", "raw_input") for call in calls)

    found = set()
    for package in "casatasks", "casaplotms", "casaviewer":
        for folder in importlib.util.find_spec(package).submodule_search_locations:
            for file in pathlib.Path(folder).rglob("*.py"):
                text = file.read_text(errors="replace")
                if "input" in text and asks(text):
                    found.add(file.stem)
    return sorted(found)


@cell()
def browse() -> object:
    tb.open(f"{MS}/ANTENNA")
    return tb.browse(), tb.close()


@cell(browse, fails=True)
def browse_nothing() -> None:
    tb.browse()


@cell(mine)
def tools() -> object:
    im.open(MS)
    im.selectvis()
    im.defineimage(nx=64, cellx="30arcsec")
    cb.open(MS, addcorr=False, addmodel=False)
    done = im.plotuv(), im.plotvis(), im.plotweights(), im.plotsummary(), cb.plotcal([], [], [])
    im.close()
    cb.close()
    return done


@cell()
def packages() -> None:
    import casaplotms
    import casaviewer

    casaplotms.plotms()
    casaviewer.imview()
    casaviewer.msview()


@cell(mine, flags, flags_in_a_file, polarization, pages, overlay, nothing, atmosphere, weather, tools)
def figures() -> object:
    from matplotlib import pyplot as plt

    return 1 in plt.get_fignums(), len(figure.axes[0].lines)


@pytest.mark.parametrize(("code", "files"), [(flags, "[]"), (flags_in_a_file, "['flags.png']")], ids=str)
def test_flag_commands_are_drawn_once(notebook: Notebook, code: Code, files: str) -> None:
    done = notebook(code)
    assert done.results[0]["text/plain"] == files
    assert [output["text/plain"] for output in done.displays] == [f"flagcmd: {MS}"]
    assert ink(done.pictures()[0]) > 2000


def test_polfromgain_draws_nothing(notebook: Notebook) -> None:
    done = notebook(polarization)
    assert done.displays == []
    assert ast.literal_eval(done.results[0]["text/plain"]) == ["1331+30500002_0", "1445+09900002_0"]


def test_plotbandpass_keeps_the_files_and_shows_all_pages_at_once(notebook: Notebook) -> None:
    done = notebook(pages)
    assert len(done.displays) == 1 and len(done.pages()) == 2
    assert {name for name in done.new_files if name.startswith("bp")} == {"bp.3.spw00.t00.png", "bp.4.spw00.t00.png"}


def test_plotbandpass_needs_no_figfile(notebook: Notebook) -> None:
    done = notebook(overlay)
    assert "[casa-kernel]" not in done.stdout and done.pictures()
    assert all(ink(page) > 1000 for page in done.pictures())


def test_plotbandpass_says_when_it_has_drawn_nothing(notebook: Notebook) -> None:
    done = notebook(nothing)
    assert done.displays == [] and "plotbandpass has drawn nothing" in done.stdout


def test_plotbandpass_without_weather_is_one_sentence(notebook: Notebook) -> None:
    assert notebook(atmosphere).error.startswith("CannotRun: plotbandpass takes the weather for showatm")


def test_plotweather_names_the_columns_that_are_missing(notebook: Notebook) -> None:
    done = notebook(weather)
    assert done.error == (
        f"CannotRun: plotweather cannot use the WEATHER table of {MS}, which lacks TEMPERATURE, "
        "DEW_POINT, WIND_SPEED, WIND_DIRECTION, PRESSURE, REL_HUMIDITY."
    )
    assert done.seconds < 20


def test_interactive_simanalyze_is_refused_too(notebook: Notebook) -> None:
    assert notebook(interactive_simanalyze).error.startswith("CannotRun: interactive=True opens a window")


@pytest.mark.parametrize(
    ("code", "name", "words"),
    [
        (gone_plotcal, "plotcal", "plotms(vis='my.cal') draws calibration tables"),
        (gone_clean, "clean", "tclean makes and cleans images"),
    ],
    ids=str,
)
def test_names_that_casa_has_no_more_lead_to_what_does_the_same(
    notebook: Notebook, code: Code, name: str, words: str
) -> None:
    done = notebook(code)
    assert done.error == f"NameError: name '{name}' is not defined"
    assert f"[casa-kernel] This CASA has no {name}: {words}" in done.stdout


def test_other_names_lead_nowhere(notebook: Notebook) -> None:
    for code in users_own, misspelt:
        assert "[casa-kernel]" not in notebook(code).stdout


def test_no_other_task_asks(notebook: Notebook) -> None:
    assert notebook(asks).results[0]["text/plain"] == "['task_plotbandpass']"


def test_the_table_tool_shows_its_table(notebook: Notebook) -> None:
    done = notebook(browse)
    assert len(done.displays) == 1
    assert "VLA:N7" in done.displays[0]["text/html"]
    assert notebook(browse_nothing).displays == []


def test_the_tools_plots_draw_nothing_and_wait_for_nothing(notebook: Notebook) -> None:
    done = notebook(tools)
    assert done.displays == [] and done.seconds < 20
    assert done.results[0]["text/plain"] == "(False, False, False, False, False)"


def test_packages_of_casa_say_the_same_as_their_tasks(notebook: Notebook) -> None:
    done = notebook(packages)
    assert done.stdout.count("[casa-kernel]") == 3
    assert "plotms has nothing" in done.stdout


def test_calls_leave_the_users_figure_alone(notebook: Notebook) -> None:
    assert notebook(figures).results[0]["text/plain"] == "(True, 1)"


def test_calls_leave_only_the_files_they_name(notebook: Notebook) -> None:
    assert notebook.files_left() == {"g.cal", "b.cal", "flags.png", "bp.3.spw00.t00.png", "bp.4.spw00.t00.png"}

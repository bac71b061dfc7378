"""Calls that draw, would ask, or are gone from CASA, with real CASA: what each gives in a notebook."""

from __future__ import annotations

import ast

import pytest
from casa_session import Cell, Session, ink, run_cells, unpack_data

MS = "ngc5921_raw.ms"
FLAGS = "inpmode='list', inpfile=[\"antenna='VA01' reason='bad'\", \"antenna='VA02' reason='rain'\"], action='plot'"
ASKS = """
import ast, importlib.util, pathlib
def asks(text):
    calls = [node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return any(getattr(call, 'id', '') in ('input', 'raw_input') for call in calls)
found = set()
for package in 'casatasks', 'casaplotms', 'casaviewer':
    for folder in importlib.util.find_spec(package).submodule_search_locations:
        for file in pathlib.Path(folder).rglob('*.py'):
            text = file.read_text(errors='replace')
            if 'input' in text and asks(text):
                found.add(file.stem)
sorted(found)
"""
CELLS = {
    "mine": "from matplotlib import pyplot as plt\nplt.plot([1, 2]); mine = plt.gcf()",
    "flags": f"flagcmd('{MS}', {FLAGS})['plotfiles']",
    "flags file": f"flagcmd('{MS}', {FLAGS}, plotfile='flags.png')['plotfiles']",
    "calibrate": f"setjy('{MS}', field='0', standard='Perley-Butler 2010')\n"
    f"gaincal('{MS}', caltable='g.cal', field='0,1', refant='15')\n"
    f"bandpass('{MS}', caltable='b.cal', field='0', refant='15');",
    "polarization": f"sorted(polfromgain('{MS}', tablein='g.cal'))",
    "pages": "plotbandpass('b.cal', xaxis='chan', yaxis='amp', antenna='2,3', subplot='11', figfile='bp.png')",
    "overlay": "plotbandpass('b.cal', xaxis='freq', yaxis='phase', overlay='antenna', interactive=False)",
    "nothing": "plotbandpass('g.cal', xaxis='chan', yaxis='phase', antenna='1')",
    "atmosphere": f"plotbandpass('b.cal', xaxis='freq', yaxis='amp', antenna='1', showatm=True, vis='{MS}')",
    "weather": f"from casatools import table\nimport numpy as np\nt = table(); t.create('{MS}/WEATHER', "
    "{'TIME': {'valueType': 'double', 'dataManagerType': 'StandardStMan', 'dataManagerGroup': 'w', "
    "'option': 0, 'maxlen': 0, 'comment': ''}}, nrow=2); t.close()\n"
    f"plotweather('{MS}')",
    "interactive simanalyze": "simanalyze(project='none', interactive=True, niter=5)",
    "plotcal": "plotcal('b.cal')",
    "clean": "print(clean)",
    "users own": "def f():\n    clean\n    clean = 1\nf()",
    "misspelt": "clea",
    "asks": ASKS,
    "browse": f"tb.open('{MS}/ANTENNA')\ntb.browse(), tb.close()",
    "browse nothing": "tb.browse()",
    "tools": f"im.open('{MS}'); im.selectvis(); im.defineimage(nx=64, cellx='30arcsec')\n"
    f"cb.open('{MS}', addcorr=False, addmodel=False)\n"
    "done = im.plotuv(), im.plotvis(), im.plotweights(), im.plotsummary(), cb.plotcal([], [], [])\n"
    "im.close(); cb.close()\ndone",
    "packages": "import casaplotms, casaviewer\ncasaplotms.plotms(); casaviewer.imview(); casaviewer.msview()",
    "figures": "(1 in plt.get_fignums(), len(mine.axes[0].lines))",
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return run_cells(
        unpack_data(tmp_path_factory.mktemp("calls")), ["%config InlineBackend.close_figures = False", *CELLS.values()]
    )


def cell(session: Session, name: str) -> Cell:
    return session[1 + list(CELLS).index(name)]


@pytest.mark.parametrize(("name", "files"), [("flags", "[]"), ("flags file", "['flags.png']")])
def test_flag_commands_are_drawn_once(session: Session, name: str, files: str) -> None:
    done = cell(session, name)
    assert done.error is None and done.results[0]["text/plain"] == files
    assert [output["text/plain"] for output in done.displays] == [f"flagcmd: {MS}"]
    assert ink(done.pictures()[0]) > 2000


def test_polfromgain_draws_nothing(session: Session) -> None:
    done = cell(session, "polarization")
    assert done.error is None and done.displays == []
    assert ast.literal_eval(done.results[0]["text/plain"]) == ["1331+30500002_0", "1445+09900002_0"]


def test_plotbandpass_keeps_the_files_and_shows_all_pages_at_once(session: Session) -> None:
    done = cell(session, "pages")
    assert done.error is None and len(done.displays) == 1 and len(done.pages()) == 2
    assert {name for name in session.new_files if name.startswith("bp")} == {"bp.3.spw00.t00.png", "bp.4.spw00.t00.png"}


def test_plotbandpass_needs_no_figfile(session: Session) -> None:
    done = cell(session, "overlay")
    assert done.error is None and "[casa-kernel]" not in done.stdout and done.pictures()
    assert all(ink(page) > 1000 for page in done.pictures())


def test_plotbandpass_says_when_it_has_drawn_nothing(session: Session) -> None:
    done = cell(session, "nothing")
    assert done.error is None and done.displays == [] and "plotbandpass has drawn nothing" in done.stdout


def test_plotbandpass_without_weather_is_one_sentence(session: Session) -> None:
    assert cell(session, "atmosphere").error.startswith("CannotRun: plotbandpass takes the weather for showatm")


def test_plotweather_names_the_columns_that_are_missing(session: Session) -> None:
    done = cell(session, "weather")
    assert done.error == (
        f"CannotRun: plotweather cannot use the WEATHER table of {MS}, which lacks TEMPERATURE, "
        "DEW_POINT, WIND_SPEED, WIND_DIRECTION, PRESSURE, REL_HUMIDITY."
    )
    assert done.seconds < 20


def test_interactive_simanalyze_is_refused_too(session: Session) -> None:
    assert cell(session, "interactive simanalyze").error.startswith("CannotRun: interactive=True opens a window")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("plotcal", "plotms(vis='my.cal') draws calibration tables"),
        ("clean", "tclean makes and cleans images"),
    ],
)
def test_names_that_casa_has_no_more_lead_to_what_does_the_same(session: Session, name: str, words: str) -> None:
    done = cell(session, name)
    assert done.error == f"NameError: name '{name}' is not defined"
    assert f"[casa-kernel] This CASA has no {name}: {words}" in done.stdout


def test_other_names_lead_nowhere(session: Session) -> None:
    for name in "users own", "misspelt":
        assert cell(session, name).error and "[casa-kernel]" not in cell(session, name).stdout


def test_no_other_task_asks(session: Session) -> None:
    assert cell(session, "asks").results[0]["text/plain"] == "['task_plotbandpass']"


def test_the_table_tool_shows_its_table(session: Session) -> None:
    done = cell(session, "browse")
    assert done.error is None and len(done.displays) == 1
    assert "VLA:N7" in done.displays[0]["text/html"]
    assert cell(session, "browse nothing").error and cell(session, "browse nothing").displays == []


def test_the_tools_plots_draw_nothing_and_wait_for_nothing(session: Session) -> None:
    done = cell(session, "tools")
    assert done.error is None and done.displays == [] and done.seconds < 20
    assert done.results[0]["text/plain"] == "(False, False, False, False, False)"


def test_packages_of_casa_say_the_same_as_their_tasks(session: Session) -> None:
    done = cell(session, "packages")
    assert done.error is None and done.stdout.count("[casa-kernel]") == 3
    assert "plotms has nothing" in done.stdout


def test_calls_leave_the_users_figure_alone(session: Session) -> None:
    assert cell(session, "figures").results[0]["text/plain"] == "(True, 1)"


def test_calls_leave_only_the_files_they_name(session: Session) -> None:
    assert session.new_files == {"g.cal", "b.cal", "flags.png", "bp.3.spw00.t00.png", "bp.4.spw00.t00.png"}

"""Tasks of casatasks with real CASA: listings, figures, interactive arguments, the door."""

from __future__ import annotations

from pathlib import Path

import pytest
from casa_session import Cell, Session, ink, run_cells, unpack_data

MS = "ngc5921_raw.ms"
OBSERVE = """
from casawrapper.casa.tasks.table import PIPELINE
records = []
def note(record, proceed):
    records.append(record)
    return proceed()
PIPELINE.stages.insert(0, note)
"""
WEATHER = f"""
from casatools import table
import numpy as np
values = {{'TIME': [4.3044815e9, 4.3044860e9], 'TEMPERATURE': [285, 290], 'DEW_POINT': [275, 276],
          'WIND_SPEED': [2, 4], 'WIND_DIRECTION': [0, 1], 'PRESSURE': [790, 791], 'REL_HUMIDITY': [40, 50]}}
column = {{'valueType': 'double', 'dataManagerType': 'StandardStMan', 'dataManagerGroup': 'w', 'option': 0,
          'maxlen': 0, 'comment': ''}}
t = table(); t.create('{MS}/WEATHER', {{name: dict(column) for name in values}}, nrow=2)
for name, cells in values.items(): t.putcol(name, np.array(cells, float))
t.close()
plotweather('{MS}', plotName='w.pdf');
"""
CELLS = {
    "listobs": f"listobs('{MS}')",
    "kept": f"answer = listobs(vis='{MS}', verbose=False)",
    "answer": "answer",
    "as dict": "import pickle\n(isinstance(answer, dict), answer['nfields'], type(pickle.loads(pickle.dumps(answer))))",
    "listfile": f"listobs('{MS}', listfile='lo.txt');",
    "listvis": f"listvis('{MS}', spw='0:5', antenna='1')",
    "listvis file": f"listvis('{MS}', spw='0:5', antenna='1&2', listfile='lv.txt')\nlen(open('lv.txt').readlines())",
    "listcal": f"gaincal('{MS}', caltable='g.cal', field='0', refant='15', solint='60s');\n"
    f"listcal('{MS}', caltable='g.cal')",
    "plotants": f"from matplotlib import pyplot as plt\nplt.plot([1, 2]); mine = plt.gcf().number\n"
    f"plotants('{MS}', figfile='pa.png')\n(plt.get_fignums() == [mine], len(plt.gca().lines))",
    "plotants again": f"plt.close('all')\nplotants('{MS}')\nplt.get_fignums()",
    "interactive": f"tclean('{MS}', imagename='im', imsize=32, cell='60arcsec', niter=5, interactive=True)",
    "interactive deconvolve": "deconvolve('im', interactive=True)",
    "data display": f"flagdata('{MS}', mode='clip', clipminmax=[0, 100], action='calculate', display='data'); "
    f"flagdata('{MS}', mode='summary', display='both')['total']",
    "weather": WEATHER,
    "profiles": "from casatools import image\nimport numpy as np\ni = image()\n"
    "i.fromarray('p.im', np.random.default_rng(1).random((8, 8, 1, 30))); i.close()\n"
    "plotprofilemap('p.im', figfile='profiles.png', numpanels='4')",
    "display": f"flagdata('{MS}', mode='summary', display='report')['total']",
    "calibrate": f"setjy('{MS}', field='0', standard='Perley-Butler 2010')\n"
    f"bandpass('{MS}', caltable='b.cal', field='0', refant='15');",
    "plotbandpass": "plotbandpass('b.cal', xaxis='chan', yaxis='amp', antenna='1~4');",
    "observed": OBSERVE + f"vishead('{MS}', mode='get', hdkey='telescope')\n"
    f"try: flagmanager('{MS}', mode='restore', versionname='none')\n"
    "except Exception: pass\n[(one.call.name, one.call.depth, one.call.arguments.get('vis'), "
    "type(one.result).__name__, repr(one.error)[:12]) for one in records]",
    "casalogger": "from casalogger import casalogger\ncasalogger()",
    "bad argument": f"listobs('{MS}', verbose='sometimes')",
    "meta": "import inspect\n(str(inspect.signature(listobs))[:25], 'listobs' in listobs.__doc__)",
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return run_cells(unpack_data(tmp_path_factory.mktemp("tasks")), list(CELLS.values()))


def cell(session: Session, name: str) -> Cell:
    return session[list(CELLS).index(name)]


def test_listing_is_printed_once_and_the_dictionary_not_at_all(session: Session) -> None:
    done = cell(session, "listobs")
    assert done.error is None and done.results == []
    (listing,) = [output["text/plain"] for output in done.displays]
    assert listing.count("MeasurementSet Name:") == 1 and done.stdout == ""
    assert "VLA:N7" in listing and "INFO" not in listing


def test_listvis_does_not_ask_and_shows_its_beginning(session: Session) -> None:
    done = cell(session, "listvis")
    (listing,) = [output["text/plain"] for output in done.displays]
    assert done.error is None and "RETURN to continue" not in listing
    assert "09:19:30.0 1-2 " in listing and "These are the first 200 lines" in done.stdout
    assert len(listing.splitlines()) == 200 and len(done.stdout.splitlines()) == 1
    assert int(cell(session, "listvis file").results[0]["text/plain"]) > 20


def test_listcal_does_not_ask(session: Session) -> None:
    done = cell(session, "listcal")
    (listing,) = [output["text/plain"] for output in done.displays]
    assert done.error is None and "RETURN to continue" not in listing and done.stdout == ""
    assert "| Ant = 28 " in listing and listing.rstrip().endswith("Listed 112 antenna solutions.")


def test_listing_stays_in_casas_log(session: Session) -> None:
    assert "MeasurementSet Name:" in Path(session.logfile).read_text()


def test_dictionary_is_there_in_later_cells(session: Session) -> None:
    assert cell(session, "answer").results[0]["text/plain"].startswith("{'BeginTime'")
    assert cell(session, "as dict").results[0]["text/plain"] == "(True, 3, dict)"


def test_listfile_is_honoured(session: Session) -> None:
    assert cell(session, "listfile").stdout == ""
    assert "lo.txt" in session.new_files


def test_plotants_shows_its_figure_once_and_draws_where_plain_casa_draws(session: Session) -> None:
    # Into the current figure, which it clears.
    assert cell(session, "plotants").results[0]["text/plain"] == "(True, 27)"
    assert cell(session, "plotants again").results[0]["text/plain"] == "[1]"
    for name in ("plotants", "plotants again"):
        (picture,) = cell(session, name).pictures()
        assert 400 < picture.width < 900 and ink(picture) > 2000


def test_interactive_clean_is_refused_with_the_ways_out(session: Session) -> None:
    done = cell(session, "interactive")
    assert done.error.startswith("CannotRun: interactive=True") and "auto-multithresh" in done.error
    assert done.seconds < 10 and not any(name.startswith("im.") for name in session.new_files)


def test_interactive_deconvolution_is_refused_too(session: Session) -> None:
    assert "cubevis" in cell(session, "interactive deconvolve").error


@pytest.mark.parametrize("display", ["data", "both"])
def test_flagdata_shows_no_window_for_data_either(session: Session, display: str) -> None:
    done = cell(session, "data display")
    assert done.error is None and f"flagdata(display='{display}')" in done.stdout
    assert float(done.results[0]["text/plain"]) == 9477 * 15 * 2


def test_weather_is_shown_whatever_file_it_is_written_to(session: Session) -> None:
    done = cell(session, "weather")
    assert done.error is None and len(done.pictures()) == 1 and ink(done.pictures()[0]) > 2000
    assert done.displays[0]["text/plain"] == f"plotweather: weather and opacity during {MS}"
    assert "w.pdf" in session.new_files


def test_profile_map_is_shown_once_and_described(session: Session) -> None:
    done = cell(session, "profiles")
    assert done.error is None and len(done.pictures()) == 1 and ink(done.pictures()[0]) > 2000
    assert done.displays[0]["text/plain"] == "plotprofilemap: p.im" and "profiles.png" in session.new_files


def test_flagdata_display_becomes_a_notice(session: Session) -> None:
    done = cell(session, "display")
    assert done.error is None and done.stdout.count("[casa-kernel]") == 1
    assert float(done.results[0]["text/plain"]) == 9477 * 15 * 2


def test_plotbandpass_does_not_ask_and_shows_its_pages(session: Session) -> None:
    done = cell(session, "plotbandpass")
    assert done.error is None and "interactive=False" in done.stdout
    assert len(done.pictures()) >= 1 and all(ink(page) > 1000 for page in done.pictures())


def test_a_stage_sees_arguments_result_and_failure(session: Session) -> None:
    assert cell(session, "observed").results[0]["text/plain"].replace("\n", "").replace("  ", " ") == (
        f"[('vishead', 0, '{MS}', 'tuple', 'None'), ('flagmanager', 0, '{MS}', 'NoneType', 'RuntimeError')]"
    )


def test_casas_argument_checks_stay(session: Session) -> None:
    assert cell(session, "bad argument").error.startswith("ParameterError: listobs(verbose=")
    assert cell(session, "meta").results[0]["text/plain"] == "(\"(vis='', selectdata=True,\", True)"


def test_log_window_is_a_notice(session: Session) -> None:
    done = cell(session, "casalogger")
    assert done.error is None and "log window" in done.stdout and done.stderr == ""


def test_files_are_the_users_and_no_others(session: Session) -> None:
    assert session.new_files == {
        "lo.txt",
        "lv.txt",
        "pa.png",
        "b.cal",
        "g.cal",
        "p.im",
        "profiles.png",
        "w.pdf",
        f"{MS}.flagversions",
    }

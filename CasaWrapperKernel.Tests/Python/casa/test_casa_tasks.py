"""Tasks of casatasks with real CASA: listings, figures, interactive arguments, the door."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from casa_notebook import Notebook
from casa_session import COLUMN, ink
from cells import cell

if TYPE_CHECKING:
    from casa_prompt import (
        bandpass,
        deconvolve,
        flagdata,
        flagmanager,
        gaincal,
        listcal,
        listobs,
        listvis,
        plotants,
        plotbandpass,
        plotprofilemap,
        plotweather,
        setjy,
        tclean,
        vishead,
    )

MS = "ngc5921_raw.ms"


@cell()
def listing() -> object:
    return listobs(MS)


@cell()
def kept() -> None:
    global answer
    answer = listobs(vis=MS, verbose=False)


@cell(kept)
def its_answer() -> object:
    return answer


@cell(kept)
def as_dict() -> object:
    import pickle

    return isinstance(answer, dict), answer["nfields"], type(pickle.loads(pickle.dumps(answer)))


@cell()
def listfile() -> None:
    listobs(MS, listfile="lo.txt")


@cell()
def visibilities() -> object:
    return listvis(MS, spw="0:5", antenna="1")


@cell()
def visibilities_in_a_file() -> object:
    listvis(MS, spw="0:5", antenna="1&2", listfile="lv.txt")
    return len(open("lv.txt").readlines())


@cell()
def solutions() -> object:
    gaincal(MS, caltable="g.cal", field="0", refant="15", solint="60s")
    return listcal(MS, caltable="g.cal")


@cell()
def antennas() -> object:
    from matplotlib import pyplot as plt

    plt.plot([1, 2])
    mine = plt.gcf().number
    plotants(MS, figfile="pa.png")
    return plt.get_fignums() == [mine], len(plt.gca().lines)


@cell(antennas)
def antennas_again() -> object:
    from matplotlib import pyplot as plt

    plt.close("all")
    plotants(MS)
    return plt.get_fignums()


@cell(listing, fails=True)
def interactive() -> None:
    tclean(MS, imagename="im", imsize=32, cell="60arcsec", niter=5, interactive=True)


@cell(fails=True)
def interactive_deconvolution() -> None:
    deconvolve("im", interactive=True)


@cell()
def data_display() -> object:
    flagdata(MS, mode="clip", clipminmax=[0, 100], action="calculate", display="data")
    return flagdata(MS, mode="summary", display="both")["total"]


@cell()
def weather() -> None:
    import numpy as np
    from casatools import table

    values = {
        "TIME": [4.3044815e9, 4.3044860e9],
        "TEMPERATURE": [285, 290],
        "DEW_POINT": [275, 276],
        "WIND_SPEED": [2, 4],
        "WIND_DIRECTION": [0, 1],
        "PRESSURE": [790, 791],
        "REL_HUMIDITY": [40, 50],
    }
    t = table()
    t.create(f"{MS}/WEATHER", dict.fromkeys(values, COLUMN), nrow=2)
    for name, cells in values.items():
        t.putcol(name, np.array(cells, float))
    t.close()
    plotweather(MS, plotName="w.pdf")


@cell()
def profiles() -> object:
    import numpy as np
    from casatools import image

    i = image()
    i.fromarray("p.im", np.random.default_rng(1).random((8, 8, 1, 30)))
    i.close()
    return plotprofilemap("p.im", figfile="profiles.png", numpanels="4")


@cell()
def display_of_a_report() -> object:
    return flagdata(MS, mode="summary", display="report")["total"]


@cell()
def pages_of_a_bandpass() -> None:
    setjy(MS, field="0", standard="Perley-Butler 2010")
    bandpass(MS, caltable="b.cal", field="0", refant="15")
    plotbandpass("b.cal", xaxis="chan", yaxis="amp", antenna="1~4")


@cell()
def observed() -> object:
    import contextlib

    from casawrapper.casa.tasks.table import PIPELINE

    records = []

    def note(record, proceed):
        records.append(record)
        return proceed()

    PIPELINE.stages.insert(0, note)
    vishead(MS, mode="get", hdkey="telescope")
    with contextlib.suppress(Exception):
        flagmanager(MS, mode="restore", versionname="none")
    PIPELINE.stages.remove(note)
    return [
        (one.call.name, one.call.depth, one.call.arguments.get("vis"), type(one.result).__name__, repr(one.error)[:12])
        for one in records
    ]


@cell()
def log_window() -> object:
    from casalogger import casalogger

    return casalogger()


@cell(fails=True)
def bad_argument() -> None:
    listobs(MS, verbose="sometimes")


@cell()
def signature() -> object:
    import inspect

    return str(inspect.signature(listobs))[:25], "listobs" in listobs.__doc__


def test_listing_is_printed_once_and_the_dictionary_not_at_all(notebook: Notebook) -> None:
    done = notebook(listing)
    assert done.results == []
    (text,) = [output["text/plain"] for output in done.displays]
    assert text.count("MeasurementSet Name:") == 1 and done.stdout == ""
    assert "VLA:N7" in text and "INFO" not in text


def test_listvis_does_not_ask_and_shows_its_beginning(notebook: Notebook) -> None:
    done = notebook(visibilities)
    (text,) = [output["text/plain"] for output in done.displays]
    assert "RETURN to continue" not in text
    assert "09:19:30.0 1-2 " in text and "These are the first 200 lines" in done.stdout
    assert len(text.splitlines()) == 200 and len(done.stdout.splitlines()) == 1
    assert int(notebook(visibilities_in_a_file).results[0]["text/plain"]) > 20


def test_listcal_does_not_ask(notebook: Notebook) -> None:
    done = notebook(solutions)
    (text,) = [output["text/plain"] for output in done.displays]
    assert "RETURN to continue" not in text and done.stdout == ""
    assert "| Ant = 28 " in text and text.rstrip().endswith("Listed 112 antenna solutions.")


def test_listing_stays_in_casas_log(notebook: Notebook) -> None:
    assert "MeasurementSet Name:" in Path(notebook(listing).logfile or "").read_text()


def test_dictionary_is_there_in_later_cells(notebook: Notebook) -> None:
    assert notebook(its_answer).results[0]["text/plain"].startswith("{'BeginTime'")
    assert notebook(as_dict).results[0]["text/plain"] == "(True, 3, dict)"


def test_listfile_is_honoured(notebook: Notebook) -> None:
    assert notebook(listfile).stdout == ""
    assert "lo.txt" in notebook(listfile).new_files


def test_plotants_shows_its_figure_once_and_draws_where_plain_casa_draws(notebook: Notebook) -> None:
    # Into the current figure, which it clears.
    assert notebook(antennas).results[0]["text/plain"] == "(True, 27)"
    assert notebook(antennas_again).results[0]["text/plain"] == "[1]"
    for code in (antennas, antennas_again):
        (picture,) = notebook(code).pictures()
        assert 400 < picture.width < 900 and ink(picture) > 2000


def test_interactive_clean_is_refused_with_the_ways_out(notebook: Notebook) -> None:
    done = notebook(interactive)
    assert done.error.startswith("CannotRun: interactive=True") and "auto-multithresh" in done.error
    assert done.seconds < 10 and not any(name.startswith("im.") for name in done.new_files)


def test_interactive_deconvolution_is_refused_too(notebook: Notebook) -> None:
    assert "cubevis" in notebook(interactive_deconvolution).error


@pytest.mark.parametrize("display", ["data", "both"])
def test_flagdata_shows_no_window_for_data_either(notebook: Notebook, display: str) -> None:
    done = notebook(data_display)
    assert f"flagdata(display='{display}')" in done.stdout
    assert float(done.results[0]["text/plain"]) == 9477 * 15 * 2


def test_weather_is_shown_whatever_file_it_is_written_to(notebook: Notebook) -> None:
    done = notebook(weather)
    assert len(done.pictures()) == 1 and ink(done.pictures()[0]) > 2000
    assert done.displays[0]["text/plain"] == f"plotweather: weather and opacity during {MS}"
    assert "w.pdf" in done.new_files


def test_profile_map_is_shown_once_and_described(notebook: Notebook) -> None:
    done = notebook(profiles)
    assert len(done.pictures()) == 1 and ink(done.pictures()[0]) > 2000
    assert done.displays[0]["text/plain"] == "plotprofilemap: p.im" and "profiles.png" in done.new_files


def test_flagdata_display_becomes_a_notice(notebook: Notebook) -> None:
    done = notebook(display_of_a_report)
    assert done.stdout.count("[casa-kernel]") == 1
    assert float(done.results[0]["text/plain"]) == 9477 * 15 * 2


def test_plotbandpass_does_not_ask_and_shows_its_pages(notebook: Notebook) -> None:
    done = notebook(pages_of_a_bandpass)
    assert "interactive=False" in done.stdout
    assert len(done.pictures()) >= 1 and all(ink(page) > 1000 for page in done.pictures())


def test_a_stage_sees_arguments_result_and_failure(notebook: Notebook) -> None:
    assert notebook(observed).results[0]["text/plain"].replace("\n", "").replace("  ", " ") == (
        f"[('vishead', 0, '{MS}', 'tuple', 'None'), ('flagmanager', 0, '{MS}', 'NoneType', 'RuntimeError')]"
    )


def test_casas_argument_checks_stay(notebook: Notebook) -> None:
    assert notebook(bad_argument).error.startswith("ParameterError: listobs(verbose=")
    assert notebook(signature).results[0]["text/plain"] == "(\"(vis='', selectdata=True,\", True)"


def test_log_window_is_a_notice(notebook: Notebook) -> None:
    done = notebook(log_window)
    assert "log window" in done.stdout and done.stderr == ""


def test_files_are_the_users_and_no_others(notebook: Notebook) -> None:
    assert notebook.files_left() == {
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

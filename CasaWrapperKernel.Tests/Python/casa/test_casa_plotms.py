"""plotms with real CASA: pictures under the cell, the user's files untouched, nothing left behind."""

from __future__ import annotations

import pytest
from casa_session import Cell, Session, ink, run_cells, unpack_data

MS = "ngc5921_raw.ms"
CELLS = {
    "default": f"plotms(vis='{MS}', xaxis='uvdist', yaxis='amp')",
    "named": f"from casaplotms import plotms as p\np(vis='{MS}', xaxis='time', yaxis='phase', plotfile='a.png')",
    "exists": f"plotms(vis='{MS}', xaxis='time', yaxis='amp', plotfile='a.png')",
    "overwrite": f"plotms(vis='{MS}', xaxis='time', yaxis='amp', plotfile='a.png', overwrite=True, showgui=True)",
    "positional": f"plotms('{MS}', '', 1, 1, 0, 0, 0, 'channel')",
    "first page": f"plotms(vis='{MS}', iteraxis='scan', plotfile='sc.jpg')",
    "first of grids": f"plotms(vis='{MS}', iteraxis='antenna', gridrows=2, gridcols=2)",
    "whole grid": f"plotms(vis='{MS}', iteraxis='antenna', gridrows=7, gridcols=4)",
    "one field": f"plotms(vis='{MS}', iteraxis='field', field='1')",
    "sized": f"plotms(vis='{MS}', xaxis='time', width=1200, height=800)",
    "nothing": "plotms()",
    "missing": "plotms(vis='not-there.ms')",
    "text": f"plotms(vis='{MS}', avgchannel='15', scan='1', antenna='1&2', plotfile='t.txt')",
    "pdf": f"plotms(vis='{MS}', scan='1', avgchannel='15', plotfile='x.pdf')",
    "ps": f"plotms(vis='{MS}', scan='1', avgchannel='15', plotfile='x.ps')",
    "meta": "import inspect, os\n(str(inspect.signature(plotms))[:22], 'plotter' in plotms.__doc__, "
    "os.environ.get('DISPLAY'), os.environ.get('QT_QPA_PLATFORM'))",
    "folder": f"os.mkdir('sub'); os.chdir('sub'); os.mkdir('plots')\n"
    f"plotms(vis='../{MS}', xaxis='time', plotfile='plots/b.png')\n"
    "os.chdir('..'); os.listdir('sub/plots')",
    "two axes": f"plotms(vis='{MS}', avgchannel='63', xaxis='time', yaxis=['amp', 'phase'])",
    "no x axis": f"plotms(vis='{MS}', avgchannel='63', yaxis=['amp', 'phase'])",
    "threads": "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(2) as pool:\n"
    f"    list(pool.map(lambda x: plotms(vis='{MS}', avgchannel='63', xaxis=x), ['time', 'uvdist'] * 2))",
    "by turns": f"for x in ['time', 'uvdist']: plotms(vis='{MS}', avgchannel='63', xaxis=x)",
    "interrupt": "import _thread, threading\nthreading.Timer(2, _thread.interrupt_main).start()\n"
    f"plotms(vis='{MS}', iteraxis='baseline', exprange='all')",
    "after": f"plotms(vis='{MS}', xaxis='uvdist', yaxis='amp')",
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return run_cells(unpack_data(tmp_path_factory.mktemp("plotms")), list(CELLS.values()))


def cell(session: Session, name: str) -> Cell:
    return session[list(CELLS).index(name)]


@pytest.mark.parametrize("name", ["default", "named", "overwrite", "positional", "first page"])
def test_one_picture_of_plotms_own_size(session: Session, name: str) -> None:
    done = cell(session, name)
    assert done.error is None
    assert [picture.size for picture in done.pictures()] == [(751, 567)]
    assert ink(done.pictures()[0]) > 2000


def test_second_call_shows_its_own_plot_and_not_the_first(session: Session) -> None:
    first, second = cell(session, "default").pictures()[0], cell(session, "positional").pictures()[0]
    assert first.tobytes() != second.tobytes()


def test_several_y_axes_need_no_x_axis(session: Session) -> None:
    done = cell(session, "no x axis")
    assert "so this is xaxis='time'" in done.stdout
    (given,), (left_out,) = cell(session, "two axes").pictures(), done.pictures()
    assert ink(given) > 2000 and given.tobytes() == left_out.tobytes()


def test_plots_of_threads_are_not_mixed(session: Session) -> None:
    def pictures(name: str) -> set[tuple[str, bytes]]:
        done = cell(session, name)
        assert done.error is None
        return {
            (shown["text/plain"], picture.tobytes())
            for shown, picture in zip(done.displays, done.pictures(), strict=False)
        }

    assert pictures("threads") == pictures("by turns") and len(pictures("by turns")) == 2


def test_existing_plotfile_without_overwrite_is_casas_own_error(session: Session) -> None:
    done = cell(session, "exists")
    assert done.error is not None and "a.png exists and overwrite is false" in done.error
    assert done.displays == []


def test_first_page_only_is_said(session: Session) -> None:
    for name in ("first page", "first of grids"):
        assert "exprange='all'" in cell(session, name).stdout


def test_nothing_is_said_of_pages_that_are_not_there(session: Session) -> None:
    for name in ("whole grid", "one field"):
        assert len(cell(session, name).pictures()) == 1 and "exprange" not in cell(session, name).stdout


def test_size_arguments_stay(session: Session) -> None:
    (picture,) = cell(session, "sized").pictures()
    assert picture.width == 1200


def test_without_data_one_sentence(session: Session) -> None:
    done = cell(session, "nothing")
    assert done.error is None and done.displays == []
    assert done.stdout.count("\n") == 1 and "vis='my.ms'" in done.stdout


def test_casas_exceptions_stay(session: Session) -> None:
    assert cell(session, "missing").error.startswith("RuntimeError: Input file not found")


def test_text_export_is_printed(session: Session) -> None:
    assert "# x y chan scan" in cell(session, "text").stdout


@pytest.mark.parametrize("kind", ["pdf", "ps"])
def test_paper_is_shown_as_a_picture_and_kept(session: Session, kind: str) -> None:
    done = cell(session, kind)
    (picture,) = done.pictures()
    assert done.error is None and picture.size == (751, 567) and ink(picture) > 2000
    assert f"x.{kind}" in done.displays[-1]["text/html"] and f"x.{kind}" in session.new_files


def test_a_picture_is_described_in_words(session: Session) -> None:
    (shown,) = cell(session, "default").displays
    assert shown["text/plain"] == f"plotms: amp vs uvdist of {MS}"


def test_signature_docstring_and_environment_stay(session: Session) -> None:
    assert cell(session, "meta").results[0]["text/plain"] == "(\"(vis='', caltable='', \", True, None, None)"


def test_nothing_else_left_in_the_working_folder(session: Session) -> None:
    # plotms() asks for the user's variables, and is remembered as at the CASA prompt.
    assert session.new_files == {"a.png", "sc_Scan1.jpg", "t.txt", "x.pdf", "x.ps", "sub", "plotms.last"}


def test_relative_plotfile_after_a_change_of_folder(session: Session) -> None:
    done = cell(session, "folder")
    assert done.results[0]["text/plain"] == "['b.png']" and len(done.pictures()) == 1


def test_interrupt_is_prompt_and_the_next_plot_works(session: Session) -> None:
    done = cell(session, "interrupt")
    assert done.error is not None and done.error.startswith("KeyboardInterrupt") and done.seconds < 20
    assert cell(session, "after").pictures()[0].tobytes() == cell(session, "default").pictures()[0].tobytes()
    assert cell(session, "after").stdout == ""


def test_no_noise(session: Session) -> None:
    assert cell(session, "default").stdout == "" and cell(session, "default").stderr == ""

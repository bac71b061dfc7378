"""plotms with real CASA: pictures under the cell, the user's files untouched, nothing left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from casa_notebook import Notebook
from casa_session import ink
from cells import Code, cell

if TYPE_CHECKING:
    from casa_prompt import plotms

MS = "ngc5921_raw.ms"


@cell()
def default() -> None:
    plotms(vis=MS, xaxis="uvdist", yaxis="amp")


@cell()
def named() -> None:
    from casaplotms import plotms as p

    p(vis=MS, xaxis="time", yaxis="phase", plotfile="a.png")


@cell(named, fails=True)
def exists() -> None:
    plotms(vis=MS, xaxis="time", yaxis="amp", plotfile="a.png")


@cell(exists)
def overwrite() -> None:
    plotms(vis=MS, xaxis="time", yaxis="amp", plotfile="a.png", overwrite=True, showgui=True)


@cell()
def positional() -> None:
    plotms(MS, "", 1, 1, 0, 0, 0, "channel")


@cell()
def first_page() -> None:
    plotms(vis=MS, iteraxis="scan", plotfile="sc.jpg")


@cell()
def first_of_grids() -> None:
    plotms(vis=MS, iteraxis="antenna", gridrows=2, gridcols=2)


@cell()
def whole_grid() -> None:
    plotms(vis=MS, iteraxis="antenna", gridrows=7, gridcols=4)


@cell()
def one_field() -> None:
    plotms(vis=MS, iteraxis="field", field="1")


@cell()
def sized() -> None:
    plotms(vis=MS, xaxis="time", width=1200, height=800)


@cell()
def nothing() -> None:
    plotms()


@cell(fails=True)
def missing() -> None:
    plotms(vis="not-there.ms")


@cell()
def text_export() -> None:
    plotms(vis=MS, avgchannel="15", scan="1", antenna="1&2", plotfile="t.txt")


@cell()
def pdf() -> None:
    plotms(vis=MS, scan="1", avgchannel="15", plotfile="x.pdf")


@cell()
def ps() -> None:
    plotms(vis=MS, scan="1", avgchannel="15", plotfile="x.ps")


@cell(default)
def meta() -> object:
    import inspect
    import os

    return (
        str(inspect.signature(plotms))[:22],
        "plotter" in plotms.__doc__,
        os.environ.get("DISPLAY"),
        os.environ.get("QT_QPA_PLATFORM"),
    )


@cell()
def folder() -> object:
    import os

    os.mkdir("sub")
    os.chdir("sub")
    os.mkdir("plots")
    plotms(vis=f"../{MS}", xaxis="time", plotfile="plots/b.png")
    os.chdir("..")
    return os.listdir("sub/plots")


@cell()
def two_axes() -> None:
    plotms(vis=MS, avgchannel="63", xaxis="time", yaxis=["amp", "phase"])


@cell()
def no_x_axis() -> None:
    plotms(vis=MS, avgchannel="63", yaxis=["amp", "phase"])


@cell()
def threads() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda x: plotms(vis=MS, avgchannel="63", xaxis=x), ["time", "uvdist"] * 2))


@cell()
def by_turns() -> None:
    for x in ["time", "uvdist"]:
        plotms(vis=MS, avgchannel="63", xaxis=x)


@cell(default, fails=True)
def interrupt() -> None:
    import _thread
    import threading

    ended = threading.Event()

    def insist() -> None:
        # Without the kernel's own handler, Python may raise an interrupt where it is ignored: in a finalizer, say.
        while not ended.wait(2):
            _thread.interrupt_main()

    threading.Thread(target=insist).start()
    try:
        plotms(vis=MS, iteraxis="baseline", exprange="all")
    finally:
        ended.set()


@cell(interrupt)
def after() -> None:
    plotms(vis=MS, xaxis="uvdist", yaxis="amp")


@pytest.mark.parametrize("code", [default, named, overwrite, positional, first_page], ids=str)
def test_one_picture_of_plotms_own_size(notebook: Notebook, code: Code) -> None:
    done = notebook(code)
    assert [picture.size for picture in done.pictures()] == [(751, 567)]
    assert ink(done.pictures()[0]) > 2000


def test_second_call_shows_its_own_plot_and_not_the_first(notebook: Notebook) -> None:
    first, second = notebook(default).pictures()[0], notebook(positional).pictures()[0]
    assert first.tobytes() != second.tobytes()


def test_several_y_axes_need_no_x_axis(notebook: Notebook) -> None:
    done = notebook(no_x_axis)
    assert "so this is xaxis='time'" in done.stdout
    (given,), (left_out,) = notebook(two_axes).pictures(), done.pictures()
    assert ink(given) > 2000 and given.tobytes() == left_out.tobytes()


def test_plots_of_threads_are_not_mixed(notebook: Notebook) -> None:
    def pictures(code: Code) -> set[tuple[str, bytes]]:
        done = notebook(code)
        return {
            (shown["text/plain"], picture.tobytes())
            for shown, picture in zip(done.displays, done.pictures(), strict=False)
        }

    assert pictures(threads) == pictures(by_turns) and len(pictures(by_turns)) == 2


def test_existing_plotfile_without_overwrite_is_casas_own_error(notebook: Notebook) -> None:
    done = notebook(exists)
    assert "a.png exists and overwrite is false" in done.error
    assert done.displays == []


def test_first_page_only_is_said(notebook: Notebook) -> None:
    for code in (first_page, first_of_grids):
        assert "exprange='all'" in notebook(code).stdout


def test_nothing_is_said_of_pages_that_are_not_there(notebook: Notebook) -> None:
    for code in (whole_grid, one_field):
        assert len(notebook(code).pictures()) == 1 and "exprange" not in notebook(code).stdout


def test_size_arguments_stay(notebook: Notebook) -> None:
    (picture,) = notebook(sized).pictures()
    assert picture.width == 1200


def test_without_data_one_sentence(notebook: Notebook) -> None:
    done = notebook(nothing)
    assert done.displays == []
    assert done.stdout.count("\n") == 1 and "vis='my.ms'" in done.stdout


def test_casas_exceptions_stay(notebook: Notebook) -> None:
    assert notebook(missing).error.startswith("RuntimeError: Input file not found")


def test_text_export_is_printed(notebook: Notebook) -> None:
    assert "# x y chan scan" in notebook(text_export).stdout


@pytest.mark.parametrize("code", [pdf, ps], ids=str)
def test_paper_is_shown_as_a_picture_and_kept(notebook: Notebook, code: Code) -> None:
    done = notebook(code)
    (picture,) = done.pictures()
    assert picture.size == (751, 567) and ink(picture) > 2000
    assert f"x.{code}" in done.displays[-1]["text/html"] and f"x.{code}" in done.new_files


def test_a_picture_is_described_in_words(notebook: Notebook) -> None:
    (shown,) = notebook(default).displays
    assert shown["text/plain"] == f"plotms: amp vs uvdist of {MS}"


def test_signature_docstring_and_environment_stay(notebook: Notebook) -> None:
    assert notebook(meta).results[0]["text/plain"] == "(\"(vis='', caltable='', \", True, None, None)"


def test_relative_plotfile_after_a_change_of_folder(notebook: Notebook) -> None:
    done = notebook(folder)
    assert done.results[0]["text/plain"] == "['b.png']" and len(done.pictures()) == 1


def test_interrupt_is_prompt_and_the_next_plot_works(notebook: Notebook) -> None:
    done = notebook(interrupt)
    assert done.error.startswith("KeyboardInterrupt") and done.seconds < 20
    assert notebook(after).pictures()[0].tobytes() == notebook(default).pictures()[0].tobytes()
    assert notebook(after).stdout == ""


def test_no_noise(notebook: Notebook) -> None:
    assert notebook(default).stdout == "" and notebook(default).stderr == ""


def test_nothing_else_left_in_the_working_folder(notebook: Notebook) -> None:
    # plotms() asks for the user's variables, and is remembered as at the CASA prompt.
    assert notebook.files_left() == {"a.png", "sc_Scan1.jpg", "t.txt", "x.pdf", "x.ps", "sub", "plotms.last"}

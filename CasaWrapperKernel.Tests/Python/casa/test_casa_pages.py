"""Plots of many pages, pages of many plots, and what one plot leaves to the next, with real CASA."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casa_notebook import Notebook
from casa_session import ink
from cells import cell

if TYPE_CHECKING:
    from casa_prompt import gaincal, plotms

MS = "ngc5921_raw.ms"
GRID = {"xselfscale": True, "yselfscale": True, "xsharedaxis": True, "ysharedaxis": True}


@cell()
def pages() -> None:
    plotms(vis=MS, iteraxis="antenna", exprange="all")


@cell()
def named() -> None:
    plotms(vis=MS, iteraxis="scan", exprange="all", plotfile="sc.png")


@cell(named)
def named_again() -> object:
    global before
    import os
    from pathlib import Path

    before = {n: Path(n).read_bytes() for n in os.listdir() if n.startswith("sc_")}
    os.remove("sc_Scan1.png")
    del before["sc_Scan1.png"]
    try:
        plotms(vis=MS, xaxis="uvdist", iteraxis="scan", exprange="all", plotfile="sc.png")
    except RuntimeError as error:
        print(error)
    return before == {n: Path(n).read_bytes() for n in os.listdir() if n.startswith("sc_")}


@cell(named_again)
def overwritten() -> object:
    from pathlib import Path

    plotms(vis=MS, xaxis="uvdist", iteraxis="scan", exprange="all", plotfile="sc.png", overwrite=True)
    return [n for n in before if Path(n).read_bytes() == before[n]]


@cell()
def elsewhere() -> None:
    import os

    os.mkdir("my plots")
    os.chdir("my plots")
    plotms(vis=f"../{MS}", iteraxis="field", exprange="all", plotfile="f.png")
    plotms(vis=f"../{MS}", field="0", plotfile="f.pdf")
    os.chdir("..")


@cell()
def pdf() -> None:
    plotms(vis=MS, iteraxis="field", exprange="all", plotfile="f.pdf")


@cell()
def grid() -> None:
    plotms(vis=MS, iteraxis="antenna", exprange="all", gridrows=2, gridcols=3)


@cell()
def in_a_range() -> None:
    plotms(vis=MS, xaxis="time", yaxis="amp", plotrange=[0, 0, 0, 0.5])


@cell(in_a_range)
def shared() -> None:
    plotms(vis=MS, iteraxis="antenna", gridrows=3, gridcols=2, **GRID)


@cell(shared)
def in_a_range_again() -> None:
    plotms(vis=MS, xaxis="time", yaxis="amp", plotrange=[0, 0, 0, 0.5])


@cell()
def first_row() -> None:
    plotms(vis=MS, xaxis="time", yaxis="amp", gridrows=2)


@cell(first_row)
def second_row() -> None:
    plotms(vis=MS, xaxis="uvdist", yaxis="phase", gridrows=2, rowindex=1, plotindex=1, clearplots=False)


@cell(second_row)
def over_it() -> None:
    plotms(
        vis=MS,
        xaxis="time",
        yaxis="amp",
        field="2",
        gridrows=2,
        plotindex=2,
        clearplots=False,
        customsymbol=True,
        symbolcolor="ff0000",
    )


@cell()
def table() -> None:
    gaincal(MS, caltable="g.cal", field="0", refant="15", solint="inf")


@cell(table)
def callib() -> None:
    import os
    from pathlib import Path

    os.mkdir("sub")
    os.chdir("sub")
    plotms(vis=f"../{MS}", field="0", callib="caltable='../g.cal'", ydatacolumn="corrected")
    Path("lib.txt").write_text("caltable='../g.cal'\n")
    plotms(vis=f"../{MS}", field="0", callib="lib.txt", ydatacolumn="corrected")
    os.chdir("..")


@cell(table)
def of_a_table() -> None:
    plotms(caltable="g.cal", xaxis="time", yaxis="phase", iteraxis="antenna", gridrows=9, gridcols=3, exprange="all")


def test_all_pages_are_one_output_twelve_of_them_at_full_size(notebook: Notebook) -> None:
    done = notebook(pages)
    (output,) = done.displays
    assert len({page.tobytes() for page in done.pages()}) == 27
    assert [page.width for page in done.pages()] == [751] * 12 + [240] * 15
    assert min(ink(page) for page in done.pages()) > 1000
    assert "overflow:auto" in output["text/html"] and "href" not in output["text/html"]
    assert "27 of 27: Antenna28@VLA:W7" in output["text/plain"] and "plotfile=" in output["text/html"]


def test_pages_lead_to_the_users_files(notebook: Notebook) -> None:
    (output,) = notebook(named).displays
    assert output["text/html"].count("href='sc_Scan2_2.png'") == 1
    assert len([name for name in notebook(named).new_files if name.startswith("sc_")]) == 7


def test_pages_that_are_there_are_not_written_over_unless_asked(notebook: Notebook) -> None:
    refused = notebook(named_again)
    assert refused.stdout.startswith("plotms has kept sc_Scan2_2.png and 5 more, which are there already")
    assert len(refused.pages()) == 7 and refused.results[0]["text/plain"] == "True"
    assert "href='sc_Scan1.png'" in notebook(overwritten).displays[0]["text/html"]
    assert notebook(overwritten).results[0]["text/plain"] == "[]"
    assert refused.new_files == set() and notebook(overwritten).new_files == {"sc_Scan1.png"}


def test_links_are_relative_to_the_notebook_wherever_the_user_is(notebook: Notebook) -> None:
    pages, _, link = notebook(elsewhere).displays
    assert "href='my%20plots/f_Field1445%2B09900002_0_2.png'" in pages["text/html"]
    assert "href='my%20plots/f.pdf'" in link["text/html"] and link["text/plain"] == "f.pdf"


def test_pages_of_a_pdf_are_pictures_that_lead_to_it(notebook: Notebook) -> None:
    done = notebook(pdf)
    assert [page.size for page in done.pages()] == [(751, 567)] * 3
    assert done.displays[0]["text/html"].count(".pdf'") == 3


def test_a_grid_of_plots_is_a_page(notebook: Notebook) -> None:
    assert len(notebook(grid).pages()) == 5 and len(notebook(grid).displays) == 1


def test_shared_axes_leave_nothing_to_the_next_plot(notebook: Notebook) -> None:
    (before,), (after,) = notebook(in_a_range).pictures(), notebook(in_a_range_again).pictures()
    assert ink(before) > 50_000 and before.tobytes() == after.tobytes()
    assert ink(notebook(shared).pictures()[0]) > 20_000


def test_calls_that_build_one_page_each_show_it(notebook: Notebook) -> None:
    (one,), (two,), (three,) = (notebook(code).pictures() for code in (first_row, second_row, over_it))
    upper = (0, 0, one.width, one.height // 2 - 5)
    lower = (0, one.height // 2 + 10, one.width, one.height)
    assert ink(one.crop(lower)) < 2000 < ink(two.crop(lower))
    assert one.crop(upper).tobytes() == two.crop(upper).tobytes() != three.crop(upper).tobytes()
    red = [count for count, colour in three.getcolors(1 << 20) if colour == (255, 0, 0)]
    assert red and two.crop(lower).tobytes() == three.crop(lower).tobytes()


def test_calibration_library_is_read_from_the_users_folder(notebook: Notebook) -> None:
    texts, library = notebook(callib).pictures()
    assert ink(texts) > 2000 and texts.tobytes() == library.tobytes()


def test_calibration_table_is_drawn(notebook: Notebook) -> None:
    done = notebook(of_a_table)
    assert len(done.pictures() + done.pages()) == 2 and "of g.cal, for each antenna" in (done.displays[0]["text/plain"])

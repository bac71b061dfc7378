"""Plots of many pages, pages of many plots, and what one plot leaves to the next, with real CASA."""

from __future__ import annotations

import pytest
from casa_session import Cell, Session, ink, run_cells, unpack_data

MS = "ngc5921_raw.ms"
GRID = "xselfscale=True, yselfscale=True, xsharedaxis=True, ysharedaxis=True"
CELLS = {
    "pages": f"plotms(vis='{MS}', iteraxis='antenna', exprange='all')",
    "named": f"import os\nplotms(vis='{MS}', iteraxis='scan', exprange='all', plotfile='sc.png')",
    "named again": "before = {n: open(n, 'rb').read() for n in os.listdir() if n.startswith('sc_')}\n"
    "os.remove('sc_Scan1.png'); del before['sc_Scan1.png']\n"
    f"try: plotms(vis='{MS}', xaxis='uvdist', iteraxis='scan', exprange='all', plotfile='sc.png')\n"
    "except RuntimeError as error: print(error)\n"
    "before == {n: open(n, 'rb').read() for n in os.listdir() if n.startswith('sc_')}",
    "overwritten": f"plotms(vis='{MS}', xaxis='uvdist', iteraxis='scan', exprange='all', plotfile='sc.png', "
    "overwrite=True)\n"
    "[n for n in before if open(n, 'rb').read() == before[n]]",
    "elsewhere": "os.mkdir('my plots'); os.chdir('my plots')\n"
    f"plotms(vis='../{MS}', iteraxis='field', exprange='all', plotfile='f.png')\n"
    f"plotms(vis='../{MS}', field='0', plotfile='f.pdf')\nos.chdir('..')",
    "pdf": f"plotms(vis='{MS}', iteraxis='field', exprange='all', plotfile='f.pdf')",
    "grid": f"plotms(vis='{MS}', iteraxis='antenna', exprange='all', gridrows=2, gridcols=3)",
    "range": f"plotms(vis='{MS}', xaxis='time', yaxis='amp', plotrange=[0, 0, 0, 0.5])",
    "shared": f"plotms(vis='{MS}', iteraxis='antenna', gridrows=3, gridcols=2, {GRID})",
    "range again": f"plotms(vis='{MS}', xaxis='time', yaxis='amp', plotrange=[0, 0, 0, 0.5])",
    "first row": f"plotms(vis='{MS}', xaxis='time', yaxis='amp', gridrows=2)",
    "second row": f"plotms(vis='{MS}', xaxis='uvdist', yaxis='phase', gridrows=2, rowindex=1, plotindex=1, "
    "clearplots=False)",
    "over it": f"plotms(vis='{MS}', xaxis='time', yaxis='amp', field='2', gridrows=2, plotindex=2, "
    "clearplots=False, customsymbol=True, symbolcolor='ff0000')",
    "callib": f"gaincal('{MS}', caltable='g.cal', field='0', refant='15', solint='inf')\n"
    "import os; os.mkdir('sub'); os.chdir('sub')\n"
    f"plotms(vis='../{MS}', field='0', callib=\"caltable='../g.cal'\", ydatacolumn='corrected')\n"
    f"open('lib.txt', 'w').write(\"caltable='../g.cal'\\n\")\n"
    f"plotms(vis='../{MS}', field='0', callib='lib.txt', ydatacolumn='corrected')\nos.chdir('..')",
    "caltable": "plotms(caltable='g.cal', xaxis='time', yaxis='phase', iteraxis='antenna', gridrows=9, "
    "gridcols=3, exprange='all')",
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return run_cells(unpack_data(tmp_path_factory.mktemp("pages")), list(CELLS.values()))


def cell(session: Session, name: str) -> Cell:
    done = session[list(CELLS).index(name)]
    assert done.error is None
    return done


def test_all_pages_are_one_output_twelve_of_them_at_full_size(session: Session) -> None:
    done = cell(session, "pages")
    (output,) = done.displays
    assert len({page.tobytes() for page in done.pages()}) == 27
    assert [page.width for page in done.pages()] == [751] * 12 + [240] * 15
    assert min(ink(page) for page in done.pages()) > 1000
    assert "overflow:auto" in output["text/html"] and "href" not in output["text/html"]
    assert "27 of 27: Antenna28@VLA:W7" in output["text/plain"] and "plotfile=" in output["text/html"]


def test_pages_lead_to_the_users_files(session: Session) -> None:
    (output,) = cell(session, "named").displays
    assert output["text/html"].count("href='sc_Scan2_2.png'") == 1
    assert len([name for name in session.new_files if name.startswith("sc_")]) == 7


def test_pages_that_are_there_are_not_written_over_unless_asked(session: Session) -> None:
    refused = cell(session, "named again")
    assert refused.stdout.startswith("plotms has kept sc_Scan2_2.png and 5 more, which are there already")
    assert len(refused.pages()) == 7 and refused.results[0]["text/plain"] == "True"
    assert "href='sc_Scan1.png'" in cell(session, "overwritten").displays[0]["text/html"]
    assert cell(session, "overwritten").results[0]["text/plain"] == "[]"


def test_links_are_relative_to_the_notebook_wherever_the_user_is(session: Session) -> None:
    pages, _, link = cell(session, "elsewhere").displays
    assert "href='my%20plots/f_Field1445%2B09900002_0_2.png'" in pages["text/html"]
    assert "href='my%20plots/f.pdf'" in link["text/html"] and link["text/plain"] == "f.pdf"


def test_pages_of_a_pdf_are_pictures_that_lead_to_it(session: Session) -> None:
    done = cell(session, "pdf")
    assert [page.size for page in done.pages()] == [(751, 567)] * 3
    assert done.displays[0]["text/html"].count(".pdf'") == 3


def test_a_grid_of_plots_is_a_page(session: Session) -> None:
    assert len(cell(session, "grid").pages()) == 5 and len(cell(session, "grid").displays) == 1


def test_shared_axes_leave_nothing_to_the_next_plot(session: Session) -> None:
    (before,), (after,) = cell(session, "range").pictures(), cell(session, "range again").pictures()
    assert ink(before) > 50_000 and before.tobytes() == after.tobytes()
    assert ink(cell(session, "shared").pictures()[0]) > 20_000


def test_calls_that_build_one_page_each_show_it(session: Session) -> None:
    (one,), (two,), (three,) = (cell(session, name).pictures() for name in ("first row", "second row", "over it"))
    upper = (0, 0, one.width, one.height // 2 - 5)
    lower = (0, one.height // 2 + 10, one.width, one.height)
    assert ink(one.crop(lower)) < 2000 < ink(two.crop(lower))
    assert one.crop(upper).tobytes() == two.crop(upper).tobytes() != three.crop(upper).tobytes()
    red = [count for count, colour in three.getcolors(1 << 20) if colour == (255, 0, 0)]
    assert red and two.crop(lower).tobytes() == three.crop(lower).tobytes()


def test_calibration_library_is_read_from_the_users_folder(session: Session) -> None:
    texts, library = cell(session, "callib").pictures()
    assert ink(texts) > 2000 and texts.tobytes() == library.tobytes()


def test_calibration_table_is_drawn(session: Session) -> None:
    done = cell(session, "caltable")
    assert len(done.pictures() + done.pages()) == 2 and "of g.cal, for each antenna" in (done.displays[0]["text/plain"])

"""plotms with real CASA: pictures under the cell, the user's files untouched, nothing left behind."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest
from casa_session import PYTHON, Cell, Session, environment, ink, run_cells, unpack_data

MS = "ngc5921_raw.ms"
CELLS = {
    "default": f"plotms(vis='{MS}', xaxis='uvdist', yaxis='amp')",
    "named": "from casaplotms import plotms as p\n"
             f"p(vis='{MS}', xaxis='time', yaxis='phase', plotfile='a.png')",
    "exists": f"plotms(vis='{MS}', xaxis='time', yaxis='amp', plotfile='a.png')",
    "overwrite": f"plotms(vis='{MS}', xaxis='time', yaxis='amp', plotfile='a.png', overwrite=True, "
                 "showgui=True)",
    "positional": f"plotms('{MS}', '', 1, 1, 0, 0, 0, 'channel')",
    "pages": f"plotms(vis='{MS}', iteraxis='antenna', exprange='all')",
    "first page": f"plotms(vis='{MS}', iteraxis='scan', plotfile='sc.jpg')",
    "sized": f"plotms(vis='{MS}', xaxis='time', width=1200, height=800)",
    "nothing": "plotms()",
    "missing": "plotms(vis='not-there.ms')",
    "text": f"plotms(vis='{MS}', avgchannel='15', scan='1', antenna='1&2', plotfile='t.txt')",
    "pdf": f"plotms(vis='{MS}', scan='1', avgchannel='15', plotfile='x.pdf')",
    "meta": "import inspect, os\n(str(inspect.signature(plotms))[:22], 'plotter' in plotms.__doc__, "
            "os.environ.get('DISPLAY'), os.environ.get('QT_QPA_PLATFORM'))",
    "folder": f"os.mkdir('sub'); os.chdir('sub'); os.mkdir('plots')\n"
              f"plotms(vis='../{MS}', xaxis='time', plotfile='plots/b.png')\n"
              "os.chdir('..'); os.listdir('sub/plots')",
    "interrupt": "import _thread, threading\nthreading.Timer(2, _thread.interrupt_main).start()\n"
                 f"plotms(vis='{MS}', iteraxis='baseline', exprange='all')",
    "after": f"plotms(vis='{MS}', xaxis='uvdist', yaxis='amp')",
    "pid": "from casaplotms import plotmstool\nplotmstool.getPlotMSPid()",
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


def test_existing_plotfile_without_overwrite_is_casas_own_error(session: Session) -> None:
    done = cell(session, "exists")
    assert done.error is not None and "a.png exists and overwrite is false" in done.error
    assert done.displays == []


def test_each_page_of_an_iteration_is_shown_once(session: Session) -> None:
    pages = cell(session, "pages").pictures()
    assert len(pages) == 27
    assert len({page.tobytes() for page in pages}) == 27
    assert min(ink(page) for page in pages) > 1000


def test_first_page_only_is_said(session: Session) -> None:
    assert "exprange='all'" in cell(session, "first page").stdout


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


def test_pdf_is_drawn_or_linked(session: Session) -> None:
    done = cell(session, "pdf")
    assert done.error is None and len(done.displays) == 1
    assert done.pictures() or "x.pdf" in done.displays[0]["text/html"]


def test_signature_docstring_and_environment_stay(session: Session) -> None:
    assert cell(session, "meta").results[0]["text/plain"] == "(\"(vis='', caltable='', \", True, None, None)"


def test_nothing_else_left_in_the_working_folder(session: Session) -> None:
    assert session.new_files == {"a.png", "sc_Scan1.jpg", "t.txt", "x.pdf", "sub"}


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


def test_program_ends_with_the_process(session: Session) -> None:
    assert _ended(int(cell(session, "pid").results[0]["text/plain"]))


def test_program_ends_even_when_the_process_is_killed(tmp_path: Path) -> None:
    code = ("import os, sys; sys.argv=['casa-kernel']\nfrom casawrapper.casa import environment, hooks\n"
            "environment.install('casa.log', lambda path: None); hooks.install()\n"
            "from casaplotms import plotmstool\nprint(plotmstool.getPlotMSPid(), flush=True)\n"
            "sys.stdin.read()")
    unpack_data(tmp_path)
    with subprocess.Popen([PYTHON, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          cwd=tmp_path, env=environment(tmp_path)) as process:
        timer = time.monotonic() + 60
        pid = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    assert time.monotonic() < timer
    assert _ended(pid)


def _ended(pid: int, seconds: float = 10) -> bool:
    """Whether the process has ended; a zombie that nobody collects has."""
    end = time.monotonic() + seconds
    while True:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        if time.monotonic() >= end:
            return False
        time.sleep(0.1)

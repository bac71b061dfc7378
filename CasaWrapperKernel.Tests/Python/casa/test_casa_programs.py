"""The programs behind plotms and imview: started early, on private sockets, replaced when they die."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from casa_notebook import Notebook
from casa_session import PYTHON, Cell, environment, ink, run_cells, unpack_data
from cells import Code, cell

if TYPE_CHECKING:
    from casa_prompt import imview, plotms

MS = "ngc5921_raw.ms"


@cell()
def prepare() -> None:
    global kill, kill_viewer, killed, listening, plotms_pid, prestart, started, viewer_pid
    import os
    import signal
    import time
    from pathlib import Path

    import numpy
    from casaplotms import plotmstool
    from casatools import image
    from casaviewer.private import viewertool

    from casawrapper.casa.tasks.plotms import prestart

    i = image()
    i.fromarray("tiny.im", numpy.random.default_rng(1).random((64, 64)))
    i.close()
    started, killed, take = [], [], prestart.take
    prestart.take = lambda: (started.append(time.monotonic()), take())[1]

    def plotms_pid():
        return getattr(plotmstool, "__proc").process.pid

    def kill(wait=False):
        process = getattr(plotmstool, "__proc")
        killed.append(time.monotonic())
        os.kill(process.process.pid, signal.SIGKILL)
        while wait and process.poll() is None:
            time.sleep(0.01)

    def kill_viewer():
        os.kill(viewer_pid(), signal.SIGKILL)

    def viewer_pid():
        return getattr(viewertool, "__proc")["--nogui"].process.pid

    def listening(pid):
        own = {
            os.path.realpath(f"/proc/{pid}/fd/{n}").rpartition("socket:")[2].strip("[]")
            for n in os.listdir(f"/proc/{pid}/fd")
        }
        kinds = []
        for kind, state, inode in (("tcp", (3, "0A"), 9), ("tcp6", (3, "0A"), 9), ("unix", (3, "00010000"), 6)):
            for line in Path(f"/proc/{pid}/net/{kind}").read_text().splitlines()[1:]:
                fields = line.split()
                # Nobody can connect to a socket whose file is gone.
                gone = kind == "unix" and not os.path.exists(os.path.join(f"/proc/{pid}/cwd", fields[-1]))
                if fields[state[0]] == state[1] and fields[inode] in own and not gone:
                    kinds.append(kind)
        return sorted(set(kinds))


@cell(prepare)
def spare() -> object:
    import threading

    return [thread.name for thread in threading.enumerate() if "plotms" in thread.name] != [] or (
        prestart._spare is not None
    )


@cell(spare)
def first() -> None:
    plotms(vis=MS, xaxis="uvdist", yaxis="amp")


@cell(first)
def sockets() -> object:
    import os

    imview("tiny.im")
    return [listening(pid) for pid in (plotms_pid(), viewer_pid(), os.getpid())]


@cell(first)
def killed_before() -> None:
    kill(wait=True)
    plotms(vis=MS, xaxis="uvdist", yaxis="amp")


@cell(first)
def killed_during() -> None:
    import threading

    threading.Timer(0.8, kill).start()
    plotms(vis=MS, iteraxis="antenna", exprange="all")


@cell(killed_during)
def noticed_after() -> object:
    return started[-1] - killed[-1]


@cell(first, fails=True)
def killed_twice() -> None:
    from casaplotms import plotmstool

    old = plotmstool.update
    plotmstool.update = lambda *_: (kill(), old())[1]
    try:
        plotms(vis=MS, xaxis="uvdist", yaxis="amp")
    finally:
        plotmstool.update = old


@cell(killed_twice)
def alive_again() -> None:
    plotms(vis=MS, xaxis="uvdist", yaxis="amp")


@cell(first, fails=True)
def half_a_page() -> None:
    plotms(vis=MS, gridrows=2)
    kill(wait=True)
    plotms(vis=MS, gridrows=2, rowindex=1, plotindex=1, clearplots=False)


@cell(sockets)
def viewer_killed_before() -> None:
    import time

    kill_viewer()
    time.sleep(0.3)
    imview("tiny.im")


@cell(sockets)
def viewer_killed_during() -> None:
    global once, output
    from casaviewer.private import viewertool

    output, once = viewertool.output, [1]

    def dying(*a, **k):
        if once:
            once.clear()
            kill_viewer()
        return output(*a, **k)

    viewertool.output = dying
    try:
        imview("tiny.im")
    finally:
        viewertool.output = output


@cell(first)
def last_pid() -> object:
    from casaplotms import plotmstool

    return plotmstool.getPlotMSPid()


def value(done: Cell) -> str:
    return done.results[0]["text/plain"]


def test_a_cell_that_names_plotms_starts_it(notebook: Notebook) -> None:
    assert value(notebook(spare)) == "True"
    notebook(first)


def test_who_does_not_name_plotms_and_never_had_it_starts_none(tmp_path: Path) -> None:
    look = "import importlib\nimportlib.import_module('casawrapper.casa.tasks.plot' 'ms.prestart')._spare is None"
    session = run_cells(
        tmp_path, ["import casatasks", look, "'plot' 'ms'", look], XDG_CACHE_HOME=str(tmp_path / "cache")
    )
    assert [session[number].results[0]["text/plain"] for number in (1, 3)] == ["True", "True"]


def test_nobody_else_can_connect(notebook: Notebook) -> None:
    # The programs listen in private folders, this process nowhere.
    assert value(notebook(sockets)) == "[['unix'], ['unix'], []]"


@pytest.mark.parametrize("code", [killed_before, alive_again, viewer_killed_before], ids=str)
def test_a_dead_program_is_replaced_before_the_next_picture(notebook: Notebook, code: Code) -> None:
    done = notebook(code)
    assert len(done.pictures()) == 1 and ink(done.pictures()[0]) > 2000
    assert done.stdout == ""


def test_a_program_that_dies_is_noticed_and_replaced_once(notebook: Notebook) -> None:
    done = notebook(killed_during)
    assert len(done.pages()) == 27 and "started again" in done.stdout
    assert 0 < float(value(notebook(noticed_after))) < 2
    viewer = notebook(viewer_killed_during)
    assert len(viewer.pictures()) == 1 and "started again" in viewer.stdout


def test_a_program_that_dies_twice_is_an_error(notebook: Notebook) -> None:
    done = notebook(killed_twice)
    assert "ended twice" in done.error and done.pictures() == []


def test_a_page_that_died_half_built_is_said_to_be_gone(notebook: Notebook) -> None:
    done = notebook(half_a_page)
    assert "run those again" in done.error and len(done.pictures()) == 1


def test_program_ends_with_the_process(notebook: Notebook) -> None:
    pid = int(value(notebook(last_pid)))
    notebook.end()
    assert _ended(pid)


def test_program_ends_even_when_the_process_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, sys; sys.argv=['casa-kernel']\n"
        "from casawrapper.casa.setup import environment, options\n"
        "from casawrapper.casa.composition import leave_hooks\n"
        "from casawrapper.casa.log import channel\n"
        "environment.install('casa.log', options.Options()); leave_hooks()\n"
        "from casaplotms import plotmstool\nprint(plotmstool.getPlotMSPid(), flush=True)\n"
        "sys.stdin.read()"
    )
    unpack_data(tmp_path)
    with subprocess.Popen(
        [PYTHON, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=environment(tmp_path),
    ) as process:
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


def test_a_home_that_the_node_lacks_hinders_no_picture(tmp_path: Path) -> None:
    # The programs are unpacked there, and are not to be found by other tests.
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    session = run_cells(
        unpack_data(tmp_path),
        [
            "import numpy as np\nia.fromarray('x.im', np.random.rand(16, 16)); ia.done()\nimview('x.im')",
            "plotms(vis='ngc5921_raw.ms', avgchannel='64')",
        ],
        HOME="/proc/none/me",
        TMPDIR=str(scratch),
    )
    assert [cell.error for cell in session.cells] == [None, None]
    assert all(len(cell.pictures()) == 1 for cell in session.cells)

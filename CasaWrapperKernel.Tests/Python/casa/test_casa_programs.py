"""The programs behind plotms and imview: started early, on private sockets, replaced when they die."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest
from casa_session import PYTHON, Cell, Session, environment, ink, run_cells, unpack_data

MS = "ngc5921_raw.ms"
PLOT = f"plotms(vis='{MS}', xaxis='uvdist', yaxis='amp')"
PREPARE = """
import os, signal, subprocess, threading, time
import numpy
from casaplotms import plotmstool
from casaviewer.private import viewertool
from casatools import image
from casawrapper.casa.tasks.plotms import prestart

i = image(); i.fromarray('tiny.im', numpy.random.default_rng(1).random((64, 64))); i.close()
started, killed, take = [], [], prestart.take
prestart.take = lambda: (started.append(time.monotonic()), take())[1]

def plotms_pid():
    return getattr(plotmstool, '__proc').process.pid

def kill(wait=False):
    process = getattr(plotmstool, '__proc')
    killed.append(time.monotonic()); os.kill(process.process.pid, signal.SIGKILL)
    while wait and process.poll() is None: time.sleep(0.01)

def kill_viewer():
    os.kill(viewer_pid(), signal.SIGKILL)

def viewer_pid():
    return getattr(viewertool, '__proc')['--nogui'].process.pid

def listening(pid):
    own = {os.path.realpath(f'/proc/{pid}/fd/{n}').rpartition('socket:')[2].strip('[]')
           for n in os.listdir(f'/proc/{pid}/fd')}
    kinds = []
    for kind, state, inode in (('tcp', (3, '0A'), 9), ('tcp6', (3, '0A'), 9), ('unix', (3, '00010000'), 6)):
        for line in open(f'/proc/{pid}/net/{kind}').read().splitlines()[1:]:
            fields = line.split()
            # Nobody can connect to a socket whose file is gone.
            gone = kind == 'unix' and not os.path.exists(os.path.join(f'/proc/{pid}/cwd', fields[-1]))
            if fields[state[0]] == state[1] and fields[inode] in own and not gone:
                kinds.append(kind)
    return sorted(set(kinds))
"""
CELLS = {
    "prepare": PREPARE,
    "spare": "[thread.name for thread in threading.enumerate() if 'plotms' in thread.name] != [] or "
    "prestart._spare is not None",
    "first": PLOT,
    "sockets": "imview('tiny.im')\n[listening(pid) for pid in (plotms_pid(), viewer_pid(), os.getpid())]",
    "killed before": f"kill(wait=True); {PLOT}",
    "killed during": f"threading.Timer(0.8, kill).start()\nplotms(vis='{MS}', iteraxis='antenna', exprange='all')",
    "noticed after": "started[-1] - killed[-1]",
    "killed on": "old = plotmstool.update\nplotmstool.update = lambda *_: (kill(), old())[1]\n"
    f"try: {PLOT}\nfinally: plotmstool.update = old",
    "alive again": PLOT,
    "page": f"plotms(vis='{MS}', gridrows=2)\nkill(wait=True)\n"
    f"plotms(vis='{MS}', gridrows=2, rowindex=1, plotindex=1, clearplots=False)",
    "viewer before": "kill_viewer(); time.sleep(0.3); imview('tiny.im')",
    "viewer during": "output, once = viewertool.output, [1]\n"
    "def dying(*a, **k):\n    if once: once.clear(); kill_viewer()\n"
    "    return output(*a, **k)\n"
    "viewertool.output = dying\nimview('tiny.im')",
    "last pid": "plotmstool.getPlotMSPid()",
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return run_cells(unpack_data(tmp_path_factory.mktemp("programs")), list(CELLS.values()))


def cell(session: Session, name: str) -> Cell:
    return session[list(CELLS).index(name)]


def value(session: Session, name: str) -> str:
    assert cell(session, name).error is None
    return cell(session, name).results[0]["text/plain"]


def test_a_cell_that_names_plotms_starts_it(session: Session) -> None:
    assert value(session, "spare") == "True"
    assert cell(session, "first").error is None


def test_who_does_not_name_plotms_and_never_had_it_starts_none(tmp_path: Path) -> None:
    look = "import importlib\nimportlib.import_module('casawrapper.casa.tasks.plot' 'ms.prestart')._spare is None"
    session = run_cells(
        tmp_path, ["import casatasks", look, "'plot' 'ms'", look], XDG_CACHE_HOME=str(tmp_path / "cache")
    )
    assert [session[number].results[0]["text/plain"] for number in (1, 3)] == ["True", "True"]


def test_nobody_else_can_connect(session: Session) -> None:
    # The programs listen in private folders, this process nowhere.
    assert value(session, "sockets") == "[['unix'], ['unix'], []]"


@pytest.mark.parametrize("name", ["killed before", "alive again", "viewer before"])
def test_a_dead_program_is_replaced_before_the_next_picture(session: Session, name: str) -> None:
    done = cell(session, name)
    assert done.error is None and len(done.pictures()) == 1 and ink(done.pictures()[0]) > 2000
    assert done.stdout == ""


def test_a_program_that_dies_is_noticed_and_replaced_once(session: Session) -> None:
    done = cell(session, "killed during")
    assert done.error is None and len(done.pages()) == 27 and "started again" in done.stdout
    assert 0 < float(value(session, "noticed after")) < 2
    viewer = cell(session, "viewer during")
    assert viewer.error is None and len(viewer.pictures()) == 1 and "started again" in viewer.stdout


def test_a_program_that_dies_twice_is_an_error(session: Session) -> None:
    done = cell(session, "killed on")
    assert done.error is not None and "ended twice" in done.error and done.pictures() == []


def test_a_page_that_died_half_built_is_said_to_be_gone(session: Session) -> None:
    done = cell(session, "page")
    assert done.error is not None and "run those again" in done.error and len(done.pictures()) == 1


def test_program_ends_with_the_process(session: Session) -> None:
    assert _ended(int(cell(session, "last pid").results[0]["text/plain"]))


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

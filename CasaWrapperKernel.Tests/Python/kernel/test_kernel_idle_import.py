"""CASA is imported while the kernel idles: no cell waits for it, and neither it nor the user is in the other's way."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from conftest import StartKernel
from kernel_client import FrontEnd, Kernel, wait_until

LOADED = "[name for name in ('casatools', 'casatasks') if name in __import__('sys').modules]"
BOTH = "['casatools', 'casatasks']"
PATIENCE = 120.0
pytestmark = pytest.mark.deadline(400)


def idle(front: FrontEnd, seconds: float = 4.0) -> str:
    """What is loaded after a time in which nobody asks for anything."""
    time.sleep(seconds)
    return front.value(LOADED)


def is_done(front: FrontEnd) -> bool:
    # Frozen at the end: CASA's objects then are no more among those that are searched for garbage.
    return idle(front) == BOTH and front.value("'casaviewer' in __import__('sys').modules") == "True"


@pytest.fixture
def kernel(start_kernel: StartKernel, tmp_path: Path) -> Kernel:
    return start_kernel(cwd=tmp_path)


def test_the_first_cell_with_casa_imports_nothing(kernel: Kernel) -> None:
    front = kernel.connect()
    first = front.run("1 + 1")
    assert wait_until(lambda: is_done(front), timeout=PATIENCE)
    count = front.value("len(__import__('sys').modules)")
    assert (
        front.value("casatasks.version_string()").startswith("'6.") and front.run("tclean, tb, plotms").status == "ok"
    )
    assert front.value("len(__import__('sys').modules)") == count
    # What CASA has logged meanwhile is in its log, and in no cell's.
    assert first.displays == [] and not [m for m in front.unread("iopub") if m["msg_type"] == "display_data"]
    lines = front.value("open(casalog.logfile()).read()")
    assert "CASA Version" in lines or "casatools" in lines
    assert front.run("casalog.post('mine', 'WARN')").displays, "a cell's own lines are still shown"


@pytest.mark.parametrize("seconds", [0.4, 0.7, 1.0, 1.5, 2.5, 4.0])
def test_a_cell_may_come_at_any_moment(kernel: Kernel, seconds: float) -> None:
    front = kernel.connect()
    time.sleep(seconds)
    code = (
        "import casatasks, numpy, scipy.stats, matplotlib.pyplot\nfrom casatools import image\nimage, casatasks.listobs"
    )
    cell = front.run(code, timeout=PATIENCE)
    assert cell.status == "ok", cell.reply["content"]
    assert front.run("x = image(); x.done(); imstat", timeout=PATIENCE).status == "ok"


def test_interrupts_of_an_idle_kernel_and_of_a_cell_leave_it_alone(kernel: Kernel) -> None:
    front = kernel.connect()
    for _ in range(10):
        time.sleep(0.3)
        kernel.interrupt(front, "signal")
    running = front.execute("import time\nwhile True: time.sleep(0.01)")
    time.sleep(1)
    kernel.interrupt(front, "signal")
    assert front.collect(running).error == "KeyboardInterrupt"
    assert wait_until(lambda: is_done(front), timeout=PATIENCE)
    assert front.value("casatasks.version_string()").startswith("'6.")


def test_nothing_is_imported_beside_code_of_the_users(kernel: Kernel) -> None:
    front = kernel.connect()
    front.run(
        "import threading, asyncio\nend = threading.Event()\nthread = threading.Thread(target=end.wait)\nthread.start()"
    )
    assert idle(front) == "[]"
    front.run("end.set(); thread.join(); task = asyncio.create_task(asyncio.sleep(3600))\nawait asyncio.sleep(0)")
    assert idle(front) == "[]"
    front.run("task.cancel()")
    assert wait_until(lambda: idle(front) == BOTH, timeout=PATIENCE)


def test_a_subshell_may_import_too(kernel: Kernel) -> None:
    front = kernel.connect()
    shell = front.request("create_subshell_request", channel="control").reply["content"]["subshell_id"]
    for code in ("import numpy, scipy.stats", "import casatools", "import casatasks; casatasks.version_string()"):
        time.sleep(0.5)
        header = front.session.msg_header("execute_request") | {"subshell_id": shell}
        cell = front.collect(front.send("execute_request", {"code": code}, header=header), timeout=PATIENCE)
        assert cell.status == "ok", cell.reply["content"]
    assert front.run("tclean", timeout=PATIENCE).status == "ok"


def test_autoreload_does_not_mind(kernel: Kernel, tmp_path: Path) -> None:
    front = kernel.connect()
    (tmp_path / "own.py").write_text("value = 1\n")
    front.run("%load_ext autoreload\n%autoreload 2\nimport own")
    assert wait_until(lambda: is_done(front), timeout=PATIENCE)
    (tmp_path / "own.py").write_text("value = 2  # changed\n")
    cell = front.run("own.value, casatasks.version_string()[:2]")
    assert cell.result == "(2, '6.')" and cell.stderr == ""


def test_off(start_kernel: StartKernel) -> None:
    front = start_kernel(env={"CASA_KERNEL_IMPORT": "off"}).connect()
    assert idle(front) == "[]" and idle(front) == "[]"
    assert front.run("tclean", timeout=PATIENCE).status == "ok"


def test_settings_made_before_the_first_use_count(kernel: Kernel, tmp_path: Path) -> None:
    front = kernel.connect()
    assert wait_until(lambda: is_done(front), timeout=PATIENCE)
    (tmp_path / "extra").mkdir()
    cell = front.run(
        "import inspect\nfrom casaconfig import config\nconfig.logfile = 'mine.log'\n"
        "config.datapath = ['extra', *config.datapath]\nfrom casatasks import casalog\n"
        "from casatools import ctsys\ncasalog.post('into mine')\n"
        "inspect.ismodule(config), casalog.logfile(), ctsys.getpath()[0], ctsys.resolve('geodetic/IERSeop2000')[0]"
    )
    assert cell.result and eval(cell.result) == (True, f"{tmp_path}/mine.log", f"{tmp_path}/extra", "/")
    assert "into mine" in (tmp_path / "mine.log").read_text()

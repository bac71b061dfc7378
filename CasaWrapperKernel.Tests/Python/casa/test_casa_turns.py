"""Calls of CASA's tasks and tools from several threads and shells: plain CASA ends the process within seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from beside import execute_in, subshell
from kernel_client import FrontEnd, Kernel

__all__ = ["subshell"]
MS = "ngc5921_raw.ms"


@pytest.fixture(scope="module")
def kernel(start_kernel: Callable[..., Kernel], folder: Path) -> Iterator[Kernel]:
    yield start_kernel(cwd=folder)


@pytest.fixture(autouse=True, scope="module")
def prepared(kernel: Kernel) -> None:
    cell = kernel.connect().run(
        "import os, shutil, threading, time, casatasks\nfrom casatools import image, ms, quanta, table\n"
        f"shutil.copytree('{MS}', 'two.ms')\n"
        "def beside(*works):\n"
        " done = []\n"
        " threads = [threading.Thread(target=lambda work=work: done.append(work())) for work in works]\n"
        " [thread.start() for thread in threads], [thread.join(60) for thread in threads]\n"
        " return done\n",
        timeout=60,
    )
    assert cell.status == "ok", cell.reply["content"]


@pytest.mark.deadline(120)
def test_tasks_and_tools_of_threads_do_not_end_the_process(front: FrontEnd) -> None:
    cell = front.run(
        "def flag():\n"
        " for i in range(10): flagdata('two.ms', mode='manual', antenna=str(i), scan='1', flagbackup=False)\n"
        " return 'flagged'\n"
        "def look():\n"
        f" for _ in range(10): visstat('{MS}', axis='amp')\n"
        " return 'looked'\n"
        "def convert():\n"
        " for _ in range(2000): quanta().convert('1GHz', 'Hz')\n"
        " return 'converted'\n"
        "def read():\n"
        " for _ in range(200):\n"
        "  tool = table(); tool.open('two.ms'); tool.getcol('UVW'); tool.close()\n"
        " return 'read'\n"
        "def drop():\n"
        " for _ in range(200):\n"
        "  tool = table(); tool.open('two.ms'); tool = quanta(); del tool\n"
        " return 'dropped'\n"
        "sorted(beside(flag, look, convert, read, drop))",
        timeout=100,
    )
    assert cell.result == "['converted', 'dropped', 'flagged', 'looked', 'read']", cell.reply["content"]


@pytest.mark.deadline(120)
@pytest.mark.parametrize(
    "call, name",
    [(f"listobs('{MS}')", "listobs"), (f"tool = ms()\ntool.open('{MS}')\ntool.close()", "ms")],
)
def test_a_subshells_call_waits_for_a_cells_and_says_so(
    call: str,
    name: str,
    front: FrontEnd,
    subshell: str,  # noqa: F811
) -> None:
    front.run("began = threading.Event()")
    main = front.execute(
        f"began.set()\ntclean('{MS}', imagename='{name}', field='2', imsize=1280, cell='3arcsec', niter=500);"
    )
    beside = execute_in(front, subshell, f"began.wait(5)\ntime.sleep(0.3)\n{call}")
    cell, waiting = front.collect(main, timeout=100), front.collect(beside, timeout=100)
    assert (cell.status, waiting.status) == ("ok", "ok"), (cell.reply["content"], waiting.reply["content"])
    number = cell.reply["content"]["execution_count"]
    assert f"{name} waits for tclean, which cell {number} runs: CASA can do one thing at a time." in waiting.stdout


def test_what_needs_no_casa_waits_for_nothing(front: FrontEnd, subshell: str) -> None:  # noqa: F811
    front.run("began = threading.Event()")
    main = front.execute(
        f"began.set()\ntclean('{MS}', imagename='other', field='2', imsize=1280, cell='3arcsec', niter=500);\n"
        "ended = time.monotonic()"
    )
    beside = front.collect(execute_in(front, subshell, "began.wait(5)\nnow = time.monotonic()\n6 * 7"), timeout=100)
    assert beside.result == "42" and front.collect(main, timeout=100).status == "ok"
    assert front.value("now < ended") == "True"


def test_other_threads_post_while_a_call_runs(front: FrontEnd) -> None:
    cell = front.run(
        "stop, posts = threading.Event(), []\n"
        "def beat():\n"
        " while not stop.wait(0.05): casalog.post('beat'); posts.append(time.monotonic())\n"
        "thread = threading.Thread(target=beat); thread.start(); begun = time.monotonic()\n"
        f"tclean('{MS}', imagename='third', field='2', imsize=1280, cell='3arcsec', niter=500);\n"
        "ended = time.monotonic(); stop.set(); thread.join()\n"
        "waits = [later - before for before, later in zip([begun, *posts], [*posts, ended])]\n"
        "max(waits) < 2",
        timeout=100,
    )
    assert cell.result == "True", cell.reply["content"]

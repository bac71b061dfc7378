"""Tasks whose process or thread dies: their titles say so, and nothing counts on under an old cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kernel_client import FrontEnd, Kernel
from log_blocks import as_block, final, states
from log_watch import all_of

pytestmark = pytest.mark.deadline(180)
MS = "ngc5921_raw.ms"
LONG = (
    f"tclean('{MS}', imagename='%s', field='2', imsize=512, cell='15arcsec', "
    "niter=10**7, threshold='1e-9Jy', cycleniter=50)"
)
GONE = r"tclean: ended with its process, \d+\.?\d* s"


@pytest.fixture(scope="module")
def kernel(start_kernel: Callable[..., Kernel], folder: Path) -> Iterator[Kernel]:
    kernel = start_kernel(cwd=folder)
    assert (
        kernel.connect().run("casalog.version(); import os, signal, subprocess, sys, time", timeout=60).status == "ok"
    )
    yield kernel


def test_a_forked_child_is_killed(front: FrontEnd) -> None:
    cell = front.run(
        f"if (pid := os.fork()) == 0: {LONG % 'kid'}; os._exit(0)\n"
        "time.sleep(4); os.kill(pid, 9); os.waitpid(pid, 0); time.sleep(2.5)",
        timeout=60,
    )
    assert any("tclean: running for 2" in block.title for block in states(cell))
    assert re.search(GONE, final(cell).title), [block.title for block in states(cell)]
    after = front.run(f"vishead('{MS}', mode='get', hdkey='telescope');")
    assert "vishead: returned" in final(after).title and "tclean" not in final(after).text
    assert not [message for message in all_of(front, cell, 3) if as_block(message) and message not in cell.messages]


def test_a_forked_childs_task_that_ends_well_says_what_it_returned(front: FrontEnd) -> None:
    cell = front.run(
        f"if (pid := os.fork()) == 0: vishead('{MS}', mode='get', hdkey='telescope'); os._exit(0)\n"
        "os.waitpid(pid, 0); time.sleep(2.5)",
        timeout=60,
    )
    assert re.search(r"vishead: returned a (tuple|list) of \d", final(cell).title), final(cell).title


@pytest.mark.parametrize("wait", [True, False])
def test_a_subprocess_is_killed(front: FrontEnd, wait: bool) -> None:
    code = f"from casatasks import *; casalog.setlogfile(sys.argv[1]); {LONG % f'sub{wait}'}"
    cell = front.run(
        f"p = subprocess.Popen([sys.executable, '-c', {'import sys; ' + code!r}, casalog.logfile()],"
        " stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
        f"while 'Begin Task: tclean' not in open(casalog.logfile()).read()[-3000:]: time.sleep(0.1)\n"
        f"time.sleep(3); p.kill(); {'p.wait();' if wait else ''} time.sleep(2.5)",
        timeout=100,
    )
    assert re.search(GONE, final(cell).title), [block.title for block in states(cell)]
    assert front.run("p.wait();").status == "ok"


def test_one_of_a_pool_is_killed_and_the_others_go_on(front: FrontEnd) -> None:
    cell = front.run(
        "import multiprocessing\ndef work(i):\n"
        f" if i == 0:\n  {LONG % 'pool'}\n else:\n  time.sleep(8); return i\n"
        "pool = multiprocessing.get_context('fork').Pool(3)\nanswers = pool.map_async(work, range(3), chunksize=1)\n"
        "time.sleep(3)\nfor p in pool._pool:\n"
        " if int(open(f'/proc/{p.pid}/stat').read().split()[13]) > 50: os.kill(p.pid, 9)\n"
        "time.sleep(2.5); alive = sum(p.is_alive() for p in pool._pool)\npool.terminate(); alive",
        timeout=100,
    )
    assert cell.status == "ok", cell.reply["content"]
    assert re.search(GONE, final(cell).title), [block.title for block in states(cell)]


def test_a_begin_line_of_a_process_that_is_gone_at_once(front: FrontEnd) -> None:
    cell = front.run(
        "if (pid := os.fork()) == 0:\n casalog.post('##### Begin Task: imstat             #####'); os._exit(1)\n"
        "os.waitpid(pid, 0);"
    )
    front.run("time.sleep(2.5)")
    later = [block for message in all_of(front, cell, 0.5) if (block := as_block(message)) is not None]
    assert "imstat: ended with its process, as far as this machine can tell" in later[-1].title
    counted = len(later)
    assert len([m for m in all_of(front, cell, 3) if as_block(m)]) <= counted


def test_a_thread_that_is_gone_in_the_middle(front: FrontEnd) -> None:
    cell = front.run(
        "import ctypes, threading\ndef hook(frame, event, argument):\n"
        " if frame.f_code.co_filename.endswith('task_vishead.py'): ctypes.CDLL(None).pthread_exit(None)\n"
        f"def work():\n sys.setprofile(hook)\n vishead('{MS}', mode='get', hdkey='telescope')\n"
        "threading.Thread(target=work, daemon=True).start(); time.sleep(3)",
        timeout=60,
    )
    assert re.search(r"vishead: ended with its thread, \d", final(cell).title), final(cell).title


def test_a_task_that_logs_nothing_for_long_is_not_given_up(front: FrontEnd) -> None:
    cell = front.run(
        "casalog.filter('SEVERE')\n"
        f"tclean('{MS}', imagename='quiet', field='2', imsize=512, cell='15arcsec', niter=1500, cycleniter=50,"
        " threshold='1e-9Jy');\ncasalog.filter('INFO')",
        timeout=100,
    )
    assert all("ended with" not in block.title for block in states(cell)) and "tclean: returned" in final(cell).title

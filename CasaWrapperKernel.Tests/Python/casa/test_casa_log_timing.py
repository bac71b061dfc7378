"""The log under the cells is live, within 0.2 s, and each line is under the cell that caused it and nowhere else.

With -s the delays are printed as a table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from beside import execute_in
from kernel_client import Cell, FrontEnd, Kernel
from log_blocks import as_block
from log_watch import Line, all_of, delays, in_time, listen, watched

pytestmark = [pytest.mark.deadline(120), pytest.mark.serial]
MS = "ngc5921_raw.ms"
HEAD = f"vishead('{MS}', mode='get', hdkey='telescope')"


@pytest.fixture(scope="module")
def kernel(start_kernel: Callable[..., Kernel], folder: Path) -> Iterator[Kernel]:
    yield start_kernel(cwd=folder)


@pytest.fixture(autouse=True, scope="module")
def log(kernel: Kernel) -> Path:
    """The log file, when all is over that CASA and plotms log once."""
    front = kernel.connect()
    cell = front.run(
        "import asyncio, threading, time, casatasks\nfrom casatools import ms\n"
        f"plotms('{MS}', xaxis='time', yaxis='amp', avgchannel='15', field='0')\n"
        f"exportuvfits('{MS}', 'raw.fits')\n"
        f"def summary():\n tool = ms()\n tool.open('{MS}')\n tool.summary()\n tool.close()",
        timeout=100,
    )
    assert cell.status == "ok", cell.reply["content"]
    all_of(front, cell)
    return Path(front.value("casalog.logfile()").strip("'"))


def parted(lines: list[Line], mark: str) -> tuple[list[Line], list[Line]]:
    """The lines that hold the mark, and the others."""
    return [line for line in lines if mark in line.message], [line for line in lines if mark not in line.message]


# -- one cell ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "what, code, logged",
    [
        (
            "tclean with automasking",
            f"tclean('{MS}', imagename='masked', field='0', imsize=320, cell='15arcsec', niter=400, cycleniter=100,"
            " threshold='0.0001mJy', usemask='auto-multithresh', sidelobethreshold=1.0, minbeamfrac=0.0, pbmask=0.0);",
            "Run Major Cycle 4",
        ),
        ("exportuvfits", f"exportuvfits('{MS}', 'again.fits')", "AIPS SU table"),
        ("importuvfits", "importuvfits('raw.fits', 'imported.ms')", "visibility groups"),
        (
            "mstransform",
            f"mstransform('{MS}', 'averaged.ms', datacolumn='data', chanaverage=True, chanbin=3,"
            " timeaverage=True, timebin='60s')",
            "Time average",
        ),
        ("importgmrt, which calls importuvfits", "importgmrt('raw.fits', vis='gmrt.ms')", "Begin Task: importuvfits"),
        ("plotms' own process", f"plotms('{MS}', xaxis='uvdist', yaxis='amp', avgchannel='15', field='2')", "Plotting"),
        ("a tool's C++ code", "for _ in range(10):\n summary()\n time.sleep(0.1)", "N5921"),
        (
            "`casalog.post` now and then",
            "for i in range(60):\n casalog.post(f'line {i}.')\n time.sleep(0.05)",
            "line 59.",
        ),
        (
            "`casalog.post` of 600 lines at once",
            "for i in range(200): casalog.post(f'one {i}.\\ntwo\\nthree', 'WARN')",
            "one 199.",
        ),
    ],
)
def test_a_cells_lines_are_live(what: str, code: str, logged: str, front: FrontEnd, log: Path) -> None:
    with watched(log) as lines:
        cell = front.run(code, timeout=100)
    assert cell.status == "ok", cell.reply["content"]
    assert parted(lines, logged)[0], "\n".join(line.message for line in lines)
    in_time(what, delays(cell.messages, lines))


@pytest.mark.parametrize(
    "what, begin, every",
    [
        ("while dots are drawn", "", "print('.', end='', flush=True)"),
        ("while C code draws dots", "", "os.write(1, b'.')"),
        ("after text without a newline", "print('how far: ', end='')", "pass"),
        ("while much is printed", "", "print('much text\\n' * 20)"),
        ("while warnings come", "", "casalog.post(f'odd {i}.', 'WARN')"),
    ],
)
def test_other_output_does_not_delay_the_log(what: str, begin: str, every: str, front: FrontEnd, log: Path) -> None:
    with watched(log) as lines:
        cell = front.run(
            f"import os\n{begin}\nfor i in range(100):\n {every}\n time.sleep(0.02)\n"
            " if i % 5 == 0: casalog.post(f'line {i}.')"
        )
    assert cell.status == "ok" and cell.stderr == "", cell.reply["content"]
    assert cell.stdout == {"pass": "how far: ", "print('much text\\n' * 20)": ("much text\n" * 20 + "\n") * 100}.get(
        every, "." * 100 if "'.'" in every else ""
    )
    in_time(f"`casalog.post` {what}", delays(cell.messages, lines))


def test_a_line_of_text_made_of_pieces_is_not_torn(front: FrontEnd) -> None:
    cell = front.run(
        "for i in range(20):\n print('begun', end='')\n casalog.post(f'line {i}.')\n time.sleep(0.04)\n"
        " print(' ended')\n time.sleep(0.2)"
    )
    assert cell.stdout == "begun ended\n" * 20
    blocks = [number for number, message in enumerate(cell.messages) if as_block(message)]
    torn = [number for number in blocks if Cell({}, cell.messages[:number]).stdout.endswith("begun")]
    assert len(blocks) > 10 and len(torn) <= 5, f"{len(torn)} of {len(blocks)}"  # the machine may be busy


# -- whose line it is ----------------------------------------------------------------------------------------
_WORK = (
    """
go = asyncio.Event()
def work():
    for i in range(10):
        casalog.post(f'behind {i}.', 'WARN' if i == 3 else 'INFO')
        time.sleep(0.05)
    """
    + HEAD
    + """
async def thread():
    await go.wait()
    threading.Thread(target=work).start()
async def to_thread():
    await go.wait()
    await asyncio.to_thread(work)
async def coroutine():
    await go.wait()
    for i in range(10):
        casalog.post(f'behind {i}.')
        await asyncio.sleep(0.05)
    """
    + HEAD
    + "\n"
)


def release(front: FrontEnd) -> Cell:
    """Let an earlier cell's work go on beside a cell that logs too."""
    return front.run(
        "casalog.post('second begins')\ngo.set()\nfor i in range(15):\n casalog.post(f'second {i}.')\n"
        " await asyncio.sleep(0.08)"
    )


@pytest.mark.parametrize("kind", ["thread", "to_thread", "coroutine"])
def test_what_an_earlier_cell_left_behind(kind: str, front: FrontEnd, log: Path) -> None:
    with watched(log) as lines:
        first = front.run(f"{_WORK}\nleft = asyncio.create_task({kind}())\ncasalog.post('first')")
        second = release(front)
        messages = all_of(front, first)
    assert first.status == second.status == "ok", (first.reply["content"], second.reply["content"])
    seconds, firsts = parted(lines, "second ")
    assert any("End Task: vishead" in line.message for line in firsts)
    in_time(f"`casalog.post` and a task in a {kind} of an earlier cell", delays(messages, firsts))
    in_time(f"`casalog.post` beside a {kind} of an earlier cell", delays(second.messages, seconds))


def test_threads_of_several_cells_at_once(front: FrontEnd, log: Path) -> None:
    front.run(
        "go = threading.Event()\n"
        "def work(mark):\n go.wait(20)\n"
        " for i in range(100): casalog.post(f'{mark} {i}.', 'WARN' if i % 25 == 0 else 'INFO', origin=mark)"
    )
    with watched(log) as lines:
        cells = {
            f"cell{n}": front.run(f"for part in 'ab': threading.Thread(target=work, args=('cell{n}' + part,)).start()")
            for n in range(5)
        }
        last = front.run("go.set()\nfor i in range(100): casalog.post(f'last {i}.', origin='last')\ntime.sleep(1)")
        cells["last"] = last
        messages = {mark: all_of(front, cell, 0.6) for mark, cell in cells.items()}
    assert len(lines) == 1100 and last.stderr == ""
    for mark in cells:
        own, lines = parted(lines, mark)
        in_time(f"`casalog.post` in threads at once, {mark}", delays(messages[mark], own))
        (*_, block) = [block for block in map(as_block, messages[mark]) if block is not None]
        with_own_origin = re.findall(rf"::({mark}\w?)::casa +\1 \d+\.", block.parts[0].text)
        assert len(with_own_origin) == len(own)


def test_the_tools_alone_suffice(start_kernel: Callable[..., Kernel]) -> None:
    front = start_kernel().connect()
    front.run(
        "import sys, threading\nfrom casatools import logsink\nlog = logsink()\ngo = threading.Event()", timeout=60
    )
    first = front.run(
        "def work(mark):\n go.wait(20)\n for i in range(200): log.post(f'{mark} {i}.', origin=mark)\n"
        "for mark in 'abc': threading.Thread(target=work, args=(f'thread-{mark}',)).start()"
    )
    with watched(Path(front.value("log.logfile()").strip("'"))) as lines:
        second = front.run("log.post('second')\ngo.set()\n'casatasks' in sys.modules")
        messages = all_of(front, first)
    assert second.result == "False" and len(lines) == 601
    seconds, firsts = parted(lines, "second")
    delays(second.messages, seconds)
    in_time("`logsink.post` in threads at once, without casatasks", delays(messages, firsts))


def test_children_forked_while_a_thread_posts_can_post(front: FrontEnd, log: Path) -> None:
    with watched(log) as lines:
        cell = front.run(
            "import multiprocessing\nstop = threading.Event()\n"
            "def work():\n while not stop.is_set(): casalog.post('too fine to be logged', 'DEBUG2')\n"
            "thread = threading.Thread(target=work)\nthread.start()\n"
            "children = [multiprocessing.get_context('fork').Process(target=casalog.post, args=(f'child {i}',))"
            " for i in range(10)]\n"
            "for child in children:\n child.start()\n child.join(5)\n"
            "stop.set()\nthread.join()\n[child.exitcode for child in children]",
            timeout=60,
        )
    assert cell.result == str([0] * 10)
    assert [line.message for line in lines] == [f"child {i}" for i in range(10)]
    delays(cell.messages, lines)


def test_a_cell_is_remembered_after_many_others(front: FrontEnd, log: Path) -> None:
    with watched(log) as lines:
        first = front.run(f"{_WORK}\nleft = asyncio.create_task(to_thread())\ncasalog.post('first')")
        for i in range(80):
            assert front.run(f"casalog.post('later {i}.')").status == "ok"
        second = release(front)
        messages = all_of(front, first)
    _, lines = parted(lines, "later ")
    seconds, firsts = parted(lines, "second ")
    in_time("a task in a thread of the 81st cell before", delays(messages, firsts))
    delays(second.messages, seconds)


# -- subshells -----------------------------------------------------------------------------------------------
_INNER = "for i in range(10):\n casalog.post(f'inner {i}.')\n summary()\n time.sleep(0.05)\n" + HEAD


def test_a_subshells_cell_beside_one_of_the_main_shell(front: FrontEnd, log: Path, subshell: str) -> None:  # noqa: F811
    front.run("answered = threading.Event()")
    with watched(log) as lines:
        main = front.execute(
            "casalog.post('main begins')\n"
            "while not answered.wait(0.1): casalog.post('main goes on')\ncasalog.post('main ends')"
        )
        listen(front, 0.5)
        inner = front.collect(execute_in(front, subshell, f"{_INNER}\nanswered.set()"), timeout=60)
        outer = front.collect(main)
    assert inner.status == outer.status == "ok", inner.reply["content"]
    outers, inners = parted(lines, "main ")
    assert any("End Task: vishead" in line.message for line in inners)
    in_time("posts, C++ code and a task of a subshell's cell", delays(inner.messages, inners))
    in_time("`casalog.post` beside a subshell's cell", delays(outer.messages, outers))


def test_a_subshells_cell_while_the_main_shell_is_idle(front: FrontEnd, log: Path, subshell: str) -> None:  # noqa: F811
    before = front.run("casalog.post('before')")
    with watched(log) as lines:
        inner = front.collect(execute_in(front, subshell, _INNER), timeout=60)
    assert inner.status == "ok", inner.reply["content"]
    in_time("a subshell's cell alone", delays(inner.messages, lines))
    assert all_of(front, before) == before.messages
    with watched(log) as lines:
        after = front.run("summary()")
    delays(after.messages, lines)

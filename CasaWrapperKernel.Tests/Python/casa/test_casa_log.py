"""CASA's log in the whole kernel: a group for each task, whose cell a line is, what casalog does, progress."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from beside import execute_in
from kernel_client import Cell, FrontEnd, Kernel
from log_blocks import as_block, final, states

pytestmark = pytest.mark.deadline(120)
MS = "ngc5921_raw.ms"


@pytest.fixture(scope="module")
def kernel(start_kernel: Callable[..., Kernel], folder: Path) -> Iterator[Kernel]:
    yield start_kernel(cwd=folder)


@pytest.fixture(autouse=True, scope="module")
def imported(kernel: Kernel) -> None:
    """What CASA logs when it is imported, and once about the age of its tables, is over."""
    front = kernel.connect()
    assert front.run(f"import casatasks, casaplotms; clearcal('{MS}')", timeout=60).status == "ok"


# -- groups --------------------------------------------------------------------------------------------------
def test_each_task_has_a_group_with_name_result_time_and_counts(front: FrontEnd) -> None:
    cell = front.run(
        f"casalog.post('before')\nvishead('{MS}', mode='get', hdkey='telescope');\n"
        f"casalog.post('between', 'WARN')\nclearcal('{MS}');",
        timeout=60,
    )
    block = final(cell)
    assert re.fullmatch(r"Show log of vishead, clearcal \(\d+ lines, 2 warnings\)", block.title)
    head, clear = block.part("vishead"), block.part("clearcal")
    assert re.fullmatch(r"vishead: returned a tuple of 2, \d\.\d s \(\d+ lines\)", head.title)
    assert re.fullmatch(r"clearcal: ok, \d\.\d s \(\d+ lines, 1 warning\)", clear.title)
    for part, name in ((head, "vishead"), (clear, "clearcal")):
        assert part.is_open and not block.parts[0].is_open
        assert f"Begin Task: {name}" in part.text and f"End Task: {name}" in part.text
    assert "between" in head.text.partition("End Task")[2]  # after the group, before the next one
    assert block.parts[0].text.count("before") == 1 and "##########################" not in block.text


def test_results_are_told(front: FrontEnd) -> None:
    cell = front.run(f"flagmanager('{MS}', mode='list');", timeout=60)
    assert final(cell).part("flagmanager").title.startswith("flagmanager: returned a dictionary of ")
    cell = front.run(f"vishead('{MS}', mode='list');", timeout=60)
    assert "returned a dictionary of" in final(cell).title


def test_a_failed_task_is_marked_and_its_block_is_open(front: FrontEnd) -> None:
    cell = front.run(
        f"vishead('{MS}', mode='get', hdkey='telescope');\nflagdata('{MS}', mode='manual', field='NO_SUCH')", timeout=60
    )
    block = final(cell)
    assert cell.status == "error" and ": flagdata failed (" in block.title and "2 errors" in block.title
    assert block.parts[0].is_open
    assert not block.part("vishead").is_open and block.part("flagdata").is_open
    assert re.match(r"flagdata: failed, \d\.\d s \(\d+ lines, 2 errors\)", block.part("flagdata").title)
    warnings = block.part("Warnings only (2)")
    assert not warnings.is_open
    assert block.parts[-1].text.count("SEVERE") == 2 and "NO_SUCH" in block.parts[-1].text
    assert "INFO" not in block.parts[-1].text


def test_a_failure_that_the_cell_catches_is_a_failed_task_too(front: FrontEnd) -> None:
    cell = front.run(f"try: flagdata('{MS}', mode='manual', field='NO_SUCH')\nexcept RuntimeError: pass", timeout=60)
    assert cell.status == "ok" and "failed" in final(cell).title and final(cell).parts[0].is_open


def test_tasks_are_grouped_when_a_filter_keeps_their_frames_away(front: FrontEnd) -> None:
    cell = front.run(
        "casalog.filter('WARN')\n"
        f"try: flagdata('{MS}', mode='manual', field='NO_SUCH')\nexcept RuntimeError: pass\n"
        "casalog.filter('INFO')\ncasalog.post('after')",
        timeout=60,
    )
    block = final(cell)
    assert "Begin Task" not in block.text and block.part("flagdata: failed")
    assert "after" in block.text


def test_messages_of_several_lines_stay_together(front: FrontEnd) -> None:
    block = final(front.run("casalog.post('first\\nsecond\\n\\nlast', 'WARN')"))
    assert re.search(r"WARN +\S+ +first\n {16}second\n {16}\n {16}last\n", block.text)
    assert "(4 lines, 1 warning)" in block.title


def test_plotms_own_lines_are_in_its_group(front: FrontEnd) -> None:
    cell = front.run(f"plotms('{MS}', xaxis='time', yaxis='amp', avgchannel='15', field='0')", timeout=100)
    assert cell.status == "ok"
    assert re.match(r"plotms: ok, \d+\.?\d* s \(\d+ lines", final(cell).part("plotms").title)
    assert re.search(r"INFO +(PlotMS|MSCache|plotms)\S*", final(cell).part("plotms").text)


# -- whose line it is ----------------------------------------------------------------------------------------
def late(front: FrontEnd, cell: Cell, wanted: str) -> str:
    """The text of a cell's log block once it holds something, though the cell has ended."""
    parent = cell.reply["parent_header"]["msg_id"]
    shown = front.wait_for(
        lambda m: (
            m["parent_header"].get("msg_id") == parent and (block := as_block(m)) is not None and wanted in block.text
        )
    )
    time.sleep(1.5)  # until the block is whole and nothing more comes
    front.inbox.extend(front.unread("iopub")[len(front.inbox) :])
    front.inbox = [m for m in front.inbox if m["parent_header"].get("msg_id") != parent]
    block = as_block(shown)
    assert block is not None
    return block.text


@pytest.mark.parametrize(
    "start",
    [
        "threading.Thread(target=work).start()",
        "task = asyncio.get_running_loop().create_task(asyncio.to_thread(work))",
    ],
)
def test_what_a_cell_leaves_behind_logs_under_it(front: FrontEnd, start: str) -> None:
    first = front.run(
        "import asyncio, threading\ngo = threading.Event()\n"
        f"def work():\n go.wait(20)\n casalog.post('left behind', 'WARN')\n"
        f" vishead('{MS}', mode='get', hdkey='telescope')\n"
        f"{start}\n{'await asyncio.sleep(0)' if 'task' in start else ''}\ncasalog.post('mine')"
    )
    assert "mine" in final(first).text and first.status == "ok", first.reply["content"]
    second = front.execute("import time\ncasalog.post('of the second cell')\ngo.set()\ntime.sleep(1.5)")
    text = late(front, first, "End Task: vishead")
    assert "left behind" in text and "vishead: returned" in text
    block = final(front.collect(second))
    assert "of the second cell" in block.text and "Task: vishead" not in block.text and "left" not in block.text


def test_a_subshells_lines_are_its_cells(front: FrontEnd, subshell: str) -> None:  # noqa: F811
    front.run("import threading\nanswered = threading.Event()")
    main = front.execute("casalog.post('main begins')\nanswered.wait(20)\ncasalog.post('main ends')")
    front.wait_for(lambda m: (block := as_block(m)) is not None and "main begins" in block.text)
    inner = front.collect(
        execute_in(
            front,
            subshell,
            f"casalog.post('beside')\nvishead('{MS}', mode='get', hdkey='telescope');\n"
            "threading.Timer(0.5, answered.set).start()",
        )
    )
    block = final(inner)
    assert "beside" in block.text and "End Task: vishead" in block.part("vishead: returned").text
    outer = front.collect(main)
    assert "main ends" in final(outer).text
    assert "Task: vishead" not in final(outer).text and "beside" not in final(outer).text


# -- casalog -------------------------------------------------------------------------------------------------
def test_origin_and_filter_work(front: FrontEnd) -> None:
    cell = front.run(
        "casalog.origin('mypipeline')\ncasalog.post('from me')\ncasalog.post('too fine', 'DEBUG1')\n"
        "casalog.filter('DEBUG1')\ncasalog.post('fine enough', 'DEBUG1')\ncasalog.filter('INFO')\n"
        "casalog.post('too fine', 'INFO1')\ncasalog.post('elsewhere', origin='other')"
    )
    text = final(cell).text
    assert re.search(r"INFO +mypipeline::::casa +from me", text) and "fine enough" in text
    assert re.search(r"INFO +\S*other\S* +elsewhere", text)
    assert "too fine" not in text and cell.stderr == ""


def test_the_log_is_followed_to_another_file_and_plotms_goes_on_in_the_old_one(front: FrontEnd, folder: Path) -> None:
    old = front.value("casalog.logfile()").strip("'")
    cell = front.run("casalog.setlogfile('mine.log')\ncasalog.post('in my file')\ncasalog.post('odd', 'WARN')")
    assert "in my file" in final(cell).text and cell.stderr == ""
    assert "in my file" in (folder / "mine.log").read_text() and "in my file" not in Path(old).read_text()
    cell = front.run(f"plotms('{MS}', xaxis='uvdist', yaxis='amp', avgchannel='15', field='0')", timeout=100)
    assert re.search(r"INFO +(PlotMS|MSCache|plotms)\S*", final(cell).text)
    cell = front.run(f"casalog.setlogfile('{old}')\ncasalog.post('back again')")
    assert final(cell).text.count("back again") == 1
    (folder / "mine.log").unlink()


def test_showconsole_prints_and_the_block_stays(front: FrontEnd) -> None:
    cell = front.run(
        "casalog.showconsole(True)\ncasalog.post('on the console')\ncasalog.showconsole(False)\n"
        "casalog.post('off again')\ncasalog.post('odd', 'WARN')"
    )
    assert cell.stderr.count("on the console") == 1 and "off again" not in cell.stderr
    assert final(cell).text.count("on the console") == 1 and "off again" in final(cell).text
    assert "odd" not in cell.stderr


# -- progress ------------------------------------------------------------------------------------------------
def test_tclean_tells_cycles_iterations_and_peak_as_they_come(front: FrontEnd) -> None:
    cell = front.run(
        f"tclean('{MS}', imagename='live', field='2', imsize=256, cell='15arcsec', niter=500,"
        " threshold='0.0001mJy', cycleniter=100);",
        timeout=100,
    )
    assert cell.status == "ok", cell.reply["content"]
    running = [block.title for block in states(cell) if "tclean: running" in block.title]
    cycles = [int(found[1]) for title in running if (found := re.search(r"major cycle (\d+)", title))]
    iterations = [int(found[1]) for title in running if (found := re.search(r", (\d+) iterations", title))]
    assert len(set(cycles) & {1, 2, 3, 4, 5}) >= 3 and cycles == sorted(cycles)
    assert len(set(iterations) & {100, 200, 300, 400}) >= 3 and iterations == sorted(iterations)
    assert all(re.search(r"peak residual 0\.\d+ mJy/beam", title) for title in running if "iterations" in title)
    assert re.match(
        r"Show log of tclean: returned a dictionary of \d+, \d+\.?\d* s, major cycle 6, 500 iterations, "
        r"peak residual",
        final(cell).title,
    )
    assert "running" not in final(cell).html and "<progress" not in final(cell).html


def test_casas_progress_display_becomes_one(front: FrontEnd) -> None:
    # The fit of this many profiles lasts some seconds, which is when CASA begins to show how far it is.
    front.run(
        "import numpy as np\nfrom casatools import image\nia = image()\nia.fromshape('noise.im', [128, 128, 64])\n"
        "ia.putchunk(np.random.default_rng(1).random([128, 128, 64]))\nia.close()",
        timeout=60,
    )
    cell = front.run(
        "try: specfit('noise.im', box='0,0,63,63', poly=1, axis=2, multifit=True)\nexcept RuntimeError: pass",
        timeout=100,
    )
    percents = [int(found[1]) for block in states(cell) if (found := re.search(r", (\d+) %", block.title))]
    assert len(set(percents)) >= 3 and percents == sorted(percents)
    assert cell.stderr == ""
    seconds = cell.messages[-1]["received"] - cell.messages[0]["received"]
    assert len(cell.all("update_display_data")) <= 5 * seconds + 5
    assert "%" not in final(cell).title and "<progress" not in final(cell).html


@pytest.mark.serial
def test_a_silent_long_task_tells_the_time(front: FrontEnd) -> None:
    cell = front.run(
        "casalog.filter('SEVERE')\n"
        f"tclean('{MS}', imagename='quiet', field='2', imsize=512, cell='15arcsec', niter=2000,"
        " threshold='0.0001mJy', cycleniter=50);\ncasalog.filter('INFO')",
        timeout=100,
    )
    assert cell.status == "ok", cell.reply["content"]
    times = [int(found[1]) for block in states(cell) if (found := re.search(r"running for (\d+)\.?\d* s", block.title))]
    assert len(times) >= 2 and times == sorted(times) and times[0] <= 3
    assert re.match(
        r"Show log of tclean: returned a dictionary of \d+, (\d+ min )?\d+\.?\d* s \(0 lines\)", final(cell).title
    )


def test_an_interrupted_task_says_so(kernel: Kernel, front: FrontEnd) -> None:
    msg_id = front.execute(
        f"tclean('{MS}', imagename='stopped', field='2', imsize=256, cell='10arcsec', "
        "niter=10000000, threshold='0.0001mJy', cycleniter=100)"
    )
    front.wait_for(lambda m: (block := as_block(m)) is not None and "major cycle 2" in block.title, timeout=60)
    kernel.interrupt(front, "message")
    cell = front.collect(msg_id, timeout=60)
    assert cell.error == "KeyboardInterrupt"
    assert "tclean: interrupted, " in final(cell).title and not final(cell).parts[0].is_open


# -- much ----------------------------------------------------------------------------------------------------
def test_a_hundred_thousand_lines_stay_small_and_keep_their_warnings(front: FrontEnd) -> None:
    cell = front.run(
        "for i in range(100_000): casalog.post(f'line {i}', 'WARN' if i == 50_000 else 'INFO')", timeout=100
    )
    block = final(cell)
    assert "(100,000 lines, 1 warning)" in block.title
    assert "99,200 lines left out here; the whole log is in /" in block.text
    assert "line 50000" in block.parts[-1].text and "line 99999" in block.text
    assert len(block.html) < 100_000 and max(len(state.html) for state in states(cell)) == len(block.html)
    assert cell.stderr == ""


def test_the_saved_notebook_holds_one_finished_block_a_cell(
    kernelspec: str, kernel_env: dict[str, str], folder: Path
) -> None:
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell, new_notebook

    cells = [
        f"tclean('{MS}', imagename='saved', field='2', imsize=128, cell='15arcsec', niter=300,"
        " threshold='0.0001mJy', cycleniter=100);",
        "casalog.post('of no task');",
    ]
    notebook = new_notebook(cells=[new_code_cell(code) for code in cells])
    NotebookClient(
        notebook, kernel_name=kernelspec, timeout=100, resources={"metadata": {"path": str(folder)}}
    ).execute(env=kernel_env, cwd=str(folder))
    for cell, title in zip(notebook.cells, ("tclean: returned a dictionary of ", "Show log (1 line)"), strict=False):
        assert len(cell.outputs) == 1, cell.outputs
        (output,) = cell.outputs
        assert title in output["data"]["text/html"] and ": running" not in str(output)
        assert "transient" not in output and len(str(output)) < 60_000

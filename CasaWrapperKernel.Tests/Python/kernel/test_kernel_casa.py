"""Real CASA in the whole kernel: names, the log block under its cell, pictures, interrupts."""

from __future__ import annotations

import base64
import html
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from casa_session import ARCHIVE
from conftest import TEST_PYTHON
from kernel_client import Cell, FrontEnd, Kernel, Message
from log_blocks import final

pytestmark = pytest.mark.deadline(120)
MS = "ngc5921_raw.ms"


@pytest.fixture(scope="module")
def folder(kernel_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working directory with the measurement set."""
    # In a folder and with a log of its own, since an import of CASA leaves a log file where it happens.
    probe = tmp_path_factory.mktemp("probe")
    code = "import casaconfig.config as c; c.logfile = '/dev/null'; import casatasks"
    if subprocess.run(
        [TEST_PYTHON, "-c", code], env=kernel_env, cwd=probe, capture_output=True, timeout=120
    ).returncode:
        pytest.skip(f"casatasks is not importable in {TEST_PYTHON} (set CASA_KERNEL_TEST_PYTHON)")
    work = tmp_path_factory.mktemp("work")
    subprocess.run(["tar", "xf", ARCHIVE, "-C", work], check=True, timeout=60)
    return work


@pytest.fixture(scope="module")
def kernel(start_kernel: Callable[..., Kernel], folder: Path) -> Iterator[Kernel]:
    yield start_kernel(cwd=folder)


def log_blocks(cell: Cell | list[Message]) -> list[dict[str, str]]:
    """The display_data of a cell that are log blocks (not their updates)."""
    messages = cell.messages if isinstance(cell, Cell) else cell
    return [m["content"] for m in messages if m["msg_type"] == "display_data" and _is_log(m)]


def _is_log(message: Message) -> bool:
    return "<details" in message["content"].get("data", {}).get("text/html", "")


def final_log(cell: Cell) -> str:
    """The HTML of a cell's log block as it stands at the end, where scripts are stripped."""
    return final(cell).html


def log_text(cell: Cell) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", final_log(cell)))


def title(cell: Cell) -> str:
    found = re.search(r"<summary[^>]*>(.*?)</summary>", final_log(cell))
    assert found
    return found[1]


def pictures(cell: Cell) -> list[bytes]:
    return [base64.b64decode(d["image/png"]) for d in cell.displays if "image/png" in d]


# -- names and the log ---------------------------------------------------------------------------------------
def test_names_are_there_without_an_import(front: FrontEnd) -> None:
    cell = front.run("(tclean.__class__.__module__, callable(listobs), casalog.version()[:2])", timeout=60)
    assert cell.status == "ok", cell.reply["content"]
    assert cell.result is not None and "casatasks" in cell.result
    assert "Warning" not in cell.stderr


def test_task_shows_exactly_one_log_block(front: FrontEnd) -> None:
    cell = front.run(f"flagdata('{MS}', mode='summary');", timeout=60)
    assert cell.status == "ok", cell.reply["content"]
    (block,) = log_blocks(cell)
    assert block["transient"]["display_id"]
    updates = [c for c in cell.all("update_display_data") if "<details" in c["data"].get("text/html", "")]
    assert {c["transient"]["display_id"] for c in updates} <= {block["transient"]["display_id"]}
    assert "text/plain" in block["data"]
    text = log_text(cell)
    assert "Begin Task: flagdata" in text and "End Task: flagdata" in text
    lines = [line for line in text.splitlines() if re.match(r"\d\d:\d\d:\d\d ", line)]
    number = re.search(r"([\d,]+) lines?", title(cell))
    assert number and int(number[1].replace(",", "")) >= max(1, len(lines) - 1), (title(cell), len(lines))


def test_log_block_is_html_that_front_ends_keep(front: FrontEnd) -> None:
    cell = front.run("casalog.post('<script>alert(1)</script> & <b>')")
    shown = final_log(cell)
    assert "<script" not in shown and "<style" not in shown and "var(" not in shown
    assert "&lt;script&gt;" in shown and "&amp;" in shown


def test_titles_count_lines(front: FrontEnd) -> None:
    for number in (1, 2, 7):
        cell = front.run(f"for i in range({number}): casalog.post(f'line {{i}}')")
        assert f"{number} line{'' if number == 1 else 's'}" in title(cell)
        assert len(log_blocks(cell)) == 1


def test_cells_without_log_have_no_block(front: FrontEnd) -> None:
    for code in ("1 + 1", "print('x')", "import os", "tclean", "", "1 / 0"):
        assert log_blocks(front.run(code)) == [], code


@pytest.mark.parametrize("priority, word", [("WARN", "warning"), ("SEVERE", "error")])
def test_warnings_are_coloured_and_not_repeated_on_standard_error(front: FrontEnd, priority: str, word: str) -> None:
    plain = final_log(front.run("casalog.post('all is well')"))
    cell = front.run(f"casalog.post('something is odd', '{priority}')\nimport sys\nprint('mine', file=sys.stderr)")
    shown = final_log(cell)
    assert word in title(cell)
    assert re.search(r"<b style=\"color: [^\"]+\">[^<]*something is odd</b>", shown), shown
    summary_style = re.compile(r"<summary style=\"([^\"]*)\"")
    assert summary_style.search(shown)[1] != summary_style.search(plain)[1]  # type: ignore[index]
    assert cell.stderr == "mine\n"


def test_severe_failure_of_a_task(front: FrontEnd) -> None:
    cell = front.run("listobs('no_such.ms')", timeout=60)
    assert cell.status == "error"
    assert len(cell.all("error")) == 1
    assert "SEVERE" not in cell.stderr


def test_task_that_raises_while_it_runs(front: FrontEnd) -> None:
    cell = front.run(f"flagdata('{MS}', mode='manual', field='NO_SUCH_FIELD')", timeout=60)
    assert "SEVERE" in log_text(cell) and "error" in title(cell)
    assert "SEVERE" not in cell.stderr and "NO_SUCH_FIELD" in log_text(cell)
    assert "e53935" in final_log(cell)


def test_what_looks_like_the_log_but_is_not_stays_on_standard_error(front: FrontEnd) -> None:
    line = "2026-01-02 03:04:05\\tWARN\\tmine::fake\\tnot in the log\\n"
    assert front.run(f"import os; os.write(2, b'{line}');").stderr == line.replace("\\t", "\t").replace("\\n", "\n")


@pytest.mark.serial
def test_log_line_is_shown_while_the_cell_runs(front: FrontEnd) -> None:
    delays = []
    for i in range(5):
        front.run("casalog.post('the block of the cell before must not delay this one')")
        code = f"import time\ncasalog.post('live line {i}')\nposted = time.monotonic()\ntime.sleep(1)\nposted"
        msg_id = front.execute(code)
        shown = front.wait_for(lambda m, of=msg_id: m["parent_header"].get("msg_id") == of and _is_log(m))
        assert f"live line {i}" in shown["content"]["data"]["text/html"]
        cell = front.collect(msg_id)
        assert cell.result is not None
        delays.append(shown["received"] - float(cell.result))
    print("log line shown after", ", ".join(f"{1e3 * d:.0f}" for d in delays), "ms")
    assert sorted(delays)[2] < 0.2 and max(delays) < 0.5


def test_log_block_precedes_the_end_of_its_cell(front: FrontEnd) -> None:
    for i in range(20):
        cell = front.run(f"casalog.post('last moment {i}')")
        assert f"last moment {i}" in log_text(cell)


def test_long_logs_stay_bounded(front: FrontEnd) -> None:
    cell = front.run("for i in range(20_000): casalog.post(f'line number {i} of many')", timeout=60)
    assert "20,000 lines" in title(cell)
    assert len(final_log(cell)) < 300_000
    assert "line number 0 of" in log_text(cell) and "line number 19999 of" in log_text(cell)
    seconds = cell.messages[-1]["received"] - cell.messages[0]["received"]
    assert len(cell.all("update_display_data")) <= 4 * seconds + 4


def test_log_of_a_thread_belongs_to_a_cell(front: FrontEnd) -> None:
    cell = front.run(
        "import threading\nt = threading.Thread(target=casalog.post, args=('from a thread',)); t.start(); t.join()"
    )
    assert "from a thread" in log_text(cell)


def test_multi_line_messages_are_counted_once(front: FrontEnd) -> None:
    cell = front.run("casalog.post('first\\nsecond\\nthird', 'WARN')")
    assert "1 warning" in title(cell) and "warnings" not in title(cell)
    assert cell.stderr == ""


# -- pictures ------------------------------------------------------------------------------------------------
@pytest.fixture
def unchanged(folder: Path) -> Iterator[None]:
    """Nothing new may lie in the working directory afterwards."""
    before = set(os.listdir(folder))
    yield
    assert set(os.listdir(folder)) == before


@pytest.mark.parametrize(
    "task, code",
    [
        ("casaplotms", f"plotms('{MS}', xaxis='time', yaxis='amp', avgchannel='15', field='0')"),
        ("casatasks", f"plotants('{MS}')"),
    ],
)
@pytest.mark.usefixtures("unchanged")
def test_plot_is_shown(front: FrontEnd, task: str, code: str) -> None:
    if front.run(f"import {task}", timeout=60).status != "ok":
        pytest.skip(f"no {task} in {TEST_PYTHON}")
    cell = front.run(code, timeout=100)
    assert cell.status == "ok", cell.reply["content"]
    (picture,) = pictures(cell)
    assert picture.startswith(b"\x89PNG") and len(picture) > 3000
    assert len(log_blocks(cell)) <= 1


def test_picture_of_an_image(front: FrontEnd, folder: Path) -> None:
    if front.run("import casaviewer", timeout=60).status != "ok":
        pytest.skip(f"no casaviewer in {TEST_PYTHON}")
    cell = front.run(f"tclean('{MS}', imagename='dirty', field='2', imsize=64, cell='30arcsec', niter=0);", timeout=100)
    assert cell.status == "ok", cell.reply["content"]
    before = set(os.listdir(folder))
    cell = front.run("imview('dirty.image')", timeout=100)
    assert cell.status == "ok", cell.reply["content"]
    (picture,) = pictures(cell)
    assert picture.startswith(b"\x89PNG") and len(picture) > 1000
    assert set(os.listdir(folder)) == before


def test_no_casa_log_in_the_working_directory(front: FrontEnd, folder: Path) -> None:
    assert [name for name in os.listdir(folder) if name.endswith(".log")] == []


# -- interrupts ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mode", ["signal", "message"])
def test_interrupt_of_tclean(kernel: Kernel, front: FrontEnd, mode: str) -> None:
    msg_id = front.execute(
        f"tclean('{MS}', imagename='long_{mode}', field='2', imsize=256, cell='10arcsec', "
        f"niter=10000000,"
        " specmode='cube', threshold='0.0001mJy', cycleniter=200)"
    )
    front.wait_for(lambda m: m["parent_header"].get("msg_id") == msg_id and _is_log(m), timeout=60)
    time.sleep(1.5)
    begin = time.monotonic()
    kernel.interrupt(front, mode)
    cell = front.collect(msg_id, timeout=60)
    print(f"tclean ended {time.monotonic() - begin:.1f} s after the interrupt")
    assert cell.error == "KeyboardInterrupt"
    assert front.value("1") == "1"
    cell = front.run(f"flagdata('{MS}', mode='summary')['total'] > 0", timeout=60)
    assert cell.result == "True"


@pytest.mark.serial
def test_control_is_answered_while_casa_works(front: FrontEnd) -> None:
    msg_id = front.execute(f"flagdata('{MS}', mode='summary'); flagdata('{MS}', mode='summary');")
    begin = time.monotonic()
    assert front.request("kernel_info_request", channel="control").status == "ok"
    assert time.monotonic() - begin < 0.5
    assert front.collect(msg_id, timeout=60).status == "ok"


def test_plots_after_an_interrupt(front: FrontEnd, kernel: Kernel) -> None:
    # The interrupt went to the whole process group; plotms must not have been in it.
    if front.run("import casaplotms").status != "ok":
        pytest.skip(f"no casaplotms in {TEST_PYTHON}")
    cell = front.run(f"plotms('{MS}', xaxis='uvdist', yaxis='amp', field='0', avgchannel='15')", timeout=100)
    assert cell.status == "ok" and len(pictures(cell)) == 1


def test_casatools_loads_while_the_debugger_asks(start_kernel: Callable[..., Kernel], folder: Path) -> None:
    """casatools runs Python while its library is loaded; whoever then looks up a symbol with the GIL waits for ever."""
    front = start_kernel(cwd=folder).connect()
    cell, asked = front.execute("import casatools; 'loaded'"), 0
    while not front.sockets["shell"].poll(0):
        question = {"type": "request", "seq": asked, "command": "debugInfo", "arguments": {}}
        assert front.request("debug_request", question, channel="control").reply["content"]["success"]
        asked += 1
    assert front.collect(cell).result == "'loaded'" and asked > 3


def test_casatools_loads_right_after_the_first_tab(start_kernel: Callable[..., Kernel], folder: Path) -> None:
    front = start_kernel(cwd=folder).connect()
    front.request("complete_request", {"code": "import os; os.pa", "cursor_pos": 16})
    assert front.value("import casatools; 'loaded'", timeout=60) == "'loaded'"

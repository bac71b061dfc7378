"""%casalog, casalogger(), and the file of the whole log, in the whole kernel."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from casa_session import need_casa
from kernel_client import FrontEnd, Kernel
from log_blocks import final, states, text

pytestmark = pytest.mark.deadline(120)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_casa()
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def kernel(start_kernel: Callable[..., Kernel], folder: Path) -> Iterator[Kernel]:
    kernel = start_kernel(cwd=folder)
    front = kernel.connect()
    # Before CASA is there: the magic must not import it.
    assert re.search(
        r"has 0 lines so far, and the file will be /\S+/casa-\d{8}-\d{6}-\d+\.log\.", front.run("%casalog").stdout
    )
    assert front.value("import sys; 'casatools' in sys.modules") == "False"
    assert front.run("casalog.version()", timeout=60).status == "ok"
    yield kernel


def test_state_tells_the_file_that_casa_logs_to(front: FrontEnd, folder: Path) -> None:
    path = front.value("casalog.logfile()").strip("'")
    stdout = front.run("%casalog").stdout
    assert re.search(
        r"CASA's log is shown under the cells; this session has [\d,]+ lines.* so far, and the file is ", stdout
    )
    assert path in stdout and Path(path).is_file()
    assert not list(folder.glob("casa-*.log"))


def test_off_and_on(front: FrontEnd) -> None:
    assert front.run("%casalog off").stdout == ""
    cell = front.run("casalog.post('unseen')\ncasalog.post('odd', 'WARN')\n!printf '\\n0%%....10'")
    assert states(cell) == []
    assert re.fullmatch(r"\S+ \S+\tWARN\t\S+\todd\n(.|\n)*", cell.stderr)
    assert " not shown under" in front.run("%casalog").stdout
    assert front.run("%casalog on").stdout == ""
    assert "seen again" in final(front.run("casalog.post('seen again')")).text


def test_level(front: FrontEnd) -> None:
    front.run("%casalog level warn")
    cell = front.run("casalog.post('usual')\ncasalog.post('odd', 'WARN')")
    assert "odd" in final(cell).text and "usual" not in final(cell).text
    assert "usual" in front.run("%casalog tail 2").stdout
    front.run("%casalog level DEBUG1")
    assert "fine" in final(front.run("casalog.post('fine', 'DEBUG1')")).text
    front.run("%casalog level INFO")
    assert states(front.run("casalog.post('fine', 'DEBUG1')")) == []
    assert "usual" in final(front.run("casalog.post('usual')")).text


def test_last_shows_the_last_cells_block_again(front: FrontEnd) -> None:
    before = final(front.run("casalog.post('again <b>please</b>', 'WARN')"))
    front.run("1 + 1")
    for _ in range(2):
        (data,) = front.run("%casalog last").displays
        assert text(data["text/html"].split("<script>")[0]) == before.text and data["text/plain"] == before.plain


def test_tail_prints_the_newest_lines(front: FrontEnd) -> None:
    front.run("for i in range(30): casalog.post(f'line {i}.')")
    assert re.findall(r"line (\d+)\.", front.run("%casalog tail 3").stdout) == ["27", "28", "29"]
    assert re.findall(r"line (\d+)\.", front.run("%casalog tail").stdout) == [str(i) for i in range(10, 30)]


def test_save_writes_the_session_and_never_over_a_file(front: FrontEnd, folder: Path) -> None:
    front.run("casalog.setlogfile('second.log')\ncasalog.post('in the second file')")
    cell = front.run("%casalog save session log.txt")
    assert cell.stdout == f"The log of this session is in {folder}/session log.txt\n"
    saved = (folder / "session log.txt").read_text()
    assert "CASA Version" in saved and "in the second file" in saved
    cell = front.run("%casalog save session log.txt")
    assert "session log.txt exists already; take another name or delete it." in cell.stderr
    assert (folder / "session log.txt").read_text() == saved


@pytest.mark.parametrize(
    "line, sentence",
    [
        ("quiet", "%casalog has no 'quiet': say %casalog on, off, level LEVEL, last, tail N or save FILE."),
        ("off now", "'now' is one word too many"),
        ("level", "needs one of DEBUG2, "),
        ("level loud", "not 'loud'"),
        ("tail -1", "needs a number of lines, not '-1'"),
        ("tail 0", "not '0'"),
        ("save", "needs the name of a file"),
        ("save no/such/folder.log", "no/such/folder.log cannot be written (No such file or directory)"),
    ],
)
def test_bad_input_is_one_sentence(front: FrontEnd, line: str, sentence: str) -> None:
    cell = front.run(f"%casalog {line}")
    assert sentence in cell.stderr and cell.stderr.count("\n") <= 2 and "Traceback" not in cell.stderr


def test_casalogger_shows_the_session(front: FrontEnd) -> None:
    front.run("casalog.post('<script>alert(1)</script>', 'WARN')")
    cell = front.run("casalogger()", timeout=60)
    assert cell.status == "ok", cell.reply["content"]
    (data,) = cell.displays
    shown = data["text/html"].split("<script>(")[0]
    assert re.search(r"<details[^>]* open><summary[^>]*>CASA log of this session \([\d,]+ lines, ", shown)
    assert "<script" not in shown and "<script>alert(1)</script>" in text(shown)
    assert "CASA Version" in shown and "Warnings only (" in shown
    assert "second.log" in shown or "casa-" in shown.rpartition("The log file is ")[2]


def test_casalogger_stays_small(front: FrontEnd) -> None:
    front.run(
        "for i in range(100_000): casalog.post(f'a line as long as those of CASA usually are, number {i}')", timeout=100
    )
    (data,) = front.run("casalogger()", timeout=60).displays
    assert "number 99999" in data["text/html"] and "number 95001" in data["text/html"]
    assert "number 94000" not in data["text/html"] and "left out here; the whole log is in /" in data["text/html"]
    assert len(data["text/html"]) < 800_000


def test_a_log_file_that_the_user_has_chosen_is_honoured(
    start_kernel: Callable[..., Kernel], kernel_env: dict[str, str], tmp_path: Path
) -> None:
    mine, config = tmp_path / "mine.log", tmp_path / "config.py"
    mine.write_text("2020-01-02 03:04:05\tWARN\t::casa\tof an earlier session\n")
    site = kernel_env.get("CASASITECONFIG")
    config.write_text((Path(site).read_text() if site else "") + f"\nlogfile = {str(mine)!r}\n")
    front = start_kernel(cwd=tmp_path, env={"CASASITECONFIG": str(config)}).connect()
    cell = front.run("casalog.post('chosen')", timeout=60)
    assert "chosen" in final(cell).text and "chosen" in mine.read_text()
    assert "earlier session" not in final(cell).text + front.run("%casalog tail 1000").stdout
    assert str(mine) in front.run("%casalog").stdout


def test_no_log_file_is_honoured(
    start_kernel: Callable[..., Kernel], kernel_env: dict[str, str], tmp_path: Path
) -> None:
    config, site = tmp_path / "config.py", kernel_env.get("CASASITECONFIG")
    config.write_text((Path(site).read_text() if site else "") + "\nnologfile = True\n")
    front = start_kernel(cwd=tmp_path, env={"CASASITECONFIG": str(config)}).connect()
    cell = front.run("casalog.post('nowhere')\ncasalog.post('odd', 'WARN')", timeout=60)
    assert states(cell) == [] and "odd" in cell.stderr
    assert "there is no file, since your CASA configuration says nologfile" in front.run("%casalog").stdout
    assert front.run("%casalog tail").stdout == "" and not list(tmp_path.glob("*.log"))

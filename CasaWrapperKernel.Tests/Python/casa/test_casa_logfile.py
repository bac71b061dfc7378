"""casalog.setlogfile and a configured logfile in the whole kernel: the log under the cells goes on in every case."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from casa_session import need_casa
from kernel_client import Cell, FrontEnd, Kernel
from log_blocks import final, states

pytestmark = pytest.mark.deadline(120)
OLD = "2026-01-02 03:04:05\tWARN\tother::::casa\tof another day\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_casa()
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def kernel(
    start_kernel: Callable[..., Kernel], folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kernel]:
    # The state folder has two names.
    link = tmp_path_factory.mktemp("link") / "state"
    link.symlink_to(tmp_path_factory.mktemp("state"))
    kernel = start_kernel(cwd=folder, env={"XDG_STATE_HOME": str(link)})
    assert kernel.connect().run("casalog.version()", timeout=60).status == "ok"
    yield kernel


@pytest.fixture(autouse=True)
def usual(front: FrontEnd) -> Iterator[None]:
    """The session's own file again."""
    own = front.value("casalog.logfile()")
    yield
    assert front.run(f"casalog.setlogfile({own})").status == "ok"


def shown_once(cell: Cell, text: str) -> bool:
    return cell.status == "ok" and cell.stderr == "" and final(cell).text.count(text) == 1


def test_casa_adds_to_a_file_and_its_old_lines_are_not_shown(front: FrontEnd, folder: Path) -> None:
    (folder / "kept.log").write_text(OLD)
    cell = front.run("casalog.setlogfile('kept.log')\ncasalog.post('of today')")
    assert shown_once(cell, "of today") and "(1 line)" in final(cell).title
    assert "another day" not in cell.displays[-1]["text/html"]
    assert "another day" not in front.run("%casalog tail 50").stdout
    text = (folder / "kept.log").read_text()
    assert text.startswith(OLD) and "of today" in text


@pytest.mark.parametrize(
    "name, path",
    [
        ("in_folder.log", "{folder}/in_folder.log"),
        ("sub/../up.log", "{folder}/up.log"),
        ("~/home.log", "{home}/home.log"),
        ("$HOME/variable.log", "{home}/variable.log"),
        ("", "{folder}/casa.log"),
        ("a b.log", "{folder}/a b.log"),
    ],
)
def test_names_mean_what_casa_means_by_them(
    front: FrontEnd, folder: Path, kernel_env: dict[str, str], name: str, path: str
) -> None:
    (folder / "sub").mkdir(exist_ok=True)
    wanted = path.format(folder=folder, home=kernel_env["HOME"])
    cell = front.run(f"casalog.setlogfile({name!r})\ncasalog.post('found')\ncasalog.logfile()")
    assert shown_once(cell, "found") and cell.result == repr(wanted)
    assert "found" in Path(wanted).read_text()
    assert f"the file is {wanted}." in front.run("%casalog").stdout


def test_a_relative_name_is_of_the_folder_of_that_moment(front: FrontEnd, folder: Path) -> None:
    cell = front.run(
        "import os; os.mkdir('then'); os.chdir('then')\ncasalog.setlogfile('r.log')\nos.chdir('..')\n"
        "casalog.post('from elsewhere')"
    )
    assert shown_once(cell, "from elsewhere") and "from elsewhere" in (folder / "then/r.log").read_text()


@pytest.mark.parametrize(
    "name, reason",
    [
        ("no/such/folder/x.log", "No such file or directory"),
        ("sub", "Is a directory"),
        ("/proc/version/x.log", "Not a directory"),
        ("pipe", "No such device or address"),
    ],
)
def test_a_file_that_cannot_be_written_is_one_sentence_and_the_log_goes_on(
    front: FrontEnd, folder: Path, name: str, reason: str
) -> None:
    (folder / "sub").mkdir(exist_ok=True)
    if not (folder / "pipe").exists():
        os.mkfifo(folder / "pipe")
    before = front.value("casalog.logfile()").strip("'")
    cell = front.run(f"done = casalog.setlogfile({name!r})\ncasalog.post('goes on')\nprint(done)")
    assert cell.stdout == (
        f"[casa-kernel] CASA cannot log to {folder / name} ({reason}): its log goes on in {before}. "
        "Name a file that you may write.\nFalse\n"
    )
    assert shown_once(cell, "goes on") and "goes on" in Path(before).read_text()


def test_what_is_no_name_is_casas_own_error(front: FrontEnd) -> None:
    cell = front.run("casalog.setlogfile(3)")
    assert cell.error == "TypeError"
    assert shown_once(front.run("casalog.post('still here')"), "still here")


@pytest.mark.parametrize("name", ["null", os.devnull])
def test_nowhere_is_a_place_from_which_one_returns(front: FrontEnd, name: str) -> None:
    cell = front.run(
        f"before = casalog.logfile()\ncasalog.setlogfile({name!r})\ncasalog.post('unseen')\ncasalog.post('odd', 'WARN')"
    )
    assert states(cell) == [] and "unseen" not in cell.stderr
    assert "odd" in cell.stderr  # the only place where it can be seen
    assert "there is no file" in front.run("%casalog").stdout
    assert shown_once(front.run("casalog.setlogfile(before)\ncasalog.post('back')"), "back")


def test_one_file_by_two_names_shows_its_lines_once(front: FrontEnd, folder: Path) -> None:
    own = Path(front.value("casalog.logfile()").strip("'"))
    assert own.resolve() != own
    assert shown_once(
        front.run(f"casalog.setlogfile({str(own.resolve())!r})\ncasalog.post('by its true name')"), "by its true name"
    )
    (folder / "link.log").symlink_to(own)
    assert shown_once(front.run("casalog.setlogfile('link.log')\ncasalog.post('by a link')"), "by a link")


@pytest.mark.parametrize("instead", ["", OLD])
def test_a_file_that_has_been_deleted_and_named_again(front: FrontEnd, folder: Path, instead: str) -> None:
    path = folder / "again.log"
    path.unlink(missing_ok=True)
    assert shown_once(
        front.run(
            "casalog.setlogfile('again.log')\nfor i in range(50): casalog.post('first time')\ncasalog.post('the end')"
        ),
        "the end",
    )
    path.unlink()
    path.write_text(instead)
    cell = front.run("casalog.setlogfile('again.log')\ncasalog.post('second time')")
    assert shown_once(cell, "second time") and "(1 line)" in final(cell).title
    assert path.read_text().startswith(instead)


def test_what_is_no_file_is_left_to_its_reader(front: FrontEnd) -> None:
    cell = front.run("casalog.setlogfile('/dev/stdout')\ncasalog.post('to the cell')")
    assert "CASA now logs to /dev/stdout, which is no file" in cell.stdout
    assert cell.stdout.count("to the cell") == 1 and cell.status == "ok"


def test_casatools_alone_is_followed_too(start_kernel: Callable[..., Kernel], folder: Path) -> None:
    front = start_kernel(cwd=folder).connect()
    cell = front.run(
        "from casatools import logsink\nsink = logsink()\nsink.setlogfile('tools.log')\nsink.post('by a tool')",
        timeout=60,
    )
    assert cell.status == "ok" and final(cell).text.count("by a tool") == 1
    assert "by a tool" in (folder / "tools.log").read_text()
    assert front.value("import sys; 'casatasks' in sys.modules") == "False"


def test_a_configured_logfile_that_cannot_be_written_is_said_and_replaced(
    start_kernel: Callable[..., Kernel], kernel_env: dict[str, str], folder: Path, tmp_path: Path
) -> None:
    site = kernel_env.get("CASASITECONFIG")
    config = tmp_path / "site.py"
    config.write_text((Path(site).read_text() if site else "") + "\nlogfile = '/no/such/folder/casa.log'\n")
    front = start_kernel(cwd=folder, env={"CASASITECONFIG": str(config)}).connect()
    cell = front.run("casalog.post('kept all the same')", timeout=60)
    assert (
        cell.stdout.count(
            "CASA cannot log to /no/such/folder/casa.log, which its configuration names as logfile "
            "(No such file or directory): its log is in /"
        )
        == 1
    )
    assert "kept all the same" in final(cell).text
    assert "kept all the same" in Path(front.value("casalog.logfile()").strip("'")).read_text()

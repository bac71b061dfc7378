"""Folders that go away or can only be read, and what plots leave behind, with real CASA in the whole kernel."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kernel_client import Cell, Kernel

pytestmark = pytest.mark.deadline(240)
Start = Callable[..., Kernel]
MS = "ngc5921_raw.ms"


def _pictures(cell: Cell) -> int:
    assert cell.status == "ok", cell.reply["content"]
    return sum("image/png" in display for display in cell.displays)


def test_plots_leave_no_files(start_kernel: Start, folder: Path, tmp_path: Path) -> None:
    front = start_kernel(cwd=folder, env={"TMPDIR": str(tmp_path)}).connect()
    plot = f"plotms('{MS}', xaxis='time', spw='0:0')"
    assert _pictures(front.run(plot, timeout=100)) == 1
    before = sorted(tmp_path.rglob("*"))
    assert _pictures(front.run(f"{plot}; {plot}; {plot}", timeout=100)) == 3
    front.run(f"plotms('{MS}', xaxis='nothing')", timeout=100)  # a failed one
    assert sorted(tmp_path.rglob("*")) == before


def test_a_deleted_folder_is_said_before_casa_is_imported(start_kernel: Start, folder: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    front = start_kernel(cwd=work, env={"CASA_KERNEL_IMPORT": "off"}).connect()
    front.run("1")
    work.rmdir()
    cell = front.run("import casatools", timeout=60)
    assert cell.error == "FileNotFoundError"
    assert "has been deleted: say  %cd FOLDER" in cell.reply["content"]["evalue"]
    front.run(f"%cd {folder}")
    assert front.value("import casatools; casatools.quanta().convert('1km', 'm')['value']", timeout=60) == "1000.0"


@pytest.fixture
def read_only_home(tmp_path: Path) -> Iterator[Path]:
    """A home folder in which nothing can be written, by root neither."""
    home = tmp_path / "home"
    home.mkdir()
    if os.geteuid() != 0:
        home.chmod(0o500)
        yield home
        return
    mount = ["mount", "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", str(home)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("root may not mount anything here")
    yield home
    subprocess.run(["umount", "-l", str(home)], check=True)


def test_plots_where_the_home_can_only_be_read(start_kernel: Start, folder: Path, read_only_home: Path) -> None:
    front = start_kernel(cwd=folder, env={"HOME": str(read_only_home)}).connect()
    assert _pictures(front.run(f"plotms('{MS}')", timeout=150)) == 1


def test_an_interrupt_while_a_library_of_casa_is_loaded_is_not_lost(start_kernel: Start, folder: Path) -> None:
    kernel = start_kernel(cwd=folder, env={"CASA_KERNEL_IMPORT": "off"})
    front = kernel.connect()
    # The audit hook tells when the first library is about to be loaded, which takes a while.
    front.run(
        "import sys, threading\nloads = threading.Event()\n"
        "sys.addaudithook(lambda name, what: name == 'import' and '__casac__._' in str(what[0]) and loads.set())"
    )
    request = front.execute("import casatools")
    helper = "import os, signal\nloads.wait(30)\nos.kill(os.getpid(), signal.SIGINT)"
    subshell = front.request("create_subshell_request", channel="control").reply["content"]["subshell_id"]
    message = front.session.msg("execute_request", {"code": helper, "silent": True})
    message["header"]["subshell_id"] = subshell
    front.session.send(front.sockets["shell"], message)
    end = time.monotonic() + 60
    replies = [front.receive("shell", end - time.monotonic()) for _ in range(2)]
    (reply,) = [r["content"] for r in replies if r["parent_header"]["msg_id"] == request]
    assert (reply["status"], reply.get("ename")) == ("error", "KeyboardInterrupt")
    front.inbox.clear()

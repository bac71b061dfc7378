"""When the kernel's process dies, its last words, the next kernel and `casa-kernel crash` say why."""

from __future__ import annotations

import html
import signal
import stat
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import StartKernel
from kernel_client import Kernel

pytestmark = pytest.mark.deadline(90)

_PRINT = "print('almost lost', flush=True)\nimport ctypes, os, time\ntime.sleep(0.02)\n"
_NO_WORD = "without a word"
_SEGFAULT, _ABORT = "a segmentation fault of C code (SIGSEGV)", "the C code has given up (abort, SIGABRT)"

DEATHS = {
    "segmentation fault": ("ctypes.string_at(0)", -signal.SIGSEGV, _SEGFAULT, "in string_at"),
    "of a thread": (
        "import threading\nthreading.Thread(target=ctypes.string_at, args=(0,)).start(); time.sleep(20)",
        -signal.SIGSEGV,
        _SEGFAULT,
        "in string_at",
    ),
    "signal from outside": ("os.kill(os.getpid(), 11)", -signal.SIGSEGV, _SEGFAULT, "in <module>"),
    "abort": ("os.abort()", -signal.SIGABRT, _ABORT, "in <module>"),
    "broken heap": (
        "libc = ctypes.CDLL(None); libc.malloc.restype = ctypes.c_void_p\n"
        "piece = ctypes.c_void_p(libc.malloc(64)); libc.free(piece); libc.free(piece)",
        -signal.SIGABRT,
        _ABORT,
        "in <module>",
    ),
    "full stack": (
        "import sys; sys.setrecursionlimit(10**7)\nclass Deep:\n    def __getattr__(self, name):\n"
        "        return getattr(self, name)\nDeep().x",
        -signal.SIGSEGV,
        "its stack is full (too deep a recursion)",
        "in __getattr__",
    ),
    "exit of C code": ("ctypes.CDLL(None).exit(3)", 3, "C code has ended the process with exit(3)", "libc.so.6("),
    "killed": ("os.kill(os.getpid(), 9)", -signal.SIGKILL, _NO_WORD, "available"),
    "left at once": ("os._exit(3)", 3, _NO_WORD, "available"),
}


@dataclass
class Dead:
    """What a kernel has left behind."""

    status: int
    streams: dict[str, str]
    kernel: Kernel
    env: dict[str, str]
    cwd: Path


def die(start_kernel: StartKernel, folder: Path, code: str, **more: str) -> Dead:
    """A kernel that has run one cell, and then this one."""
    (cwd := folder / "work").mkdir(exist_ok=True)
    env = {"XDG_STATE_HOME": str(folder / "state"), **more}
    kernel = start_kernel(env=env, cwd=cwd)
    front = kernel.connect()
    assert front.run("x = 1").status == "ok"
    front.execute(code)
    status = kernel.manager.provisioner.process.wait(timeout=30)  # type: ignore[union-attr]
    streams = {"stdout": "", "stderr": ""}
    with suppress(TimeoutError):
        while True:
            message = front.receive("iopub", 0.5)
            if message["msg_type"] == "stream":
                streams[message["content"]["name"]] += message["content"]["text"]
    return Dead(status, streams, kernel, env, cwd)


def first_display(start_kernel: StartKernel, env: dict[str, str], cwd: Path) -> list[dict[str, Any]]:
    """What the first cell of a new kernel shows, and it alone."""
    front = start_kernel(env=env, cwd=cwd).connect()
    assert front.run("1", silent=True).displays == []
    cell = front.run("1")
    assert front.run("2").displays == []
    return cell.displays


def crash(program: Path, env: dict[str, str], *arguments: str) -> str:
    """What `casa-kernel crash` prints."""
    command = [str(program), "crash", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("death", DEATHS)
def test_death_is_told(
    death: str, start_kernel: StartKernel, casa_kernel: Path, kernel_env: dict[str, str], tmp_path: Path
) -> None:
    code, status, cause, detail = DEATHS[death]
    dead = die(start_kernel, tmp_path, _PRINT + code)
    assert dead.status == status
    summary = f"The kernel has ended in cell 2: {cause}"
    if cause != _NO_WORD:
        assert "almost lost\n" in dead.streams["stdout"]
        assert summary in dead.streams["stderr"]
        assert summary in dead.kernel.stderr

    (display,) = first_display(start_kernel, dead.env, dead.cwd)
    assert display["text/html"].startswith("<details>")
    for expected in (summary, "What to do", "Cell 2", "almost lost", html.escape(detail)):
        assert expected in display["text/html"]
    assert display["text/plain"].startswith(summary)

    printed = crash(casa_kernel, kernel_env | dead.env)
    for expected in (summary, "Cell 2  [yours]", code.splitlines()[0], detail, "--without-user-data"):
        assert expected in printed
    for secret in (code.splitlines()[0], str(tmp_path)):
        assert secret not in crash(casa_kernel, kernel_env | dead.env, "--without-user-data")
    for record in (tmp_path / "state" / "casa-kernel").glob("*.crash"):
        assert stat.S_IMODE(record.stat().st_mode) == 0o600


def test_next_kernel_says_it_in_the_servers_log(start_kernel: StartKernel, tmp_path: Path) -> None:
    dead = die(start_kernel, tmp_path, "import os; os.kill(os.getpid(), 9)")
    kernel = start_kernel(env=dead.env, cwd=dead.cwd)
    kernel.connect().run("1")
    assert "Of the kernel before this one: The kernel has ended in cell 2: without a word" in kernel.stderr


def test_story_is_that_of_its_notebook(start_kernel: StartKernel, tmp_path: Path) -> None:
    dead = die(start_kernel, tmp_path, "import os; os.abort()", JPY_SESSION_NAME="one.ipynb")
    assert first_display(start_kernel, dead.env | {"JPY_SESSION_NAME": "other.ipynb"}, dead.cwd) == []
    assert len(first_display(start_kernel, dead.env, dead.cwd)) == 1
    assert first_display(start_kernel, dead.env, dead.cwd) == []


@pytest.mark.parametrize("end", ["shutdown", "restart", "SIGTERM", "exit"])
def test_orderly_end_leaves_no_story(end: str, start_kernel: StartKernel, casa_kernel: Path, tmp_path: Path) -> None:
    env = {"XDG_STATE_HOME": str(tmp_path / "state")}
    kernel = start_kernel(env=env)
    front = kernel.connect()
    front.run("x = 1")
    records = (tmp_path / "state" / "casa-kernel").glob
    (record,) = records("*.crash")
    if end == "restart":
        kernel.manager.restart_kernel()
    elif end == "shutdown":
        kernel.manager.shutdown_kernel()
    elif end == "exit":
        front.execute("exit")
        kernel.manager.provisioner.process.wait(timeout=20)  # type: ignore[union-attr]
    else:
        front.execute("import time; time.sleep(20)")
        time.sleep(0.5)
        kernel.manager.provisioner.process.send_signal(signal.SIGTERM)  # type: ignore[union-attr]
        assert kernel.manager.provisioner.process.wait(timeout=20) == 0  # type: ignore[union-attr]
    assert record not in list(records("*.crash"))


def test_fork_that_crashes_is_no_death_of_the_kernel(start_kernel: StartKernel, tmp_path: Path) -> None:
    front = start_kernel(env={"XDG_STATE_HOME": str(tmp_path / "state")}).connect()
    cell = front.run(
        "import ctypes, os\npid = os.fork()\nif pid == 0:\n    ctypes.string_at(0)\nos.waitpid(pid, 0)[1] & 127"
    )
    assert cell.result == str(int(signal.SIGSEGV))
    (record,) = (tmp_path / "state" / "casa-kernel").glob("*.crash")
    assert b"@signal" not in record.read_bytes()


def test_crashes_are_listed(
    start_kernel: StartKernel, casa_kernel: Path, kernel_env: dict[str, str], tmp_path: Path
) -> None:
    env = kernel_env | {"XDG_STATE_HOME": str(tmp_path / "state")}
    assert crash(casa_kernel, env) == "No kernel of yours has died, as far as is known.\n"
    die(start_kernel, tmp_path, "import os; os.abort()")
    die(start_kernel, tmp_path, "import ctypes; ctypes.string_at(0)")
    first, second = crash(casa_kernel, env, "--list").splitlines()
    assert _SEGFAULT in first
    assert _ABORT in second
    assert _ABORT in crash(casa_kernel, env, "2")

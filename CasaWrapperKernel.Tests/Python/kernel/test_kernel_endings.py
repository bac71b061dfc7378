"""SIGTERM, low limits, and surroundings that go away: the kernel ends tidily, runs, or says what is wrong."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import TEST_PYTHON
from jupyter_client.connect import write_connection_file
from kernel_client import FrontEnd, Kernel, process_exists

pytestmark = pytest.mark.deadline(90)
Start = Callable[..., Kernel]

BUSY = {
    "nothing": "pass",
    "a loop": "while True: pass",
    "a sleep": "import time; time.sleep(60)",
    "C code that holds the GIL and takes no interrupt": (
        "import ctypes, signal\nctypes.PyDLL(None).signal(signal.SIGINT, ctypes.c_void_p(1))\n"
        "ctypes.PyDLL(None).sleep(60)"
    ),
    "a cell that takes no interrupt": (
        "import time\nwhile True:\n    try: time.sleep(60)\n    except KeyboardInterrupt: pass"
    ),
}


@pytest.mark.parametrize("busy", BUSY)
def test_sigterm_ends_the_kernel_within_3_s_and_leaves_nothing(start_kernel: Start, tmp_path: Path, busy: str) -> None:
    kernel = start_kernel(env={"TMPDIR": str(tmp_path)})
    front = kernel.connect()
    front.run("import casawrapper.casa.core.files as files; files.private_file('x', '.txt')")
    child = front.run("import subprocess; print(subprocess.Popen(['sleep', '300']).pid)").stdout
    assert list(tmp_path.iterdir())
    front.execute(BUSY[busy])
    time.sleep(0.5)
    os.kill(kernel.pid, signal.SIGTERM)
    begin = time.monotonic()
    while kernel.is_alive():
        assert time.monotonic() - begin < 3
        time.sleep(0.05)
    assert list(tmp_path.iterdir()) == []
    time.sleep(0.2)
    assert not process_exists(int(child))


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="needs root and unshare")
def test_sigterm_ends_process_1_of_a_container(casa_kernel: Path, kernel_env: dict[str, str], tmp_path: Path) -> None:
    file, connection = write_connection_file(str(tmp_path / "connection.json"), key=b"0" * 32)
    command = ["unshare", "-pf", "--mount-proc", "--kill-child", str(casa_kernel), "start", "-f", file]
    with subprocess.Popen([*command, "--python", TEST_PYTHON], env=kernel_env) as outer:
        front = FrontEnd(connection)
        front.wait_ready(60)
        assert front.value("import os; os.getpid()") == "1"
        front.close()
        (inner,) = Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text().split()
        os.kill(int(inner), signal.SIGTERM)
        assert outer.wait(3) == 0


def test_users_see_the_default_of_sigterm_and_may_change_it(front: FrontEnd) -> None:
    code = "import signal; signal.getsignal(signal.SIGTERM) is signal.SIG_DFL"
    assert front.value(code) == "True"
    take = "got = []\nsignal.signal(signal.SIGTERM, lambda *_: got.append(1))\nsignal.raise_signal(signal.SIGTERM); got"
    assert front.value(take) == "[1]"


def _limited(casa_kernel: Path, env: dict[str, str], folder: Path, limit: int, value: int, code: str) -> str:
    """What a cell says in a kernel under a limit: its text, or its error."""
    file, connection = write_connection_file(str(folder / "connection.json"), key=b"0" * 32)
    with subprocess.Popen(
        [str(casa_kernel), "start", "-f", file, "--python", TEST_PYTHON],
        env=env,
        preexec_fn=lambda: resource.setrlimit(limit, (value, value)),
    ) as process:
        try:
            front = FrontEnd(connection)
            front.wait_ready(60)
            cell = front.run(code, timeout=60)
            front.close()
            return cell.stdout or cell.reply["content"]["evalue"]
        finally:
            process.terminate()
            process.wait(5)


@pytest.mark.parametrize(
    "limit, value, said",
    [
        (resource.RLIMIT_AS, 1400 << 20, "1.5 GB of address space.*at least 2.4 GB.*ulimit -v"),
        (resource.RLIMIT_NOFILE, 32, "32 open files.*at least 64.*ulimit -n"),
        (resource.RLIMIT_AS, 2500 << 20, "^it runs$"),
        (resource.RLIMIT_NOFILE, 64, "^it runs$"),
    ],
)
def test_a_low_limit(
    casa_kernel: Path, kernel_env: dict[str, str], tmp_path: Path, limit: int, value: int, said: str
) -> None:
    text = _limited(casa_kernel, kernel_env, tmp_path, limit, value, "print('it runs', end='')")
    assert re.search(said, text), text

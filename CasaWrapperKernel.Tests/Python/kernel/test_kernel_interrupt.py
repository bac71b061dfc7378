"""Interrupts in both modes, and the end of a kernel."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import kernel_client
import pytest
from conftest import TEST_PYTHON
from kernel_client import FrontEnd, Kernel, process_exists, processes_in_group, wait_until

pytestmark = pytest.mark.deadline(40)
MODES = ["signal", "message"]
Start = Callable[..., Kernel]


# -- interrupts ----------------------------------------------------------------------------------------------
INTERRUPTED = {
    "sleep": "import time\nprint('on')\ntime.sleep(30)",
    "loop": "print('on')\nwhile True: pass",
    "await": "import asyncio\nprint('on')\nawait asyncio.sleep(30)",
    "await in a loop": "import asyncio\nprint('on')\nwhile True: await asyncio.sleep(0)",
    "loop in an async cell": "import asyncio\nawait asyncio.sleep(0)\nprint('on')\nwhile True: pass",
    "subprocess": "import subprocess\nprint('on')\nsubprocess.run(['sleep', '30'])",
    "system": "print('on')\n!sleep 30",
    "lock": "import threading\nprint('on')\nlock = threading.Lock(); lock.acquire(); lock.acquire()",
    "join": "import threading, time\nprint('on')\n"
    "t = threading.Thread(target=time.sleep, args=(2,), daemon=True); t.start()\n"
    "t.join()",
    "read": "import os\nr, w = os.pipe()\nprint('on')\nos.read(r, 1)",
    "printing": "print('on')\nwhile True: print('x' * 50)",
}


def _begin(front: FrontEnd, code: str, settle: float = 0.3) -> str:
    """Start a cell, wait until it has printed and then until it is where it will stay."""
    msg_id = front.execute(code)
    front.wait_for(lambda m: m["msg_type"] == "stream" and m["parent_header"].get("msg_id") == msg_id)
    time.sleep(settle)
    return msg_id


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", INTERRUPTED)
def test_interrupt(kernel: Kernel, front: FrontEnd, name: str, mode: str) -> None:
    msg_id = _begin(front, INTERRUPTED[name])
    begin = time.monotonic()
    kernel.interrupt(front, mode)
    cell = front.collect(msg_id, timeout=10)
    seconds = time.monotonic() - begin
    if name == "system":  # the shell that the command ran in reports its own end
        assert cell.status == "error" or front.value("_exit_code") in ("130", "-2"), cell.reply["content"]
    else:
        assert cell.error == "KeyboardInterrupt"
        assert len(cell.all("error")) == 1
    assert seconds < 2
    assert front.value("'goes on'") == "'goes on'"


@pytest.mark.parametrize("mode", MODES)
def test_interrupt_of_a_question(kernel: Kernel, front: FrontEnd, mode: str) -> None:
    msg_id = front.execute("input('never answered')", allow_stdin=True)
    front.receive("stdin")
    time.sleep(0.1)
    kernel.interrupt(front, mode)
    assert front.collect(msg_id).error == "KeyboardInterrupt"
    msg_id = front.execute("input()", allow_stdin=True)
    front.receive("stdin")
    front.send("input_reply", {"value": "answer"}, channel="stdin")
    assert front.collect(msg_id).result == "'answer'"


@pytest.mark.parametrize("mode", MODES)
def test_twenty_interrupts_in_a_row(kernel: Kernel, front: FrontEnd, mode: str) -> None:
    for i in range(20):
        msg_id = _begin(front, INTERRUPTED["loop" if i % 2 else "sleep"], settle=0.01 * i)
        kernel.interrupt(front, mode)
        assert front.collect(msg_id, timeout=10).error == "KeyboardInterrupt", i
    assert front.value("1") == "1"


@pytest.mark.parametrize("mode", MODES)
def test_thirty_interrupts_of_a_cell_that_hardly_ever_leaves_the_loop(
    kernel: Kernel, front: FrontEnd, mode: str
) -> None:
    for i in range(30):
        msg_id = _begin(front, INTERRUPTED["await in a loop"], settle=0.003 * i)
        kernel.interrupt(front, mode)
        cell = front.collect(msg_id, timeout=10)
        assert cell.error == "KeyboardInterrupt" and len(cell.all("error")) == 1, i
    assert front.value("1") == "1"


@pytest.mark.parametrize("mode", MODES)
def test_interrupt_when_idle_does_nothing(kernel: Kernel, front: FrontEnd, mode: str) -> None:
    for _ in range(5):
        kernel.interrupt(front, mode)
    time.sleep(0.2)
    assert front.value("'first try'") == "'first try'"
    kernel.interrupt(front, mode)
    time.sleep(0.2)
    assert front.value("import asyncio\nawait asyncio.sleep(0.05)\n'async too'") == "'async too'"


@pytest.mark.parametrize("mode", MODES)
def test_cell_that_catches_the_interrupt_goes_on(kernel: Kernel, front: FrontEnd, mode: str) -> None:
    msg_id = _begin(
        front,
        "import time\nprint('on')\ntry:\n    time.sleep(30)\nexcept KeyboardInterrupt:\n"
        "    pass\n"
        "time.sleep(0.5)\n'went on'",
    )
    kernel.interrupt(front, mode)
    assert front.collect(msg_id).result == "'went on'"


@pytest.mark.parametrize("mode", MODES)
def test_interrupt_aborts_the_cells_that_wait(kernel: Kernel, front: FrontEnd, mode: str) -> None:
    first = _begin(front, INTERRUPTED["sleep"])
    second = front.execute("'not run'")
    time.sleep(0.1)
    kernel.interrupt(front, mode)
    assert front.collect(first).error == "KeyboardInterrupt"
    assert front.collect(second).status == "aborted"


def test_interrupt_of_completion_leaves_the_kernel_alive(kernel: Kernel, front: FrontEnd) -> None:
    front.run(
        "import time\nclass Slow:\n    def __dir__(self):\n        time.sleep(1); return ['a_name']\nslow = Slow()"
    )
    msg_id = front.send("complete_request", {"code": "slow.", "cursor_pos": 5})
    time.sleep(0.3)
    kernel.interrupt(front, "signal")
    front.collect(msg_id)
    assert front.value("1") == "1"


def test_interrupt_during_the_start_is_survived(start_kernel: Start, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import time\ntime.sleep(1)\n")
    kernel = start_kernel(env={"PYTHONPATH": str(tmp_path)})
    front = kernel.connect(ready=False)
    front.wait_for(lambda m: m["msg_type"] == "iopub_welcome")
    for mode in MODES:
        kernel.interrupt(front, mode)
    assert front.value("1") == "1"


def test_users_own_handler_is_respected(kernel: Kernel, front: FrontEnd) -> None:
    front.run("import signal\ngot = []\nold = signal.signal(signal.SIGINT, lambda *_: got.append(1))")
    msg_id = _begin(front, "import time\nprint('on')\ntime.sleep(0.5)\nbool(got)")
    kernel.interrupt(front, "signal")
    assert front.collect(msg_id).result == "True"
    assert front.run("signal.signal(signal.SIGINT, old)").status == "ok"


# -- the end -------------------------------------------------------------------------------------------------
def test_shutdown_leaves_no_process(start_kernel: Start, tmp_path: Path) -> None:
    kernel = start_kernel()
    front = kernel.connect()
    pid = kernel.pid
    front.run("import subprocess; p = subprocess.Popen(['sleep', '300'])")
    begin = time.monotonic()
    cell = front.request("shutdown_request", {"restart": False}, channel="control")
    assert cell.reply["content"] == {"status": "ok", "restart": False}
    assert cell.all("shutdown_reply") == [cell.reply["content"]]  # the other front ends are told too
    assert wait_until(lambda: not process_exists(pid), 5)
    assert time.monotonic() - begin < 3
    assert wait_until(lambda: not processes_in_group(pid), 3), processes_in_group(pid)


@pytest.mark.parametrize("restart", [False, True])
def test_exit_handlers_run_at_shutdown(start_kernel: Start, tmp_path: Path, restart: bool) -> None:
    kernel = start_kernel()
    front = kernel.connect()
    front.run(
        f"import atexit, pathlib\n"
        f"atexit.register(pathlib.Path({str(tmp_path / 'mark')!r}).write_text, 'done')\n"
        "import weakref\nclass T: pass\nt = T()\n"
        f"finalizer = weakref.finalize(t, pathlib.Path({str(tmp_path / 'mark2')!r}).write_text, "
        f"'done')"
    )
    front.request("shutdown_request", {"restart": restart}, channel="control")
    assert wait_until(lambda: not process_exists(kernel.pid), 5)
    assert (tmp_path / "mark").read_text() == "done" and (tmp_path / "mark2").read_text() == "done"


@pytest.mark.parametrize(
    "code",
    [
        "import time\nprint('on')\ntime.sleep(60)",
        "print('on')\nwhile True: pass",
        "import asyncio\nprint('on')\nawait asyncio.sleep(60)",
        "import ctypes\nprint('on', flush=True)\nctypes.PyDLL(None).sleep(60)",
    ],
)
def test_shutdown_while_a_cell_runs(start_kernel: Start, code: str) -> None:
    kernel = start_kernel()
    front = kernel.connect()
    _begin(front, code)
    begin = time.monotonic()
    front.send("shutdown_request", {"restart": False}, channel="control")
    assert front.receive("control", 2)["msg_type"] == "shutdown_reply"
    assert wait_until(lambda: not process_exists(kernel.pid), 5)
    print(f"ended after {time.monotonic() - begin:.2f} s")


def test_restart(start_kernel: Start) -> None:
    kernel = start_kernel()
    front = kernel.connect()
    session = front.run("x = 1").reply["header"]["session"]
    pid = kernel.pid
    kernel.manager.restart_kernel()
    assert not process_exists(pid) and kernel.pid != pid
    front = kernel.connect()
    reply = front.run("x")
    assert reply.error == "NameError" and reply.reply["content"]["execution_count"] == 1
    assert reply.reply["header"]["session"] != session


def test_restarts_in_a_row_by_the_same_ports(start_kernel: Start) -> None:
    kernel = start_kernel()
    kernel.connect().close()
    for _ in range(3):
        kernel.manager.restart_kernel()
        front = kernel.connect()
        assert front.value("1") == "1"
        front.close()


def test_kernel_ends_when_its_parent_is_killed(casa_kernel: Path, kernel_env: dict[str, str], tmp_path: Path) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\nsys.path.insert(0, sys.argv[1])\nimport os\n"
        "from kernel_client import Kernel\n"
        "k = Kernel(Path(sys.argv[2]), sys.argv[3], dict(os.environ), Path(sys.argv[4]))\nk.connect()\n"
        "print(k.pid, flush=True)\ntime.sleep(60)"
    )
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            code,
            str(Path(kernel_client.__file__).parent),
            str(casa_kernel),
            TEST_PYTHON,
            str(tmp_path / "k"),
        ],
        env=kernel_env,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    try:
        assert process_exists(pid)
        parent.kill()
        parent.wait()
        assert wait_until(lambda: not process_exists(pid), 5)
    finally:
        parent.kill()
        if process_exists(pid):
            os.kill(pid, signal.SIGKILL)


def test_python_that_ends_itself(start_kernel: Start) -> None:
    kernel = start_kernel()
    front = kernel.connect()
    assert front.run("import sys; sys.exit(3)").error in ("SystemExit", None)
    assert front.value("1") == "1"
    front.send("execute_request", {"code": "import os; os._exit(7)", "silent": False})
    assert wait_until(lambda: not kernel.is_alive(), 5)


@pytest.mark.parametrize("mode", MODES)
def test_an_interrupt_waits_for_code_that_must_not_be_divided(kernel: Kernel, front: FrontEnd, mode: str) -> None:
    request = _begin(
        front,
        settle=0.1,
        code="""
import time
from casawrapper.util.interrupts import protected
steps = []
@protected
def undivided():
    print('begun', flush=True)
    end = time.monotonic() + 0.5
    while time.monotonic() < end: pass
    time.sleep(0.2)
    steps.append('ended')
undivided()
time.sleep(60)
""",
    )
    kernel.interrupt(front, mode)
    assert front.collect(request, timeout=10).error == "KeyboardInterrupt"
    assert front.value("steps") == "['ended']"

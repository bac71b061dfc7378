"""What cells, C code, threads and child processes write, and where it appears."""

from __future__ import annotations

import base64
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from kernel_client import FrontEnd, Kernel

pytestmark = pytest.mark.deadline(40)
MODES = ["signal", "message"]
Start = Callable[..., Kernel]


# -- output --------------------------------------------------------------------------------------------------
C = "import ctypes, os, sys, time\nlibc = ctypes.CDLL(None)\n"


def test_output_of_c_keeps_its_place(front: FrontEnd) -> None:
    cell = front.run(
        C + "for i in range(20):\n"
        "    print('python', i)\n"
        "    libc.printf(b'printf %d\\n', i)\n"
        "    os.write(1, b'write %d\\n' % i)\n"
    )
    assert cell.stdout == "".join(f"python {i}\nprintf {i}\nwrite {i}\n" for i in range(20))


def test_output_of_c_on_standard_error(front: FrontEnd) -> None:
    cell = front.run(C + "libc.dprintf(2, b'from C\\n'); print('from Python', file=sys.stderr); os.write(2, b'end\\n')")
    assert cell.stderr == "from C\nfrom Python\nend\n" and cell.stdout == ""


def test_output_of_c_without_a_newline_belongs_to_its_cell(front: FrontEnd) -> None:
    assert front.run(C + "libc.printf(b'no newline')").stdout == "no newline"
    assert front.run("pass").stdout == ""


def test_a_megabyte_without_a_newline(front: FrontEnd) -> None:
    assert front.run("print('x' * 1_000_000, end='')").stdout == "x" * 1_000_000
    assert front.run(C + "os.write(1, b'y' * 1_000_000)").stdout == "y" * 1_000_000


def test_characters_torn_between_writes(front: FrontEnd) -> None:
    cell = front.run(C + "for byte in 'é🔭\\n'.encode():\n    os.write(1, bytes([byte])); time.sleep(0.06)")
    assert cell.stdout == "é🔭\n"
    assert front.run(C + "for i in range(3): os.write(1, 'é'.encode() * 33_333)").stdout == "é" * 99_999


def test_bytes_that_are_no_text(front: FrontEnd) -> None:
    assert front.run(C + "os.write(1, b'a\\xff\\xfeb\\n')").stdout == "a\ufffd\ufffdb\n"
    half = front.execute(C + "os.write(1, b'half \\xc3')")
    assert front.collect(half).stdout == "half "
    assert front.run("print('next')").stdout == "next\n"
    assert front.next_for(half)["content"] == {"name": "stdout", "text": "\ufffd"}
    assert front.run(C + "os.write(1, b'after\\n')").stdout == "after\n"


@pytest.mark.serial
def test_output_and_control_while_c_holds_the_gil(front: FrontEnd) -> None:
    # 200 kB are more than a pipe holds, so a reader that needs the GIL would stop here for ever.
    msg_id = front.execute(
        "import ctypes\nlib = ctypes.PyDLL(None)\ndata = b'x' * 199_999 + b'\\n'\n"
        "lib.write(1, b'before\\n', 7); lib.write(1, data, len(data)); lib.sleep(2);"
    )
    begin = time.monotonic()
    text = ""
    while len(text) < 200_007:
        message = front.next_for(msg_id)
        text += message["content"].get("text", "")
    assert time.monotonic() - begin < 1.0
    begin = time.monotonic()
    assert front.request("kernel_info_request", channel="control").status == "ok"
    seconds = time.monotonic() - begin
    print(f"control reply while C holds the GIL: {1e3 * seconds:.1f} ms")
    assert seconds < 0.5
    assert front.reply_to(msg_id)["content"]["status"] == "ok"
    assert front.next_for(msg_id)["content"] == {"execution_state": "idle"}


@pytest.mark.serial
def test_the_first_line_comes_at_once(front: FrontEnd) -> None:
    msg_id = front.execute("import time\nprint('now')\nprinted = time.monotonic()\ntime.sleep(1)\nprinted")
    stream = front.wait_for(lambda m: m["msg_type"] == "stream" and m["parent_header"]["msg_id"] == msg_id)
    cell = front.collect(msg_id)
    assert cell.result is not None
    assert stream["received"] - float(cell.result) < 0.3


def test_output_of_child_processes(front: FrontEnd) -> None:
    cell = front.run(
        "import subprocess, sys\nprint('before')\nsubprocess.run(['echo', 'inherited'])\n"
        "subprocess.run('echo err >&2', shell=True)\n"
        "subprocess.run(['echo', 'given'], stdout=sys.stdout)\n"
        "import os; os.system('echo system')\nprint('after')"
    )
    assert cell.stdout == "before\ninherited\ngiven\nsystem\nafter\n"
    assert cell.stderr == "err\n"


def test_a_lot_of_output_of_a_child_process(front: FrontEnd) -> None:
    cell = front.run("import subprocess; r = subprocess.run(['seq', '1', '200000'])")
    assert cell.stdout == "".join(f"{i}\n" for i in range(1, 200_001))


def test_child_processes_have_only_their_own_descriptors(front: FrontEnd) -> None:
    cell = front.run("import subprocess, os\nsubprocess.run(['ls', '-l', '/proc/self/fd'], close_fds=False)")
    assert "socket:" not in cell.stdout and "eventfd" not in cell.stdout, cell.stdout


def test_threads_print_under_the_cell_that_started_them(front: FrontEnd) -> None:
    first = front.execute(
        "import threading, time\ndef work():\n    time.sleep(0.4); print('from thread')\n"
        "thread = threading.Thread(target=work); thread.start()"
    )
    assert front.collect(first).stdout == ""
    second = front.execute("print('second'); thread.join()")
    assert front.collect(second).stdout == "second\n"
    assert front.next_for(first)["content"] == {"name": "stdout", "text": "from thread\n"}


def test_tasks_print_under_the_cell_that_started_them(front: FrontEnd) -> None:
    first = front.execute(
        "import asyncio\nasync def work():\n"
        "    await asyncio.sleep(0.3); print('from task')\n"
        "task = asyncio.get_running_loop().create_task(work())"
    )
    front.collect(first)
    second = front.execute("print('second'); await task; print('end')")
    assert front.collect(second).stdout == "second\nend\n"
    assert front.next_for(first)["content"] == {"name": "stdout", "text": "from task\n"}


def test_executors_and_thread_pools_print(front: FrontEnd) -> None:
    cell = front.run(
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(2) as pool: pool.submit(print, 'from pool').result()\n"
        "import asyncio\nawait asyncio.to_thread(print, 'from to_thread')"
    )
    assert cell.stdout == "from pool\nfrom to_thread\n"


def test_streams_behave_like_files(front: FrontEnd) -> None:
    cell = front.run(
        "import sys\n"
        "print(sys.stdout.isatty(), sys.stdout.writable(), sys.stdout.encoding, "
        "sys.stdout.name,\n"
        "      sys.stdout.closed, sys.stdout.errors is not None)\n"
        "sys.stdout.writelines(['a', 'b\\n']); sys.stdout.flush()\n"
        "print(sys.stdout.write('xyz'))\nsys.stdout.write('')\n"
        "try: sys.stdout.write(b'bytes')\nexcept TypeError as e: print('TypeError')"
    )
    assert cell.stdout == "False True utf-8 stdout False True\nab\nxyz3\nTypeError\n", cell.messages
    assert cell.status == "ok"


def test_redirected_output_is_not_shown(front: FrontEnd) -> None:
    cell = front.run(
        "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as f: print('hidden')\nf.getvalue()"
    )
    assert (cell.stdout, cell.result) == ("", "'hidden\\n'")


def test_logging_and_warnings(front: FrontEnd) -> None:
    cell = front.run("import logging, warnings\nlogging.warning('a warning')\nwarnings.warn('take care')")
    assert "a warning" in cell.stderr and "take care" in cell.stderr


def test_progress_bars_of_carriage_returns(front: FrontEnd) -> None:
    assert front.run("for i in range(3): print(f'\\r{i}', end='', flush=True)").stdout == "\r0\r1\r2"


def test_matplotlib_figure_without_show(front: FrontEnd) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    cell = front.run("import matplotlib.pyplot as plt\nplt.plot([1, 2, 3]);", timeout=60)
    assert cell.status == "ok", cell.reply["content"]
    (picture,) = cell.displays
    assert base64.b64decode(picture["image/png"]).startswith(b"\x89PNG")
    assert front.value("plt.get_fignums()") == "[]"
    assert front.run("fig, ax = plt.subplots(); ax.plot([1]); plt.close(fig)").displays == []


# -- processes -----------------------------------------------------------------------------------------------
def test_forked_child_that_comes_back_to_the_kernel(front: FrontEnd) -> None:
    cell = front.run(
        "import os\npid = os.fork()\n"
        "if pid == 0:\n    print('from child')\nelse:\n"
        "    print('child ended', os.waitpid(pid, 0)[1])"
    )
    assert sorted(cell.stdout.splitlines()) == ["child ended 0", "from child"]
    assert front.value("os.getpid() == " + front.value("os.getpid()")) == "True"


def test_forked_child_that_fails(front: FrontEnd) -> None:
    cell = front.run(
        "import os\npid = os.fork()\nif pid == 0:\n    1 / 0\nprint('child ended', os.waitpid(pid, 0)[0] == pid)"
    )
    assert "child ended True" in cell.stdout and cell.status == "ok"


def test_forked_child_that_is_terminated_leaves_the_kernel_alone(front: FrontEnd) -> None:
    cell = front.run(
        "import os, signal, time\npid = os.fork()\nif pid == 0:\n    time.sleep(60)\n"
        "time.sleep(0.2); os.kill(pid, signal.SIGTERM)\nos.WTERMSIG(os.waitpid(pid, 0)[1])"
    )
    assert cell.result == str(int(signal.SIGTERM))
    assert front.value("1") == "1"


def test_streams_that_a_forked_child_has_kept_show(front: FrontEnd) -> None:
    cell = front.run(
        "import logging, os, sys\nlogging.basicConfig(level=logging.INFO, force=True, format='%(message)s')\n"
        "out = sys.stdout\npid = os.fork()\nif pid == 0:\n"
        "    logging.info('logged'); out.write('kept\\n'); sys.__stdout__.write('original\\n')\n"
        "    display({'text/plain': 'displayed'}, raw=True); os._exit(0)\n"
        "os.waitpid(pid, 0)[1]"
    )
    assert cell.result == "0"
    assert sorted(cell.stdout.split()) == ["displayed", "kept", "original"]
    assert cell.stderr == "logged\n"


def test_the_error_of_a_forked_child_shows(front: FrontEnd) -> None:
    cell = front.run("import os\npid = os.fork()\nif pid == 0: 1 / 0\nos.waitpid(pid, 0);")
    assert "ZeroDivisionError" in cell.stderr and cell.status == "ok"


def test_a_forked_child_that_logs_a_lot_ends(front: FrontEnd) -> None:
    cell = front.run(
        "import logging, multiprocessing\nlogging.basicConfig(level=logging.INFO, force=True, format='%(message)s')\n"
        "def chatty():\n    for i in range(20_000): logging.info('%06d of some fifty characters, as programs log', i)\n"
        "child = multiprocessing.get_context('fork').Process(target=chatty)\n"
        "child.start(); child.join(20); child.exitcode"
    )
    assert cell.result == "0"
    assert [int(line[:6]) for line in cell.stderr.splitlines()] == list(range(20_000))


def test_fork_pool(front: FrontEnd) -> None:
    code = (
        "import multiprocessing\ndef square(x):\n    print('child', x)\n    return x * x\n"
        "with multiprocessing.get_context('fork').Pool(2) as pool: squares = pool.map(square, range(4))\n"
        "squares"
    )
    for _ in range(3):
        cell = front.run(code)
        assert cell.result == "[0, 1, 4, 9]"
        assert sorted(cell.stdout.split()) == sorted(["child", "0", "child", "1", "child", "2", "child", "3"])


def test_spawn_pool(front: FrontEnd, tmp_path: Path) -> None:
    (tmp_path / "work_module.py").write_text("def cube(x): return x ** 3\n")
    cell = front.run(
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        f"import multiprocessing, work_module\n"
        "with multiprocessing.get_context('spawn').Pool(2) as pool: r = "
        "pool.map(work_module.cube, [2, 3])\nr"
    )
    assert cell.result == "[8, 27]", cell.stderr


def test_process_pool_executor(front: FrontEnd) -> None:
    cell = front.run(
        "from concurrent.futures import ProcessPoolExecutor\n"
        "with ProcessPoolExecutor(2) as pool: r = list(pool.map(abs, [-1, -2]))\nr"
    )
    assert cell.result == "[1, 2]"


def test_asyncio_subprocess(front: FrontEnd) -> None:
    cell = front.run(
        "import asyncio\n"
        "p = await asyncio.create_subprocess_exec('echo', 'x', stdout=asyncio.subprocess.PIPE)\n"
        "(await p.communicate())[0], p.returncode"
    )
    assert cell.result == "(b'x\\n', 0)"


def test_exit_codes_of_children_are_not_stolen(front: FrontEnd) -> None:
    assert (
        front.value(
            "import subprocess\n"
            "[subprocess.run(['sh', '-c', f'exit {i}']).returncode for i in range(30)] == "
            "list(range(30))"
        )
        == "True"
    )

"""The kernel as a host of Python: start and end, output from everywhere, processes, threads and interrupts."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import TEST_PYTHON
from kernel_client import FrontEnd, Kernel, process_exists, processes_in_group, wait_until

pytestmark = pytest.mark.deadline(40)
MODES = ["signal", "message"]
Start = Callable[..., Kernel]


# -- the start -----------------------------------------------------------------------------------------------
def test_kernel_info_is_answered_before_python_is_ready(start_kernel: Start, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import time\ntime.sleep(3)\n")
    begin = time.monotonic()
    kernel = start_kernel(env={"PYTHONPATH": str(tmp_path)})
    front = kernel.connect(ready=False)
    front.wait_for(lambda m: m["msg_type"] == "iopub_welcome")
    for channel in ("control", "shell"):
        reply = front.request("kernel_info_request", channel=channel).reply
        assert reply["content"]["language_info"]["version"].startswith("3.")
    assert time.monotonic() - begin < 2.5
    msg_id = front.execute("1 + 1")
    assert front.collect(msg_id).result == "2"
    assert time.monotonic() - begin > 3


def test_python_is_the_environments_own(front: FrontEnd, kernel_env: dict[str, str]) -> None:
    code = ("import sys, json; print(json.dumps([sys.executable, sys.prefix, sys.base_prefix, "
            "sys.exec_prefix, sys.version,"
            " list(sys.flags), sys.getfilesystemencoding(), [p for p in sys.path if p and 'PythonSupport' "
            "not in p]]))")
    own = subprocess.run([TEST_PYTHON, "-c", code], env=kernel_env, capture_output=True, text=True,
                         check=True)
    assert json.loads(front.run(code).stdout) == json.loads(own.stdout)


def test_arguments_are_none_of_the_kernels(front: FrontEnd) -> None:
    assert front.value("import sys; len(sys.argv), bool(sys.argv[0])") == "(1, True)"
    assert front.value("import argparse; argparse.ArgumentParser().parse_args()") == "Namespace()"


def test_signal_handlers(front: FrontEnd) -> None:
    cell = front.run("import signal, threading\n"
                     "print(callable(signal.getsignal(signal.SIGINT)))\n"
                     "print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, "
                     "signal.getsignal(signal.SIGQUIT) is signal.SIG_DFL)\n"
                     "print(threading.current_thread() is threading.main_thread(), signal.pthread_sigmask(0, "
                     "[]))")
    assert cell.stdout == "True\nTrue True\nTrue set()\n"


def test_cells_run_in_main(front: FrontEnd) -> None:
    assert front.value("__name__") == "'__main__'"
    front.run("import __main__, sys\nspecial_name = 3")
    assert front.value("__main__.special_name, sys.modules['__main__'] is __main__") == "(3, True)"


def test_a_new_kernel_has_no_names_but_ipythons(start_kernel: Start) -> None:
    # A notebook that uses a name without an import would run here and nowhere else. CASA's names come when used.
    names = start_kernel().connect().value("sorted(n for n in globals() if not n.startswith('_'))")
    assert set(eval(names)) <= {"In", "Out", "exit", "quit", "get_ipython", "open"}


def test_classes_of_a_cell_can_be_pickled(front: FrontEnd) -> None:
    front.run("import pickle\nclass Gain:\n    def __init__(self, a): self.a = a\n")
    assert front.value("pickle.loads(pickle.dumps(Gain(4))).a, Gain.__module__") == "(4, '__main__')"


def test_users_modules_do_not_break_the_kernel(start_kernel: Start, tmp_path: Path) -> None:
    for name in ("types", "random", "json", "IPython", "casawrapper", "asyncio", "_casa_host"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('the wrong module')\n")
    (tmp_path / "helper.py").write_text("answer = 42\n")
    front = start_kernel(cwd=tmp_path).connect()
    assert front.value("import helper; helper.answer") == "42"


def test_startup_files_and_configuration(start_kernel: Start, tmp_path: Path) -> None:
    profile = tmp_path / "ipython" / "profile_default"
    (profile / "startup").mkdir(parents=True)
    (profile / "startup" / "00-first.py").write_text("from_startup = 7\nprint('hello from startup')\n")
    (profile / "ipython_config.py").write_text("c.InteractiveShellApp.exec_lines = ['from_config = 8']\n")
    front = start_kernel(env={"IPYTHONDIR": str(tmp_path / "ipython")}).connect()
    assert front.value("from_startup, from_config") == "(7, 8)"


# -- what IPython gives --------------------------------------------------------------------------------------
def test_top_level_await(front: FrontEnd) -> None:
    assert front.value("import asyncio\nprint('a')\nawait asyncio.sleep(0.01)\n'slept'") == "'slept'"
    assert front.run("async for x in no_such: pass").error == "NameError"
    assert front.value("async def f():\n    return 5\nawait f()") == "5"
    assert front.run("await f(); 1 / 0").error == "ZeroDivisionError"
    assert front.value("'await' + ' in a string'") == "'await in a string'"


def test_event_loop_runs_between_cells(front: FrontEnd) -> None:
    front.run("import asyncio\nticks = []\nasync def tick():\n    for i in range(3):\n"
              "        ticks.append(i)\n"
              "        await asyncio.sleep(0.02)\ntask = asyncio.get_running_loop().create_task(tick())")
    time.sleep(0.3)
    assert front.value("ticks, task.done()") == "([0, 1, 2], True)"


def test_context_variables_are_kept_between_cells(front: FrontEnd) -> None:
    front.run("import contextvars\nvariable = contextvars.ContextVar('v', default=0)\nvariable.set(1)")
    assert front.value("variable.get()") == "1"
    front.run("import asyncio\nawait asyncio.sleep(0)\nvariable.set(2)")
    if sys.version_info >= (3, 11):
        assert front.value("variable.get()") == "2"


def test_results_are_remembered(front: FrontEnd) -> None:
    count = front.run("'the result'").reply["content"]["execution_count"]
    assert front.value("_") == "'the result'"
    assert front.value(f"Out[{count}], _{count}") == "('the result', 'the result')"
    assert front.run("'quiet';").result is None
    assert front.run("None").result is None


def test_magics(front: FrontEnd, tmp_path: Path) -> None:
    assert "loop" in front.run("%timeit -n1 -r1 pass").stdout
    assert "Wall time" in front.run("%%time\nx = 1").stdout
    assert front.run(f"%%writefile {tmp_path}/f.py\ny = 5").status == "ok"
    assert front.run(f"%run {tmp_path}/f.py").status == "ok" and front.value("y") == "5"
    assert front.run("%%bash\necho from bash").stdout == "from bash\n"
    assert front.run("%%capture captured\nprint('hidden')").stdout == ""
    assert front.value("captured.stdout") == "'hidden\\n'"
    assert front.run("%cd /\n%pwd").result == "'/'"
    assert front.run("%no_such_magic").stderr.startswith("UsageError")


def test_system_commands(front: FrontEnd) -> None:
    assert front.run("!echo visible").stdout.replace("\r", "") == "visible\n"
    assert front.value("lines = !printf 'a\\nb\\n'\nlist(lines)") == "['a', 'b']"
    assert front.value("!exit 3\n_exit_code") == "3"
    assert front.run("!echo wrong >&2").status == "ok"


def test_traceback_names_the_line(front: FrontEnd) -> None:
    front.run("def inner():\n    raise KeyError('deep')")
    text = "\n".join(front.run("inner()").reply["content"]["traceback"])
    assert "deep" in text and "inner" in text and "casawrapper" not in text


def test_libraries_recognise_a_notebook(front: FrontEnd) -> None:
    assert front.value("get_ipython().__class__.__name__, 'IPKernelApp' in get_ipython().config") == \
        "('ZMQInteractiveShell', True)"


# -- output --------------------------------------------------------------------------------------------------
C = "import ctypes, os, sys, time\nlibc = ctypes.CDLL(None)\n"


def test_output_of_c_keeps_its_place(front: FrontEnd) -> None:
    cell = front.run(C + "for i in range(20):\n"
                         "    print('python', i)\n"
                         "    libc.printf(b'printf %d\\n', i)\n"
                         "    os.write(1, b'write %d\\n' % i)\n")
    assert cell.stdout == "".join(f"python {i}\nprintf {i}\nwrite {i}\n" for i in range(20))


def test_output_of_c_on_standard_error(front: FrontEnd) -> None:
    cell = front.run(C + "libc.dprintf(2, b'from C\\n"
                         "'); print('from Python', file=sys.stderr); os.write(2, b'end\\n')")
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
    assert front.run(C + "os.write(1, b'half \\xc3')").status == "ok"
    assert front.run("print('next')").stdout.endswith("next\n")


def test_output_and_control_while_c_holds_the_gil(front: FrontEnd) -> None:
    # 200 kB are more than a pipe holds, so a reader that needs the GIL would stop here for ever.
    msg_id = front.execute("import ctypes\nlib = ctypes.PyDLL(None)\ndata = b'x' * 199_999 + b'\\n'\n"
                           "lib.write(1, b'before\\n', 7); lib.write(1, data, len(data)); lib.sleep(2);")
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


def test_the_first_line_comes_at_once(front: FrontEnd) -> None:
    msg_id = front.execute("import time\nprint('now')\nprinted = time.monotonic()\ntime.sleep(1)\nprinted")
    stream = front.wait_for(lambda m: m["msg_type"] == "stream" and m["parent_header"]["msg_id"] == msg_id)
    cell = front.collect(msg_id)
    assert cell.result is not None
    assert stream["received"] - float(cell.result) < 0.3


def test_output_of_child_processes(front: FrontEnd) -> None:
    cell = front.run("import subprocess, sys\nprint('before')\nsubprocess.run(['echo', 'inherited'])\n"
                     "subprocess.run('echo err >&2', shell=True)\n"
                     "subprocess.run(['echo', 'given'], stdout=sys.stdout)\n"
                     "import os; os.system('echo system')\nprint('after')")
    assert cell.stdout == "before\ninherited\ngiven\nsystem\nafter\n"
    assert cell.stderr == "err\n"


def test_a_lot_of_output_of_a_child_process(front: FrontEnd) -> None:
    cell = front.run("import subprocess; r = subprocess.run(['seq', '1', '200000'])")
    assert cell.stdout == "".join(f"{i}\n" for i in range(1, 200_001))


def test_child_processes_have_only_their_own_descriptors(front: FrontEnd) -> None:
    cell = front.run("import subprocess, os\n"
                     "subprocess.run(['ls', '-l', '/proc/self/fd'], close_fds=False)")
    assert "socket:" not in cell.stdout and "eventfd" not in cell.stdout, cell.stdout


def test_threads_print_under_the_cell_that_started_them(front: FrontEnd) -> None:
    first = front.execute("import threading, time\ndef work():\n    time.sleep(0.4); print('from thread')\n"
                          "thread = threading.Thread(target=work); thread.start()")
    assert front.collect(first).stdout == ""
    second = front.execute("print('second'); thread.join()")
    assert front.collect(second).stdout == "second\n"
    assert front.next_for(first)["content"] == {"name": "stdout", "text": "from thread\n"}


def test_tasks_print_under_the_cell_that_started_them(front: FrontEnd) -> None:
    first = front.execute("import asyncio\nasync def work():\n"
                          "    await asyncio.sleep(0.3); print('from task')\n"
                          "task = asyncio.get_running_loop().create_task(work())")
    front.collect(first)
    second = front.execute("print('second'); await task; print('end')")
    assert front.collect(second).stdout == "second\nend\n"
    assert front.next_for(first)["content"] == {"name": "stdout", "text": "from task\n"}


def test_executors_and_thread_pools_print(front: FrontEnd) -> None:
    cell = front.run("from concurrent.futures import ThreadPoolExecutor\n"
                     "with ThreadPoolExecutor(2) as pool: pool.submit(print, 'from pool').result()\n"
                     "import asyncio\nawait asyncio.to_thread(print, 'from to_thread')")
    assert cell.stdout == "from pool\nfrom to_thread\n"


def test_streams_behave_like_files(front: FrontEnd) -> None:
    cell = front.run("import sys\n"
                     "print(sys.stdout.isatty(), sys.stdout.writable(), sys.stdout.encoding, "
                     "sys.stdout.name,\n"
                     "      sys.stdout.closed, sys.stdout.errors is not None)\n"
                     "sys.stdout.writelines(['a', 'b\\n']); sys.stdout.flush()\n"
                     "print(sys.stdout.write('xyz'))\nsys.stdout.write('')\n"
                     "try: sys.stdout.write(b'bytes')\nexcept TypeError as e: print('TypeError')")
    assert cell.stdout == "False True utf-8 stdout False True\nab\nxyz3\nTypeError\n", cell.messages
    assert cell.status == "ok"


def test_redirected_output_is_not_shown(front: FrontEnd) -> None:
    cell = front.run("import contextlib, io\n"
                     "with contextlib.redirect_stdout(io.StringIO()) as f: print('hidden')\n"
                     "f.getvalue()")
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
    cell = front.run("import os\npid = os.fork()\n"
                     "if pid == 0:\n    print('from child')\nelse:\n"
                     "    print('child ended', os.waitpid(pid, 0)[1])")
    assert sorted(cell.stdout.splitlines()) == ["child ended 0", "from child"]
    assert front.value("os.getpid() == " + front.value("os.getpid()")) == "True"


def test_forked_child_that_fails(front: FrontEnd) -> None:
    cell = front.run("import os\npid = os.fork()\nif pid == 0:\n    1 / 0\n"
                     "print('child ended', os.waitpid(pid, 0)[0] == pid)")
    assert "child ended True" in cell.stdout and cell.status == "ok"


def test_forked_child_that_is_terminated_leaves_the_kernel_alone(front: FrontEnd) -> None:
    cell = front.run("import os, signal, time\npid = os.fork()\nif pid == 0:\n    time.sleep(60)\n"
                     "time.sleep(0.2); os.kill(pid, signal.SIGTERM)\nos.WTERMSIG(os.waitpid(pid, 0)[1])")
    assert cell.result == str(int(signal.SIGTERM))
    assert front.value("1") == "1"


def test_fork_pool(front: FrontEnd) -> None:
    code = ("import multiprocessing\ndef square(x):\n    print('child', x)\n    return x * x\n"
            "with multiprocessing.get_context('fork').Pool(2) as pool: squares = pool.map(square, range(4))\n"
            "squares")
    for _ in range(3):
        cell = front.run(code)
        assert cell.result == "[0, 1, 4, 9]"
        assert sorted(cell.stdout.split()) == sorted("child 0 child 1 child 2 child 3".split())


def test_spawn_pool(front: FrontEnd, tmp_path: Path) -> None:
    (tmp_path / "work_module.py").write_text("def cube(x): return x ** 3\n")
    cell = front.run(f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
                     f"import multiprocessing, work_module\n"
                     "with multiprocessing.get_context('spawn').Pool(2) as pool: r = "
                     "pool.map(work_module.cube, [2, 3])\nr")
    assert cell.result == "[8, 27]", cell.stderr


def test_process_pool_executor(front: FrontEnd) -> None:
    cell = front.run("from concurrent.futures import ProcessPoolExecutor\n"
                     "with ProcessPoolExecutor(2) as pool: r = list(pool.map(abs, [-1, -2]))\nr")
    assert cell.result == "[1, 2]"


def test_asyncio_subprocess(front: FrontEnd) -> None:
    cell = front.run("import asyncio\n"
                     "p = await asyncio.create_subprocess_exec('echo', 'x', stdout=asyncio.subprocess.PIPE)\n"
                     "(await p.communicate())[0], p.returncode")
    assert cell.result == "(b'x\\n', 0)"


def test_exit_codes_of_children_are_not_stolen(front: FrontEnd) -> None:
    assert front.value("import subprocess\n"
                       "[subprocess.run(['sh', '-c', f'exit {i}']).returncode for i in range(30)] == "
                       "list(range(30))") == "True"


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
    msg_id = _begin(front, "import time\nprint('on')\ntry:\n    time.sleep(30)\nexcept KeyboardInterrupt:\n"
                           "    pass\n"
                           "time.sleep(0.5)\n'went on'")
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
    front.run("import time\nclass Slow:\n    def __dir__(self):\n        time.sleep(1); return ['a_name']\n"
              "slow = Slow()")
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
    front.run(f"import atexit, pathlib\n"
              f"atexit.register(pathlib.Path({str(tmp_path / 'mark')!r}).write_text, 'done')\n"
              "import weakref\nclass T: pass\nt = T()\n"
              f"finalizer = weakref.finalize(t, pathlib.Path({str(tmp_path / 'mark2')!r}).write_text, "
              f"'done')")
    front.request("shutdown_request", {"restart": restart}, channel="control")
    assert wait_until(lambda: not process_exists(kernel.pid), 5)
    assert (tmp_path / "mark").read_text() == "done" and (tmp_path / "mark2").read_text() == "done"


@pytest.mark.parametrize("code", ["import time\nprint('on')\ntime.sleep(60)", "print('on')\nwhile True: pass",
                                  "import asyncio\nprint('on')\nawait asyncio.sleep(60)",
                                  "import ctypes\nprint('on', flush=True)\nctypes.PyDLL(None).sleep(60)"])
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


def test_kernel_ends_when_its_parent_is_killed(casa_kernel: Path, kernel_env: dict[str, str],
                                               tmp_path: Path) -> None:
    code = ("import sys, time\nfrom pathlib import Path\nsys.path.insert(0, sys.argv[1])\nimport os\n"
            "from kernel_client import Kernel\n"
            "k = Kernel(Path(sys.argv[2]), sys.argv[3], dict(os.environ), Path(sys.argv[4]))\nk.connect()\n"
            "print(k.pid, flush=True)\ntime.sleep(60)")
    parent = subprocess.Popen([sys.executable, "-c", code, str(Path(__file__).parent), str(casa_kernel),
                               TEST_PYTHON,
                               str(tmp_path / "k")], env=kernel_env, stdout=subprocess.PIPE, text=True)
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


# -- what users get wrong ------------------------------------------------------------------------------------
def _says(front: FrontEnd, *words: str) -> None:
    """Every cell, and every other question, is answered with the same clear sentence."""
    for _ in range(2):
        cell = front.run("1 + 1")
        assert cell.status == "error"
        (error,) = cell.all("error")
        assert all(word in error["evalue"] for word in words), error
        assert cell.reply["content"]["evalue"] == error["evalue"]
        assert "\n" not in error["evalue"] and "Traceback" not in "".join(error["traceback"])
    assert front.request("complete_request",
                         {"code": "x", "cursor_pos": 1}).reply["msg_type"] == "complete_reply"
    assert front.request("kernel_info_request", channel="control").status == "ok"


def _ends_when_told(kernel: Kernel, front: FrontEnd) -> None:
    front.request("shutdown_request", {"restart": False}, channel="control")
    assert wait_until(lambda: not process_exists(kernel.pid), 5)


def test_python_that_does_not_exist(start_kernel: Start) -> None:
    kernel = start_kernel(python="/no/such/env/bin/python")
    front = kernel.connect()
    _says(front, "/no/such/env/bin/python")
    _ends_when_told(kernel, front)


def test_python_that_is_something_else(start_kernel: Start, tmp_path: Path) -> None:
    script = tmp_path / "python3"
    script.write_text("#!/bin/sh\nexec /usr/bin/python3\n")
    script.chmod(0o755)
    for wrong in (script, tmp_path, Path("/bin/ls")):
        kernel = start_kernel(python=str(wrong))
        front = kernel.connect()
        _says(front, str(wrong))
        _ends_when_told(kernel, front)


def test_python_without_ipython(start_kernel: Start, tmp_path: Path) -> None:
    # The base interpreter may have IPython, so its packages are left out.
    subprocess.run([TEST_PYTHON, "-c", "import venv, sys; venv.create(sys.argv[1], symlinks=True)",
                    str(tmp_path / "env")],
                   check=True, timeout=60)
    python = tmp_path / "env" / "bin" / "python"
    kernel = start_kernel(python=str(python), env={"PYTHONNOUSERSITE": "1", "PYTHONPATH": ""})
    front = kernel.connect()
    _says(front, "IPython", str(python), "-m pip install ipython")
    _ends_when_told(kernel, front)


def test_python_that_breaks_in_its_start(start_kernel: Start, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import os\nos._exit(5)\n")
    kernel = start_kernel(env={"PYTHONPATH": str(tmp_path)})
    assert wait_until(lambda: not kernel.is_alive(), 5)  # nothing else is possible, but it must not hang


def test_broken_ipython_configuration_is_survived(start_kernel: Start, tmp_path: Path) -> None:
    profile = tmp_path / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    (profile / "ipython_config.py").write_text("this is no python")
    front = start_kernel(env={"IPYTHONDIR": str(tmp_path / "ipython")}).connect()
    assert front.value("1 + 1") == "2"


def test_home_that_cannot_be_written(start_kernel: Start, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    env = {"HOME": str(file / "home"), "XDG_STATE_HOME": str(file / "s"), "XDG_CACHE_HOME": str(file / "c"),
           "IPYTHONDIR": str(file / "ipython"), "MPLCONFIGDIR": str(tmp_path)}
    assert start_kernel(env=env).connect().value("1 + 1") == "2"


@pytest.mark.parametrize("case", ["missing", "folder", "no JSON", "empty", "list", "no ports"])
def test_connection_file_that_is_no_such(casa_kernel: Path, kernel_env: dict[str, str], tmp_path: Path,
                                         case: str) -> None:
    file = tmp_path / "connection.json"
    if case == "folder":
        file.mkdir()
    elif case != "missing":
        file.write_text({"no JSON": "{", "empty": "", "list": "[1]", "no ports": '{"shell_port": "x"}'}[case])
    done = subprocess.run([casa_kernel, "start", "-f", str(file), "--python", TEST_PYTHON], env=kernel_env,
                          timeout=15,
                          capture_output=True, text=True)
    assert done.returncode not in (0, -6)
    assert str(file) in done.stderr and len(done.stderr.strip().splitlines()) == 1, done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_connection_file_of_somebody_else(casa_kernel: Path, kernel_env: dict[str, str],
                                          tmp_path: Path) -> None:
    file = tmp_path / "connection.json"
    file.write_text("{}")
    file.chmod(0)
    done = subprocess.run([casa_kernel, "start", "-f", str(file), "--python", TEST_PYTHON], env=kernel_env,
                          timeout=15,
                          capture_output=True, text=True)
    assert done.returncode not in (0, -6)
    assert str(file) in done.stderr and len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_kernel_lives_when_nobody_reads_its_standard_error(casa_kernel: Path, kernel_env: dict[str, str],
                                                           tmp_path: Path) -> None:
    # A hub that has gone leaves pipes that nobody reads; writing there must neither block nor kill.
    read, write = os.pipe()
    os.close(read)
    connection = {"transport": "tcp", "ip": "127.0.0.1", "key": "k", "signature_scheme": "hmac-sha256",
                  **{f"{name}_port": 0 for name in ("shell", "iopub", "stdin", "control", "hb")}}
    file = tmp_path / "connection.json"
    file.write_text(json.dumps(connection))
    process = subprocess.Popen([casa_kernel, "start", "-f", str(file), "--python", TEST_PYTHON],
                               env=kernel_env,
                               stdin=subprocess.DEVNULL, stdout=write, stderr=write)
    os.close(write)
    try:
        assert wait_until(lambda: json.loads(file.read_text())["hb_port"] != 0)
        front = FrontEnd(json.loads(file.read_text()))
        front.wait_ready()
        front.sockets["shell"].send_multipart([b"garbage that is logged"])
        assert front.value("1") == "1"
        front.close()
    finally:
        process.kill()
        process.wait()


def test_kernels_side_by_side(start_kernel: Start) -> None:
    kernels = [start_kernel() for _ in range(3)]
    threads = [threading.Thread(target=kernel.connect) for kernel in kernels]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    values = {kernel.fronts[0].value("import os; os.getpid()") for kernel in kernels}
    assert len(values) == 3

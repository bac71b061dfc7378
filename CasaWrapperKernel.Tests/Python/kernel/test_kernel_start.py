"""The hosted Python: how it starts, what IPython gives, what users get wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import TEST_PYTHON
from kernel_client import FrontEnd, Kernel, process_exists, wait_until

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
    code = (
        "import sys, json; print(json.dumps([sys.executable, sys.prefix, sys.base_prefix, "
        "sys.exec_prefix, sys.version,"
        " list(sys.flags), sys.getfilesystemencoding(), [p for p in sys.path if p and 'PythonSupport' "
        "not in p]]))"
    )
    own = subprocess.run([TEST_PYTHON, "-c", code], env=kernel_env, capture_output=True, text=True, check=True)
    assert json.loads(front.run(code).stdout) == json.loads(own.stdout)


def test_arguments_are_none_of_the_kernels(front: FrontEnd) -> None:
    assert front.value("import sys; len(sys.argv), bool(sys.argv[0])") == "(1, True)"
    assert front.value("import argparse; argparse.ArgumentParser().parse_args()") == "Namespace()"


def test_signal_handlers(front: FrontEnd) -> None:
    cell = front.run(
        "import signal, threading\n"
        "print(callable(signal.getsignal(signal.SIGINT)))\n"
        "print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, "
        "signal.getsignal(signal.SIGQUIT) is signal.SIG_DFL)\n"
        "print(threading.current_thread() is threading.main_thread(), signal.pthread_sigmask(0, "
        "[]))"
    )
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
    front.run(
        "import asyncio\nticks = []\nasync def tick():\n    for i in range(3):\n"
        "        ticks.append(i)\n"
        "        await asyncio.sleep(0.02)\ntask = asyncio.get_running_loop().create_task(tick())"
    )
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
    assert (
        front.value("get_ipython().__class__.__name__, 'IPKernelApp' in get_ipython().config")
        == "('ZMQInteractiveShell', True)"
    )


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
    assert front.request("complete_request", {"code": "x", "cursor_pos": 1}).reply["msg_type"] == "complete_reply"
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
    subprocess.run(
        [TEST_PYTHON, "-c", "import venv, sys; venv.create(sys.argv[1], symlinks=True)", str(tmp_path / "env")],
        check=True,
        timeout=60,
    )
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
    env = {
        "HOME": str(file / "home"),
        "XDG_STATE_HOME": str(file / "s"),
        "XDG_CACHE_HOME": str(file / "c"),
        "IPYTHONDIR": str(file / "ipython"),
        "MPLCONFIGDIR": str(tmp_path),
    }
    assert start_kernel(env=env).connect().value("1 + 1") == "2"


@pytest.mark.parametrize("case", ["missing", "folder", "no JSON", "empty", "list", "no ports"])
def test_connection_file_that_is_no_such(
    casa_kernel: Path, kernel_env: dict[str, str], tmp_path: Path, case: str
) -> None:
    file = tmp_path / "connection.json"
    if case == "folder":
        file.mkdir()
    elif case != "missing":
        file.write_text({"no JSON": "{", "empty": "", "list": "[1]", "no ports": '{"shell_port": "x"}'}[case])
    done = subprocess.run(
        [casa_kernel, "start", "-f", str(file), "--python", TEST_PYTHON],
        env=kernel_env,
        timeout=15,
        capture_output=True,
        text=True,
    )
    assert done.returncode not in (0, -6)
    assert str(file) in done.stderr and len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_connection_file_of_somebody_else(casa_kernel: Path, kernel_env: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "connection.json"
    file.write_text("{}")
    file.chmod(0)
    # Root may read every file, unless this right is given up.
    ordinary = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*ordinary, casa_kernel, "start", "-f", str(file), "--python", TEST_PYTHON],
        env=kernel_env,
        timeout=15,
        capture_output=True,
        text=True,
    )
    assert done.returncode not in (0, -6)
    assert str(file) in done.stderr and len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_kernel_lives_when_nobody_reads_its_standard_error(
    casa_kernel: Path, kernel_env: dict[str, str], tmp_path: Path
) -> None:
    # A hub that has gone leaves pipes that nobody reads; writing there must neither block nor kill.
    read, write = os.pipe()
    os.close(read)
    connection = {
        "transport": "tcp",
        "ip": "127.0.0.1",
        "key": "k",
        "signature_scheme": "hmac-sha256",
        **{f"{name}_port": 0 for name in ("shell", "iopub", "stdin", "control", "hb")},
    }
    file = tmp_path / "connection.json"
    file.write_text(json.dumps(connection))
    process = subprocess.Popen(
        [casa_kernel, "start", "-f", str(file), "--python", TEST_PYTHON],
        env=kernel_env,
        stdin=subprocess.DEVNULL,
        stdout=write,
        stderr=write,
    )
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

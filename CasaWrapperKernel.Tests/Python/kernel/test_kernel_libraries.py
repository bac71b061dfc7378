"""What libraries ask of a kernel, each in the words in which they ask, here and in ipykernel."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from conftest import StartKernel
from ipykernel_beside import Beside
from kernel_client import FrontEnd

pytestmark = pytest.mark.deadline(60)

CELL_FILE = "(lambda: 0).__code__.co_filename"
QUESTIONS = {
    "numba's locator for notebooks": "import os\n"
    f"os.path.basename(os.path.dirname({CELL_FILE})).startswith('ipykernel_')",
    "line_profiler's for cells": f"import os, tempfile\n{CELL_FILE}.startswith(os.path.join(tempfile.gettempdir(), "
    "'ipykernel_'))",
    "executing's": f"import re\nbool(re.search(r'[/\\\\]ipykernel_\\d+[/\\\\]', {CELL_FILE}))",
    "plotly's": "type(get_ipython()).__module__.startswith('ipykernel.'), type(get_ipython()).__name__",
    "solara's": "import ipykernel.kernelbase\nipykernel.kernelbase.Kernel.initialized()",
    "singletons": "import ipykernel.ipkernel, ipykernel.kernelapp, ipykernel.kernelbase, ipykernel.zmqshell\n"
    "from traitlets.config import Application\nkernel = get_ipython().kernel\n"
    "[(c.initialized(), c.instance() is i) for c, i in ((ipykernel.kernelbase.Kernel, kernel),"
    " (ipykernel.ipkernel.IPythonKernel, kernel), (ipykernel.kernelapp.IPKernelApp, kernel.shell.config and"
    " Application.instance()), (ipykernel.zmqshell.ZMQInteractiveShell, get_ipython()))]",
    "classes": "ip = get_ipython()\nimport ipykernel.ipkernel, ipykernel.kernelbase\n"
    "(type(ip), type(ip.kernel), type(ip.display_pub), type(ip.displayhook), type(Application.instance()),"
    " isinstance(ip.kernel, ipykernel.ipkernel.IPythonKernel), isinstance(ip.kernel, ipykernel.kernelbase.Kernel))",
    "a kernel of one's own": "from ipykernel.kernelbase import Kernel\nclass Own(Kernel):\n    banner = 'own'\n"
    "Own().banner, isinstance(get_ipython().kernel, Own)",
    "the kernel's parts": "k = get_ipython().kernel\n"
    "k.execution_count == get_ipython().execution_count, k.banner[:6], type(k.session).__name__, type(k.log).__name__,"
    " type(k.io_loop).__name__",
    "messages of one's own": "k = get_ipython().kernel\n"
    "k.send_response(k.iopub_socket, 'stream', {'name': 'stdout', 'text': 'sent'})\n"
    "k.session.send(k.iopub_socket, 'display_data', {'data': {'text/plain': 'x'}, 'metadata': {}}, k.get_parent());",
    "a callback of the loop": "k.io_loop.add_callback(print, 'called')\nawait asyncio.sleep(0.1)",
    "the streams' parts": "import sys\n"
    "type(sys.stdout.session).__name__, sys.stdout.parent_header['msg_id'] == k.get_parent()['header']['msg_id'],"
    " sys.stdout.set_parent(k.get_parent())",
    "hooks of displays": "from IPython.display import display\nseen = []\n"
    "def hook(message):\n    seen.append(message['msg_type'])\n    return message if len(seen) < 2 else None\n"
    "ip.display_pub.register_hook(hook)\ndisplay('shown')\ndisplay('kept')\n"
    "ip.display_pub.unregister_hook(hook), ip.display_pub.unregister_hook(hook), seen",
    "a class of queues": "import pickle, queue\npickle.loads(pickle.dumps(queue.SimpleQueue)) is queue.SimpleQueue",
    "the source of exec": "exec('1/0')",
    "the source of eval": "eval('1/0')",
    "the source of warnings": "import warnings\nexec('warnings.warn(\"odd\")')",
}


def test_the_answers_are_ipykernels(beside: Beside) -> None:
    beside.run("import asyncio, linecache\n'<string>' in linecache.cache")
    for question in QUESTIONS.values():
        beside.run(question)


def test_the_folder_of_the_cells_is_private(front: FrontEnd) -> None:
    path = Path(front.value(f"print({CELL_FILE!s}) or {CELL_FILE}").strip("'"))
    front.run("import casawrapper.shell.cell_files as files; files.store('1')")
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.parent.name.removeprefix("ipykernel_").isdigit() and len(path.parent.name) > len("ipykernel_") + 12


def test_joblib_does_not_compute_again_after_a_restart(start_kernel: StartKernel, tmp_path: Path) -> None:
    pytest.importorskip("joblib")
    memory = f"from joblib import Memory\n@Memory({str(tmp_path)!r}, verbose=0).cache\n"
    code = memory + "def squared(x):\n    print('computed')\n    return x * x\nprint(squared(3))"
    assert [start_kernel().connect().run(code).stdout for _ in range(2)] == ["computed\n9\n", "9\n"]


@pytest.mark.parametrize("value", ["5", "b'x'", "None"])
def test_a_stream_says_what_it_can_write(beside: Beside, value: str) -> None:
    code = f"import sys\ntry:\n    sys.stdout.write({value})\nexcept TypeError as error:\n    print(error)"
    assert beside.run(code).stdout.startswith("write() argument must be str, not <class ")


def test_a_stream_writes_one_text(front: FrontEnd) -> None:
    for arguments in ("", "'a', 'b'"):
        cell = front.run(f"import sys; sys.stdout.write({arguments})")
        assert cell.error == "TypeError" and "one argument" in cell.reply["content"]["evalue"]


def test_a_forked_child_ends_with_the_status_that_it_asks_for(front: FrontEnd) -> None:
    for last, status in (("raise SystemExit(4)", 4), ("raise SystemExit", 0), ("1 / 0", 1), ("pass", 0)):
        code = (
            f"import os\nchild = os.fork()\nif child == 0:\n    {last}\nelse:\n    print(os.waitpid(child, 0)[1] >> 8)"
        )
        assert front.run(code).stdout.splitlines()[-1] == str(status)


def test_what_a_callback_prints_goes_where_it_says(front: FrontEnd) -> None:
    first = front.execute("parent = get_ipython().get_parent()")
    front.collect(first)
    assert front.run("get_ipython().set_parent(parent)\nprint('back there')").stdout == ""
    assert front.next_for(first)["content"]["text"] == "back there\n"
    assert front.run("print('here')").stdout == "here\n"

"""casatools is imported while another thread imports: in plain Python, too, both then often wait for ever."""

from __future__ import annotations

import time

import pytest
from beside import execute_in
from casa_session import need_casa
from conftest import StartKernel
from kernel_client import FrontEnd

pytestmark = pytest.mark.deadline(90)
CASA = "import casatools\ncasatools.quanta().quantity('1Jy')['value']"
OTHERS = {
    # First numpy alone: of two threads that import numpy and a part of it, plain Python, too, fails one now and then.
    "extension modules": "import numpy, numpy.linalg, numpy.fft, numpy.random, matplotlib.pyplot, sqlite3, ssl",
    "libraries": """
import ctypes, glob, sysconfig, time
for path in sorted(glob.glob(sysconfig.get_path('platlib') + '/numpy/**/*.so', recursive=True)):
    try:
        ctypes.CDLL(path).nothing_of_this_name
    except (OSError, AttributeError):
        time.sleep(0.002)
""",
}


@pytest.fixture
def front(start_kernel: StartKernel) -> FrontEnd:
    need_casa()
    return start_kernel().connect()


@pytest.mark.parametrize("pause", [0.0, 0.05, 0.2])
@pytest.mark.parametrize("other", OTHERS)
def test_in_a_thread_of_the_users(front: FrontEnd, other: str, pause: float) -> None:
    started = f"""
import importlib, threading, time
thread = threading.Thread(target=importlib.import_module, args=('casatools',), daemon=True)
thread.start()
time.sleep({pause})
"""
    assert front.run(started + OTHERS[other], timeout=60).error is None
    assert front.value("thread.join(30)\nthread.is_alive()") == "False"
    assert front.value(CASA, timeout=60) == "1.0"


@pytest.mark.parametrize("casa_in_subshell", [False, True])
@pytest.mark.parametrize("other", OTHERS)
def test_in_a_subshell(front: FrontEnd, other: str, casa_in_subshell: bool) -> None:
    subshell = front.request("create_subshell_request", channel="control").reply["content"]["subshell_id"]
    in_subshell, in_main = (CASA, OTHERS[other]) if casa_in_subshell else (OTHERS[other], CASA)
    requests = {execute_in(front, subshell, in_subshell)}
    time.sleep(0.05)
    requests.add(front.execute(in_main))
    for _ in range(2):
        reply = front.receive("shell", 60)
        requests.remove(reply["parent_header"]["msg_id"])
        assert reply["content"]["status"] == "ok", reply["content"]

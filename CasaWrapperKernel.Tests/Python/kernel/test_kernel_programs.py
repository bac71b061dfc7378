"""Interrupts while plotms or the viewer starts: no program is left that nobody knows, and the next picture comes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from conftest import StartKernel
from kernel_client import Kernel, wait_until

pytestmark = pytest.mark.deadline(180)
MS = "ngc5921_raw.ms"
PLOTS = {
    "plotms": f"plotms(vis='{MS}', xaxis='uvdist', yaxis='amp')",
    "casaviewer": "imview('tiny.im')",
}
FORGET = {"plotms": "forget_plotms", "casaviewer": "forget_viewer"}


def programs(kernel: Kernel, name: str) -> list[str]:
    """The command lines of the kernel's plotms, or viewers, that run."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue  # it has ended
        if int(parent) == kernel.pid and f"{name}.pipe" in command:
            found.append(command)
    return found


@pytest.fixture(scope="module")
def kernel(start_kernel: StartKernel, folder: Path) -> Kernel:
    kernel = start_kernel(cwd=folder)
    front = kernel.connect()
    # Unpacks both, which takes long once.
    assert front.run("ia.fromshape('tiny.im', [8, 8]); ia.close()", timeout=60).error is None
    for plot in PLOTS.values():
        assert front.run(plot, timeout=120).error is None
    return kernel


@pytest.mark.parametrize("pause", [0.02, 0.1, 0.3, 0.6])
@pytest.mark.parametrize("name", PLOTS)
def test_an_interrupted_start_leaves_no_program(kernel: Kernel, name: str, pause: float) -> None:
    front = kernel.connect()
    forget = f"from casawrapper.casa.versions.private_programs import {FORGET[name]}\n{FORGET[name]}(end=True)"
    assert front.run(forget).error is None
    request = front.execute(PLOTS[name])
    time.sleep(pause)
    kernel.interrupt(front, "message")
    reply = front.reply_to(request, timeout=60)["content"]
    assert reply["status"] == "ok" or reply["ename"] == "KeyboardInterrupt", reply
    # plotms, which the cell has named, goes on to start for the next plot.
    left = 0 if name == "casaviewer" and reply["status"] != "ok" else 1
    assert wait_until(lambda: len(programs(kernel, name)) <= left, 10), programs(kernel, name)
    done = front.run(PLOTS[name], timeout=60)
    assert done.error is None and len(done.displays) >= 1
    assert len(programs(kernel, name)) == 1, programs(kernel, name)

"""What ends plain CASA's process ends the kernel too; the next one tells of the task and its parameters."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from casa_session import unpack_data
from conftest import StartKernel

pytestmark = pytest.mark.deadline(240)

_POLCAL = """
from casatasks import gaincal, polcal
gaincal(vis='ngc5921_raw.ms', caltable='phase.cal', field='0', refant='15', solint='inf')
polcal(vis='ngc5921_raw.ms', caltable='leak.cal', field='0', refant='15', poltype='D', gaintable=['phase.cal'])
"""
_IMPORTMIRIAD = """
import os
from casatasks import importmiriad
os.makedirs('empty.mir', exist_ok=True)
importmiriad(mirfile='empty.mir', vis='out.ms')
"""

FATAL = {
    "polcal": (_POLCAL, "the C code has given up (abort, SIGABRT)", "caltable=&#39;leak.cal&#39;", "terminate called"),
    "importmiriad": (
        _IMPORTMIRIAD,
        "C code has ended the process with exit(1)",
        "mirfile=&#39;empty.mir&#39;",
        "Error opening empty.mir",
    ),
}


@pytest.mark.parametrize("task", FATAL)
def test_what_ends_plain_casa_is_told(task: str, start_kernel: StartKernel, tmp_path: Path) -> None:
    code, cause, parameter, said = FATAL[task]
    (plain := tmp_path / "plain").mkdir()
    unpack_data(plain)
    in_plain_casa = subprocess.run([sys.executable, "-c", code], cwd=plain, capture_output=True, text=True)
    assert in_plain_casa.returncode != 0
    assert said in in_plain_casa.stderr

    (work := tmp_path / "work").mkdir()
    unpack_data(work)
    env = {"XDG_STATE_HOME": str(tmp_path / "state")}
    kernel = start_kernel(env=env, cwd=work)
    front = kernel.connect()
    front.execute(code)
    status = kernel.manager.provisioner.process.wait(timeout=100)  # type: ignore[union-attr]
    assert status == in_plain_casa.returncode
    text = ""
    with suppress(TimeoutError):
        while True:
            message = front.receive("iopub", 1)
            text += message["content"].get("text", "")
    summary = f"The kernel has ended in cell 1, while {task} ran: {cause}."
    assert said in text
    assert summary in text
    assert summary in kernel.stderr

    (display,) = start_kernel(env=env, cwd=work).connect().run("1").displays
    for expected in (
        summary,
        f"Parameters of {task}",
        parameter,
        "Last lines of CASA&#39;s log",
        f"Begin Task: {task}",
    ):
        assert expected in display["text/html"]
    assert "may be incomplete" in display["text/html"]

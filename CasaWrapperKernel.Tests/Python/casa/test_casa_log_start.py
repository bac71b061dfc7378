"""What CASA logs while it starts is not the user's: it is in the file, and under no cell."""

from __future__ import annotations

from pathlib import Path

import pytest
from casa_session import need_casa
from conftest import StartKernel
from log_blocks import final, states

pytestmark = pytest.mark.deadline(120)


def test_the_first_cell_shows_its_own_lines_only(start_kernel: StartKernel, tmp_path: Path) -> None:
    need_casa()
    front = start_kernel(cwd=tmp_path, env={"CASA_KERNEL_IMPORT": "off"}).connect()
    first = front.run("import casatasks, casatools", timeout=90)
    assert first.status == "ok" and states(first) == []
    assert "mine" in final(front.run("casatasks.casalog.post('mine')")).text
    logged = Path(front.value("casawrapper.casa.current_logfile()").strip("'")).read_text()
    assert "CASA Version" in logged and "mine" in logged


def test_a_cell_that_loads_casa_and_logs_shows_the_rest(start_kernel: StartKernel, tmp_path: Path) -> None:
    need_casa()
    front = start_kernel(cwd=tmp_path, env={"CASA_KERNEL_IMPORT": "off"}).connect()
    block = final(front.run("import casatasks\ncasatasks.casalog.post('mine')", timeout=90))
    assert block.title.startswith("Show log (1 line)") and "mine" in block.text and "CASA Version" not in block.text

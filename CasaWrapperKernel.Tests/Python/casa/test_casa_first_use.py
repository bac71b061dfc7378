"""The first use of CASA without its data: one sentence says what is missing and what to run."""

from __future__ import annotations

from pathlib import Path

import pytest
from casa_session import need_casa
from conftest import StartKernel
from log_blocks import states

pytestmark = pytest.mark.deadline(120)


@pytest.mark.parametrize("code", ["import casatasks", "listobs('my.ms')"])
def test_missing_data_are_one_sentence(start_kernel: StartKernel, tmp_path: Path, code: str) -> None:
    need_casa()
    config = tmp_path / "config.py"
    config.write_text("")
    home = {"HOME": str(tmp_path), "CASASITECONFIG": str(config), "CASA_KERNEL_IMPORT": "off"}
    front = start_kernel(cwd=tmp_path, env=home).connect()
    if front.run("from casaconfig import config").status != "ok":
        pytest.skip("this CASA has its data in a package")
    for _ in range(2):
        cell = front.run(code, timeout=60)
        assert cell.error == "CasaSetupError"
        reason = cell.reply["content"]["evalue"]
        folder = tmp_path / ".casa/data"
        assert f"!mkdir -p {folder} && " in reason and "-m casaconfig --update-all" in reason
        assert cell.stdout == "" and cell.stderr == "" and states(cell) == []

"""The same cells here and in ipykernel, on the same Python: what each gives must be equal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from casa_session import PYTHON
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager
from kernel_client import Cell, FrontEnd, Kernel, plain

_DIFFERS = (
    (re.compile(r"ipykernel_\d+/\d+\.py"), "CELL.py"),
    (re.compile(r"0x[0-9a-f]{6,}"), "0xADDRESS"),
    (re.compile(r"(Thread|Pool)-\d+"), r"\1-N"),
)


class _Ipykernel(KernelSpecManager):
    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [PYTHON, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(language="python", display_name="ipykernel", argv=argv)


class Beside:
    """Front ends of the two kernels."""

    def __init__(self, ours: FrontEnd, theirs: FrontEnd) -> None:
        self.ours, self.theirs = ours, theirs

    def run(self, code: str) -> Cell:
        """Run a cell in both, which must give the same; returns what it gave here."""
        ours, theirs = self.ours.run(code), self.theirs.run(code)
        assert _shown(ours) == _shown(theirs), code
        return ours


def _shown(cell: Cell) -> list[tuple[str, str]]:
    """Each output as its kind and text; text of one stream in one piece."""
    parts = [_output(m["msg_type"], m["content"]) for m in cell.messages if m["msg_type"] != "execute_input"]
    joined = [(kind, "".join(text for _, text in group)) for kind, group in groupby(parts, lambda part: part[0])]
    return [(kind, _normal(text)) for kind, text in joined]


def _output(kind: str, content: dict[str, Any]) -> tuple[str, str]:
    if kind == "stream":
        return content["name"], content["text"]
    if kind == "error":
        return "error", "\n".join(content["traceback"])
    return kind, str(content.get("data", content))


def _normal(text: str) -> str:
    text = plain(text)
    for pattern, word in _DIFFERS:
        text = pattern.sub(word, text)
    return text


@pytest.fixture
def beside(front: FrontEnd, kernel: Kernel, kernel_env: dict[str, str], tmp_path: Path) -> Iterator[Beside]:
    """The module's kernel, and an ipykernel of its own for each test."""
    pytest.importorskip("ipykernel", minversion="7", reason="needs ipykernel 7 to compare with")
    manager = KernelManager(kernel_spec_manager=_Ipykernel(), connection_file=str(tmp_path / "connection.json"))
    with (tmp_path / "stderr.txt").open("wb") as log:
        manager.start_kernel(env=kernel_env, cwd=str(kernel.folder), stderr=log, stdout=log)
    theirs = FrontEnd(manager.get_connection_info())
    try:
        theirs.wait_ready()
        yield Beside(front, theirs)
    finally:
        theirs.close()
        manager.shutdown_kernel(now=True)

"""CASA's log file is removed, moved, emptied, or its folder is, in the middle of a session: listing and lines go on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kernel_client import FrontEnd, Kernel
from log_blocks import final

pytestmark = pytest.mark.deadline(180)
MS = "ngc5921_raw.ms"
PLOT = f"plotms('{MS}', xaxis='uvdist', yaxis='amp', avgchannel='15', field='0')"


@pytest.fixture
def kernel(start_kernel: Callable[..., Kernel], folder: Path) -> Iterator[Kernel]:
    """One a test: the file does not come back."""
    kernel = start_kernel(cwd=folder)
    yield kernel
    kernel.end()


@pytest.mark.parametrize(
    "how",
    [
        "os.remove(log)",
        "os.rename(log, 'kept.log')",
        "shutil.rmtree(os.path.dirname(log))",
        "open(log, 'w').close()",
        "os.rename(log, 'old.log'); open(log, 'w').close()",
    ],
)
@pytest.mark.parametrize("plotted", [True, False], ids=["plotms runs", "plotms starts"])
def test_listing_lines_and_reasons_go_on(front: FrontEnd, how: str, plotted: bool) -> None:
    begin = front.run(
        f"import os, shutil\n{PLOT if plotted else 'casalog.version();'}\ncasalog.post('before')\n"
        "log = casalog.logfile()\n" + how,
        timeout=100,
    )
    assert begin.status == "ok", begin.reply["content"]
    cell = front.run(PLOT, timeout=100)
    assert [kind for data in cell.displays for kind in data if kind == "image/png"], cell.reply["content"]
    assert re.search(r"INFO +(PlotMS|MSCache|plotms)\S*", final(cell).text), final(cell).text
    cell = front.run(f"listobs('{MS}')")
    assert any("ObservationID = 0" in data["text/plain"] for data in cell.displays), cell.messages
    assert "listobs" in final(cell).title, cell.messages
    cell = front.run(f"plotms('{MS}', field='nosuch', xaxis='time', yaxis='amp')", timeout=100)
    assert "nosuch" in cell.reply["content"]["evalue"], cell.reply["content"]
    cell = front.run("casalog.post('odd', 'WARN')")
    assert "odd" in final(cell).text and cell.stderr == ""
    tail = front.run("%casalog tail 2000").stdout
    assert "odd" in tail and "Field selection" in tail or "nosuch" in tail
    assert how.startswith("open") or "before" in tail
    assert front.run("%casalog").status == front.run("casalogger()").status == "ok"

"""Plots in the whole kernel, with real CASA: two notebooks in one folder, and plots that take long."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from kernel_client import Cell, Kernel

pytestmark = pytest.mark.deadline(240)
MS = "ngc5921_raw.ms"


def pictures(cell: Cell) -> list[bytes]:
    assert cell.status == "ok", cell.reply["content"]
    return [base64.b64decode(d["image/png"]) for d in cell.displays if "image/png" in d]


def test_two_notebooks_in_one_folder_do_not_touch_each_others_files(
    start_kernel: Callable[..., Kernel], folder: Path
) -> None:
    before = {path.name for path in folder.iterdir()}
    axes = ("amp", "phase")
    fronts = [start_kernel(cwd=folder).connect() for _ in axes]
    codes = [f"plotms('{MS}', xaxis='time', yaxis='{axis}')" for axis in axes]
    with ThreadPoolExecutor() as pool:
        for _ in range(3):
            both = [
                pictures(cell)
                for cell in pool.map(lambda job: job[0].run(job[1], timeout=100), zip(fronts, codes, strict=False))
            ]
            assert [len(one) for one in both] == [1, 1] and both[0] != both[1]
    alone = fronts[0].run(codes[1], timeout=100)
    assert pictures(alone) == both[1]
    assert {path.name for path in folder.iterdir()} == before


def test_a_long_plot_shows_that_it_works_and_ends_at_an_interrupt(
    start_kernel: Callable[..., Kernel], folder: Path
) -> None:
    kernel = start_kernel(cwd=folder)
    front = kernel.connect()
    short = f"plotms('{MS}', xaxis='uvdist')"
    first = pictures(front.run(short, timeout=100))
    # 351 pages: more than a minute.
    request = front.execute(f"plotms('{MS}', iteraxis='baseline', exprange='all')")
    front.wait_for(lambda m: "PlotMS" in str(m["content"].get("data", {}).get("text/html", "")), 20)
    time.sleep(1)
    begin = time.monotonic()
    kernel.interrupt(front, "message")
    cell = front.collect(request, timeout=30)
    assert cell.error == "KeyboardInterrupt"
    assert time.monotonic() - begin < 5
    assert pictures(front.run(short, timeout=60)) == first

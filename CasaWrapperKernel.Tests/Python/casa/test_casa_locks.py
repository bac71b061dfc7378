"""Data that a tool of the notebook, or another process, has open for writing: plotms waits, and it is said for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casa_notebook import Notebook
from cells import cell

if TYPE_CHECKING:
    from casa_prompt import plotms, tb, tbtool

MS = "ngc5921_raw.ms"
OTHER_PROCESS = """
import time
from casatools import table
tool = table(); tool.open("ngc5921_raw.ms", nomodify=False); tool.putcol("FLAG_ROW", tool.getcol("FLAG_ROW"))
print("locked", flush=True); time.sleep(100)
"""


@cell()
def prepare() -> None:
    global plot_for_a_while
    import _thread
    import threading

    def plot_for_a_while():
        interrupt = threading.Timer(12, _thread.interrupt_main)
        interrupt.start()
        try:
            plotms(vis=MS, avgchannel="64")
        except KeyboardInterrupt:
            print("interrupted")
        interrupt.cancel()

    plotms(vis=MS, avgchannel="64")  # it is there from here on, so that what is interrupted is its wait


@cell(prepare)
def table() -> None:
    tb.open(MS, nomodify=False)
    tb.putcol("FLAG_ROW", tb.getcol("FLAG_ROW"))
    plot_for_a_while()


@cell(table)
def closed() -> None:
    tb.close()
    plotms(vis=MS, avgchannel="64")


@cell()
def subtable() -> None:
    import os

    from casawrapper.casa.programs.locks import writer

    mine = tbtool()
    mine.open(f"{MS}/FIELD", nomodify=False)
    mine.putcol("NAME", mine.getcol("NAME"))
    print(writer(MS)[0], writer(MS)[1] == os.getpid())
    mine.close()
    print(writer(MS))


@cell(prepare)
def other_tool() -> None:
    tools = [tbtool()]
    tools[0].open(MS, nomodify=False)
    tools[0].putcol("FLAG_ROW", tools[0].getcol("FLAG_ROW"))
    plot_for_a_while()
    tools[0].close()


@cell(prepare)
def other_process() -> object:
    import subprocess
    import sys

    other = subprocess.Popen([sys.executable, "-c", OTHER_PROCESS], stdout=subprocess.PIPE, text=True)
    other.stdout.readline()
    plot_for_a_while()
    other.kill()
    other.wait()
    return other.pid


def test_the_table_tool_is_named_and_the_next_plot_works(notebook: Notebook) -> None:
    text = notebook(table).stdout
    assert text.count("[casa-kernel]") == 1 and text.endswith("interrupted\n")
    assert f"{MS}, which tb has open for writing: interrupt this cell, then tb.close()." in text
    assert notebook(closed).stdout == "" and len(notebook(closed).pictures()) == 1


def test_subtables_count(notebook: Notebook) -> None:
    assert notebook(subtable).stdout.split("\n")[:2] == [f"{MS}/FIELD True", "None"]


def test_other_tools_and_processes_are_told_apart(notebook: Notebook) -> None:
    assert "which a tool of this notebook has open for writing" in notebook(other_tool).stdout
    process = notebook(other_process).results[0]["text/plain"]
    assert f"which process {process} has locked for writing." in notebook(other_process).stdout

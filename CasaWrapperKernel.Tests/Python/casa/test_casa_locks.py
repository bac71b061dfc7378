"""Data that a tool of the notebook, or another process, has open for writing: plotms waits, and it is said for whom."""

from __future__ import annotations

import pytest
from casa_session import Session, run_cells, unpack_data

MS = "ngc5921_raw.ms"
WAIT = f"""
interrupt = threading.Timer(12, _thread.interrupt_main); interrupt.start()
try: plotms(vis='{MS}', avgchannel='64')
except KeyboardInterrupt: print('interrupted')
interrupt.cancel()
"""
ELSEWHERE = r"""
import os, subprocess, sys
other = subprocess.Popen([sys.executable, '-c', '''
import time
from casatools import table
tool = table(); tool.open("ngc5921_raw.ms", nomodify=False); tool.putcol("FLAG_ROW", tool.getcol("FLAG_ROW"))
print("locked", flush=True); time.sleep(100)
'''], stdout=subprocess.PIPE, text=True)
other.stdout.readline()
"""
CELLS = {
    "table": "import _thread, threading\n"
    f"tb.open('{MS}', nomodify=False); tb.putcol('FLAG_ROW', tb.getcol('FLAG_ROW'))\n{WAIT}",
    "closed": f"tb.close(); plotms(vis='{MS}', avgchannel='64')",
    "subtable": f"mine = tbtool(); mine.open('{MS}/FIELD', nomodify=False); mine.putcol('NAME', mine.getcol('NAME'))\n"
    f"from casawrapper.casa.programs.locks import writer\n"
    f"print(writer('{MS}')[0], writer('{MS}')[1] == __import__('os').getpid()); mine.close(); print(writer('{MS}'))",
    "other tool": f"tools = [tbtool()]; tools[0].open('{MS}', nomodify=False)\n"
    f"tools[0].putcol('FLAG_ROW', tools[0].getcol('FLAG_ROW'))\n{WAIT}tools[0].close()",
    "other process": f"{ELSEWHERE}{WAIT}other.kill(); other.wait(); other.pid",
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return run_cells(unpack_data(tmp_path_factory.mktemp("locks")), list(CELLS.values()))


def said(session: Session, name: str) -> str:
    cell = session[list(CELLS).index(name)]
    assert cell.error is None, cell.error
    return cell.stdout


def test_the_table_tool_is_named_and_the_next_plot_works(session: Session) -> None:
    text = said(session, "table")
    assert text.count("[casa-kernel]") == 1 and text.endswith("interrupted\n")
    assert f"{MS}, which tb has open for writing: interrupt this cell, then tb.close()." in text
    assert said(session, "closed") == "" and len(session[list(CELLS).index("closed")].pictures()) == 1


def test_subtables_count(session: Session) -> None:
    assert said(session, "subtable").split("\n")[:2] == [f"{MS}/FIELD True", "None"]


def test_other_tools_and_processes_are_told_apart(session: Session) -> None:
    assert "which a tool of this notebook has open for writing" in said(session, "other tool")
    process = session[list(CELLS).index("other process")].results[0]["text/plain"]
    assert f"which process {process} has locked for writing." in said(session, "other process")

"""What is shown as a fact of the data is exact and fresh, in data of 60,000 rows and more, with real CASA."""

from __future__ import annotations

import json

import pytest
from casa_session import Session, run_cells, unpack_data

MS = "ngc5921_raw.ms"
FIRST = f"""
import casawrapper, json, os, shutil, subprocess, sys, threading, time
import numpy as np
from casatools import msmetadata
from casawrapper.casa.data import selection

def asked(path, *names):
    return [selection.values(name, path) for name in names]

shutil.copytree('{MS}', 'big.ms')
tb.open('big.ms', nomodify=False)
tb.addrows(60000 - tb.nrows())
scans = np.ones(tb.nrows(), int); scans[30001:30004] = 7; scans[45000:] = 12
tb.putcol('SCAN_NUMBER', scans)
"""
CELLS = {
    "not yet closed": FIRST + "print(json.dumps(asked('big.ms', 'scan')))\ntb.close()",
    "scans": "casawrapper.ms('big.ms')",
    "pages": "axes = 'scan', 'field', 'antenna', 'spw', 'time'\n"
    "print(json.dumps([selection.count(axis, 'big.ms') for axis in axes]))",
    "as listobs": f"""
listed = listobs('{MS}', verbose=False)
moment = lambda day: qa.time(qa.quantity(day, 'd'), form='ymd', prec=7)[0].replace('/', '-', 2).replace('/', ' ')
facts = casawrapper.ms('{MS}').facts()
print(json.dumps([[facts['from'], facts['to']], [moment(listed[key]) + ' TAI' for key in ('BeginTime', 'EndTime')]]))
""",
    "as msmetadata": f"""
bandpass('{MS}', caltable='b.cal', field='0', solint='inf', combine='scan', refant='15')
meta = msmetadata(); meta.open('big.ms')
found = asked('big.ms', 'scan', 'field', 'antenna', 'spw', 'correlation', 'intent', 'observation')
wanted = [list(map(str, meta.scannumbers())), [*meta.namesforfields(), '0', '1', '2'], meta.antennanames(), ['0'],
          ['RR', 'LL'], meta.intents(), ['0']]
meta.done()
solved = asked('b.cal', 'scan', 'field', 'refant', 'spw')
print(json.dumps([found, wanted, solved, selection.count('antenna', 'b.cal')]))
""",
    "renamed": "tb.open('big.ms/FIELD', nomodify=False); tb.putcol('NAME', ['A/B', 'ü \"1\"', 'C C'])\n"
    "now = asked('big.ms', 'field'); tb.close(); tb.open('big.ms/ANTENNA', nomodify=False)\n"
    "tb.putcell('NAME', 0, 'first'); tb.close()\n"
    "print(json.dumps([now, asked('big.ms', 'field'), asked('big.ms', 'antenna')[0][0],\n"
    "                  [name in casawrapper.ms('big.ms')._repr_html_() for name in ('A/B', 'ü &quot;1&quot;')]]))",
    "galactic": "tb.open('big.ms/FIELD', nomodify=False); tb.putcolkeyword('PHASE_DIR', 'MEASINFO',\n"
    "    {'type': 'direction', 'Ref': 'GALACTIC'})\n"
    "tb.putcell('PHASE_DIR', 1, np.array([[1.0], [-0.001]])); tb.close()\ncasawrapper.ms('big.ms')",
    "written elsewhere": r"""
code = '''
import sys, time
from casatools import table
tool = table(); tool.open("big.ms", nomodify=False)
tool.putcol("SCAN_NUMBER", tool.getcol("SCAN_NUMBER") + 100); tool.flush()
print("written", flush=True); time.sleep(60)
'''
other = subprocess.Popen([sys.executable, '-c', code], stdout=subprocess.PIPE, text=True)
other.stdout.readline()
begin = time.monotonic(); found = asked('big.ms', 'scan'); taken = time.monotonic() - begin
other.kill(); other.wait()
print(json.dumps([found, taken]))
""",
    "another thread": "found = []\n"
    "thread = threading.Thread(target=lambda: found.extend(asked('big.ms', 'scan')))\n"
    "thread.start(); thread.join(); print(found)",
    "quiet": "open(casalog.logfile()).read().count('internal consistency')",
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return run_cells(unpack_data(tmp_path_factory.mktemp("facts")), list(CELLS.values()))


def said(session: Session, name: str) -> list:
    cell = session[list(CELLS).index(name)]
    assert cell.error is None, cell.error
    return json.loads(cell.stdout)


def page(session: Session, name: str) -> str:
    return session[list(CELLS).index(name)].results[0]["text/html"]


def test_every_scan_is_known_also_one_of_three_rows(session: Session) -> None:
    assert said(session, "not yet closed") == [["1", "7", "12"]]
    assert "3 (1, 7, 12)" in page(session, "scans") and "60,000" in page(session, "scans")


def test_pages_are_counted_in_the_data(session: Session) -> None:
    # Rows that were added without a value are of field 0; antenna 26 of 28 has no data.
    assert said(session, "pages") == [3, 3, 27, 1, None]


def test_the_times_are_those_of_listobs_in_the_datas_own_scale(session: Session) -> None:
    shown, listed = said(session, "as listobs")
    assert shown == listed


def test_names_are_those_of_msmetadata_and_tables_have_theirs(session: Session) -> None:
    found, wanted, table, antennas = said(session, "as msmetadata")
    assert found == wanted
    assert table[0] == ["1"] and table[1][-1] == "2" and len(table[2]) == 28 and table[3] == ["0"] and antennas == 28


def test_a_changed_subtable_is_seen_at_once(session: Session) -> None:
    before, after, antenna, is_shown = said(session, "renamed")
    assert before == after == [['"A/B"', "C C", "0", "1", "2"]]
    assert antenna == "first" and is_shown == [True, True]


def test_other_frames_than_right_ascension_are_called_so(session: Session) -> None:
    assert all(
        word in page(session, "galactic")
        for word in ("longitude", "GALACTIC", "057d17m44.81s", "-00d03m26.26s", "1995-04-13 09:18:45.0 TAI", "LSRK")
    )


def test_nobody_waits_for_who_writes_the_data(session: Session) -> None:
    found, seconds = said(session, "written elsewhere")
    assert found == [["101", "107", "112"]] and seconds < 5
    assert session[list(CELLS).index("quiet")].results[0]["text/plain"] == "1"  # of the test's own msmetadata


def test_a_thread_beside_the_cell_reads_nothing(session: Session) -> None:
    assert session[list(CELLS).index("another thread")].stdout == "[[]]\n"

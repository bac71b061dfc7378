"""What is shown as a fact of the data is exact and fresh, in data of 60,000 rows and more, with real CASA."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from casa_notebook import Notebook
from casa_session import Cell
from cells import cell

if TYPE_CHECKING:
    from casa_prompt import bandpass, casalog, listobs, qa, tb

    import casawrapper

MS = "ngc5921_raw.ms"
OTHER_PROCESS = """
import sys, time
from casatools import table
tool = table(); tool.open("big.ms", nomodify=False)
tool.putcol("SCAN_NUMBER", tool.getcol("SCAN_NUMBER") + 100); tool.flush()
print("written", flush=True); time.sleep(60)
"""


@cell()
def first() -> None:
    global asked, json, np, selection
    import json
    import shutil

    import numpy as np

    from casawrapper.casa.data import selection

    def asked(path, *names):
        return [selection.values(name, path) for name in names]

    shutil.copytree(MS, "big.ms")
    tb.open("big.ms", nomodify=False)
    tb.addrows(60000 - tb.nrows())
    scans = np.ones(tb.nrows(), int)
    scans[30001:30004] = 7
    scans[45000:] = 12
    tb.putcol("SCAN_NUMBER", scans)
    print(json.dumps(asked("big.ms", "scan")))  # not yet closed
    tb.close()


@cell(first)
def scans() -> object:
    return casawrapper.ms("big.ms")


@cell(first)
def pages() -> None:
    axes = "scan", "field", "antenna", "spw", "time"
    print(json.dumps([selection.count(axis, "big.ms") for axis in axes]))


@cell(first)
def as_listobs() -> None:
    listed = listobs(MS, verbose=False)

    def moment(day):
        return qa.time(qa.quantity(day, "d"), form="ymd", prec=7)[0].replace("/", "-", 2).replace("/", " ")

    facts = casawrapper.ms(MS).facts()
    shown = [facts["from"], facts["to"]]
    print(json.dumps([shown, [moment(listed[key]) + " TAI" for key in ("BeginTime", "EndTime")]]))


@cell(scans, pages)
def as_msmetadata() -> None:
    from casatools import msmetadata

    bandpass(MS, caltable="b.cal", field="0", solint="inf", combine="scan", refant="15")
    meta = msmetadata()
    meta.open("big.ms")
    found = asked("big.ms", "scan", "field", "antenna", "spw", "correlation", "intent", "observation")
    wanted = [
        list(map(str, meta.scannumbers())),
        [*meta.namesforfields(), "0", "1", "2"],
        meta.antennanames(),
        ["0"],
        ["RR", "LL"],
        meta.intents(),
        ["0"],
    ]
    meta.done()
    solved = asked("b.cal", "scan", "field", "refant", "spw")
    print(json.dumps([found, wanted, solved, selection.count("antenna", "b.cal")]))


@cell(as_msmetadata)
def renamed() -> None:
    tb.open("big.ms/FIELD", nomodify=False)
    tb.putcol("NAME", ["A/B", 'ü "1"', "C C"])
    now = asked("big.ms", "field")
    tb.close()
    tb.open("big.ms/ANTENNA", nomodify=False)
    tb.putcell("NAME", 0, "first")
    tb.close()
    page = casawrapper.ms("big.ms")._repr_html_()
    is_shown = [name in page for name in ("A/B", "ü &quot;1&quot;")]
    print(json.dumps([now, asked("big.ms", "field"), asked("big.ms", "antenna")[0][0], is_shown]))


@cell(renamed)
def galactic() -> object:
    tb.open("big.ms/FIELD", nomodify=False)
    tb.putcolkeyword("PHASE_DIR", "MEASINFO", {"type": "direction", "Ref": "GALACTIC"})
    tb.putcell("PHASE_DIR", 1, np.array([[1.0], [-0.001]]))
    tb.close()
    return casawrapper.ms("big.ms")


@cell(galactic)
def written_elsewhere() -> None:
    import subprocess
    import sys
    import time

    other = subprocess.Popen([sys.executable, "-c", OTHER_PROCESS], stdout=subprocess.PIPE, text=True)
    other.stdout.readline()
    begin = time.monotonic()
    found = asked("big.ms", "scan")
    taken = time.monotonic() - begin
    other.kill()
    other.wait()
    print(json.dumps([found, taken]))


@cell(first)
def another_thread() -> None:
    import threading

    found = []
    thread = threading.Thread(target=lambda: found.extend(asked("big.ms", "scan")))
    thread.start()
    thread.join()
    print(found)


@cell(written_elsewhere, another_thread)
def quiet() -> object:
    return open(casalog.logfile()).read().count("internal consistency")


def said(done: Cell) -> list:
    return json.loads(done.stdout)


def page(done: Cell) -> str:
    return done.results[0]["text/html"]


def test_every_scan_is_known_also_one_of_three_rows(notebook: Notebook) -> None:
    assert said(notebook(first)) == [["1", "7", "12"]]
    assert "3 (1, 7, 12)" in page(notebook(scans)) and "60,000" in page(notebook(scans))


def test_pages_are_counted_in_the_data(notebook: Notebook) -> None:
    # Rows that were added without a value are of field 0; antenna 26 of 28 has no data.
    assert said(notebook(pages)) == [3, 3, 27, 1, None]


def test_the_times_are_those_of_listobs_in_the_datas_own_scale(notebook: Notebook) -> None:
    shown, listed = said(notebook(as_listobs))
    assert shown == listed


def test_names_are_those_of_msmetadata_and_tables_have_theirs(notebook: Notebook) -> None:
    found, wanted, table, antennas = said(notebook(as_msmetadata))
    assert found == wanted
    assert table[0] == ["1"] and table[1][-1] == "2" and len(table[2]) == 28 and table[3] == ["0"] and antennas == 28


def test_a_changed_subtable_is_seen_at_once(notebook: Notebook) -> None:
    before, after, antenna, is_shown = said(notebook(renamed))
    assert before == after == [['"A/B"', "C C", "0", "1", "2"]]
    assert antenna == "first" and is_shown == [True, True]


def test_other_frames_than_right_ascension_are_called_so(notebook: Notebook) -> None:
    assert all(
        word in page(notebook(galactic))
        for word in ("longitude", "GALACTIC", "057d17m44.81s", "-00d03m26.26s", "1995-04-13 09:18:45.0 TAI", "LSRK")
    )


def test_nobody_waits_for_who_writes_the_data(notebook: Notebook) -> None:
    found, seconds = said(notebook(written_elsewhere))
    assert found == [["101", "107", "112"]] and seconds < 5
    assert notebook(quiet).results[0]["text/plain"] == "1"  # of the test's own msmetadata


def test_a_thread_beside_the_cell_reads_nothing(notebook: Notebook) -> None:
    assert notebook(another_thread).stdout == "[[]]\n"

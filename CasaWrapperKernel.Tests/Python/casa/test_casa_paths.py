"""pathlib's paths wherever CASA wants a path, with real CASA."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

import pytest
from casa_session import Cell, Session, ink, run_cells, unpack_data

from casawrapper.casa.calls.paths import as_text, text_of

MS = "ngc5921_raw.ms"
CELLS = {
    "task": f"from pathlib import Path\nimport json\nvis = Path('{MS}')\n"
    "print(listobs(vis, verbose=False)['nfields'], listobs(vis=vis, listfile=Path('list.txt'))['nfields'])",
    "list": "for name in ('b.cal', 'b2.cal'):\n"
    "    bandpass(vis, caltable=Path(name), field='0', solint='inf', combine='scan', refant='15')\n"
    "applycal(vis, field='0', gaintable=[Path('b.cal'), 'b2.cal'])\n"
    "tclean(vis, imagename=Path('im'), field='1', imsize=64, cell='30arcsec', niter=5)\n"
    "immath(imagename=[Path('im.image'), Path('im.image')], expr='IM0+IM1', outfile=Path('sum.image'))",
    "history": "print(json.dumps([[line for line in imhistory('sum.image', verbose=False) if 'imagename' in line],\n"
    "                  open(casalog.logfile()).read().count('Path(')]))",
    "plot": "plotms(vis=vis, plotfile=Path('p.png'), avgchannel='64')",
    "viewer": "imview(Path('im.image'), out={'file': Path('v.png')})\n"
    "imview(raster=[{'file': Path('im.image')}])\nmsview(vis)",
    "missing": "imview(Path('nothing.image'))",
    "missing data": "listobs(Path('nothing.ms'))",
    "prompt": "inp listobs\nlistfile = Path('went.txt')\ngo listobs",
    "tools": """
import shutil
from casatools import image, msmetadata, table
found = [tb.open(vis), tb.close(), ms.open(vis), ms.close()]
found += [msmd.open(msfile=vis), msmd.done(), tb.open(tablename=vis / 'FIELD')]
tb.copy(Path('copied.tab')).close(); tb.close()
other = table(Path('copied.tab')); found.append(int(other.nrows())); other.close()
found.append([ia.open(Path('im.image')), ia.tofits(Path('im.fits'), overwrite=True), ia.close()])
joined = ia.imageconcat(Path('joined.image'), [Path('im.image'), Path('sum.image')], relax=True, axis=3, reorder=True)
found.append(list(map(int, joined.shape()))); joined.done()
found.append(cb.open(vis)); cb.close()
print(json.dumps(found, default=str))
""",
    "tool fails": "tb.open(Path('nothing.tab'))",
    "as ever": "import inspect\nprint(inspect.signature(tb.open), type(tb).__module__)",
    "speed": """
import time
from casatools.__casac__.table import table as inner
tb.open(vis)
def seconds(method):
    begin = time.perf_counter()
    for _ in range(20000): method(tb._swigobj, 'UVW', 5)
    return time.perf_counter() - begin
rounds = [(seconds(inner.getcell), seconds(inner.getcell.__wrapped__)) for _ in range(5)]; tb.close()
print(json.dumps([min(ours for ours, _ in rounds), min(theirs for _, theirs in rounds)]))
""",
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return run_cells(unpack_data(tmp_path_factory.mktemp("paths")), list(CELLS.values()))


def cell(session: Session, name: str) -> Cell:
    done = session[list(CELLS).index(name)]
    assert done.error is None, done.error
    return done


def test_path_objects_become_texts_and_all_else_stays_itself() -> None:
    given = {
        "vis": Path("a.ms"),
        "tables": [Path("b"), "c"],
        "out": {"file": PurePosixPath("/d"), "scale": 2.0},
        "both": [{"file": Path("e")}],
        "pair": (Path("f"), 1),
    }
    assert as_text(given) == {
        "vis": "a.ms",
        "tables": ["b", "c"],
        "out": {"file": "/d", "scale": 2.0},
        "both": [{"file": "e"}],
        "pair": ("f", 1),
    }
    assert given["tables"] == [Path("b"), "c"] and given["out"]["file"] == PurePosixPath("/d")
    for value in ("text", b"bytes", 1.5, None, [], {}, ["a", 1], {"a": [1]}, list(range(5000)), {1, 2}):
        assert text_of(value) is value


def test_tasks_take_them_alone_and_in_lists(session: Session) -> None:
    assert cell(session, "task").stdout.endswith("3 3\n") and "list.txt" in session.new_files
    cell(session, "list")
    assert {"b.cal", "im.image", "sum.image"} <= session.new_files


def test_log_and_history_hold_texts(session: Session) -> None:
    history, in_log = json.loads(cell(session, "history").stdout)
    assert len(history) == 1 and "['im.image', 'im.image']" in history[0] and in_log == 0


def test_programs_take_them(session: Session) -> None:
    assert len(cell(session, "plot").pictures()) == 1 and len(cell(session, "viewer").pictures()) == 3
    assert min(map(ink, cell(session, "viewer").pictures())) > 1000 and {"p.png", "v.png"} <= session.new_files


@pytest.mark.parametrize(
    "name, words",
    [("missing", "nothing.image"), ("missing data", "'nothing.ms' does not exist in /"), ("tool fails", "nothing.tab")],
)
def test_what_is_missing_is_named(session: Session, name: str, words: str) -> None:
    done = session[list(CELLS).index(name)]
    assert done.error is not None and words in done.error
    assert done.stdout.count("\n") < 8, done.stdout


def test_the_prompt_takes_them(session: Session) -> None:
    cell(session, "prompt")
    assert "went.txt" in session.new_files


def test_tools_take_them_and_stay_as_they_are(session: Session) -> None:
    found = json.loads(cell(session, "tools").stdout)
    assert found[0] is found[2] is found[4] is found[6] is True and found[7] == 3 and found[8][0] is True
    assert found[9][3] == 2 and {"copied.tab", "im.fits", "joined.image"} <= session.new_files
    assert cell(session, "as ever").stdout == ("(tablename='', lockoptions={}, nomodify=True) casatools.table\n")


def test_a_call_of_a_tool_costs_little_more(session: Session) -> None:
    ours, theirs = json.loads(cell(session, "speed").stdout)
    assert ours < 2 * theirs, f"{ours * 50:.1f} µs, plain {theirs * 50:.1f} µs"

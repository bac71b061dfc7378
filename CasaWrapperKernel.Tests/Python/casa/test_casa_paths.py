"""pathlib's paths wherever CASA wants a path, with real CASA."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pytest
from casa_notebook import Notebook
from casa_session import ink
from cells import Code, cell, text

from casawrapper.casa.calls.paths import as_text, text_of

if TYPE_CHECKING:
    from casa_prompt import (
        applycal,
        bandpass,
        casalog,
        cb,
        ia,
        imhistory,
        immath,
        imview,
        listobs,
        ms,
        msmd,
        msview,
        plotms,
        tb,
        tclean,
    )

MS = "ngc5921_raw.ms"


@cell()
def task() -> None:
    global Path, json, vis
    import json
    from pathlib import Path

    vis = Path(MS)
    print(listobs(vis, verbose=False)["nfields"], listobs(vis=vis, listfile=Path("list.txt"))["nfields"])


@cell(task)
def in_lists() -> None:
    for name in ("b.cal", "b2.cal"):
        bandpass(vis, caltable=Path(name), field="0", solint="inf", combine="scan", refant="15")
    applycal(vis, field="0", gaintable=[Path("b.cal"), "b2.cal"])
    tclean(vis, imagename=Path("im"), field="1", imsize=64, cell="30arcsec", niter=5)
    immath(imagename=[Path("im.image"), Path("im.image")], expr="IM0+IM1", outfile=Path("sum.image"))


@cell(in_lists)
def history() -> None:
    lines = [line for line in imhistory("sum.image", verbose=False) if "imagename" in line]
    print(json.dumps([lines, Path(casalog.logfile()).read_text().count("Path(")]))


@cell(task)
def plot() -> None:
    plotms(vis=vis, plotfile=Path("p.png"), avgchannel="64")


@cell(in_lists)
def viewer() -> None:
    imview(Path("im.image"), out={"file": Path("v.png")})
    imview(raster=[{"file": Path("im.image")}])
    msview(vis)


@cell(task, fails=True)
def missing() -> None:
    imview(Path("nothing.image"))


@cell(task, fails=True)
def missing_data() -> None:
    listobs(Path("nothing.ms"))


prompt = text("inp listobs\nlistfile = Path('went.txt')\ngo listobs", task)


@cell(in_lists)
def tools() -> None:
    from casatools import table

    found = [tb.open(vis), tb.close(), ms.open(vis), ms.close()]
    found += [msmd.open(msfile=vis), msmd.done(), tb.open(tablename=vis / "FIELD")]
    tb.copy(Path("copied.tab")).close()
    tb.close()
    other = table(Path("copied.tab"))
    found.append(int(other.nrows()))
    other.close()
    found.append([ia.open(Path("im.image")), ia.tofits(Path("im.fits"), overwrite=True), ia.close()])
    joined = ia.imageconcat(
        Path("joined.image"), [Path("im.image"), Path("sum.image")], relax=True, axis=3, reorder=True
    )
    found.append(list(map(int, joined.shape())))
    joined.done()
    found.append(cb.open(vis))
    cb.close()
    print(json.dumps(found, default=str))


@cell(task, fails=True)
def tool_fails() -> None:
    tb.open(Path("nothing.tab"))


@cell()
def as_ever() -> None:
    import inspect

    print(inspect.signature(tb.open), type(tb).__module__)


@cell(task)
def speed() -> None:
    import time

    from casatools.__casac__.table import table as inner

    tb.open(vis)

    def seconds(method):
        begin = time.perf_counter()
        for _ in range(20000):
            method(tb._swigobj, "UVW", 5)
        return time.perf_counter() - begin

    rounds = [(seconds(inner.getcell), seconds(inner.getcell.__wrapped__)) for _ in range(5)]
    tb.close()
    print(json.dumps([min(ours for ours, _ in rounds), min(theirs for _, theirs in rounds)]))


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


def test_tasks_take_them_alone_and_in_lists(notebook: Notebook) -> None:
    assert notebook(task).stdout.endswith("3 3\n") and "list.txt" in notebook(task).new_files
    assert {"b.cal", "im.image", "sum.image"} <= notebook(in_lists).new_files


def test_log_and_history_hold_texts(notebook: Notebook) -> None:
    lines, in_log = json.loads(notebook(history).stdout)
    assert len(lines) == 1 and "['im.image', 'im.image']" in lines[0] and in_log == 0


def test_programs_take_them(notebook: Notebook) -> None:
    assert len(notebook(plot).pictures()) == 1 and len(notebook(viewer).pictures()) == 3
    assert min(map(ink, notebook(viewer).pictures())) > 1000 and (
        "p.png" in notebook(plot).new_files and "v.png" in notebook(viewer).new_files
    )


@pytest.mark.parametrize(
    "code, words",
    [(missing, "nothing.image"), (missing_data, "'nothing.ms' does not exist in /"), (tool_fails, "nothing.tab")],
    ids=str,
)
def test_what_is_missing_is_named(notebook: Notebook, code: Code, words: str) -> None:
    done = notebook(code)
    assert words in done.error
    assert done.stdout.count("\n") < 8, done.stdout


def test_the_prompt_takes_them(notebook: Notebook) -> None:
    assert "went.txt" in notebook(prompt).new_files


def test_tools_take_them_and_stay_as_they_are(notebook: Notebook) -> None:
    found = json.loads(notebook(tools).stdout)
    assert found[0] is found[2] is found[4] is found[6] is True and found[7] == 3 and found[8][0] is True
    assert found[9][3] == 2 and {"copied.tab", "im.fits", "joined.image"} <= notebook(tools).new_files
    assert notebook(as_ever).stdout == ("(tablename='', lockoptions={}, nomodify=True) casatools.table\n")


def test_a_call_of_a_tool_costs_little_more(notebook: Notebook) -> None:
    ours, theirs = json.loads(notebook(speed).stdout)
    assert ours < 2 * theirs, f"{ours * 50:.1f} µs, plain {theirs * 50:.1f} µs"

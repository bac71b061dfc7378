"""Fields, antennas and windows with strokes, blanks, quotes and other letters in their names: comets have strokes."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from casa_notebook import Notebook
from casa_session import Cell, ink
from cells import Code, cell

if TYPE_CHECKING:
    from casa_prompt import listobs, ms, plotms, tb

    import casawrapper

MS = "ngc5921_raw.ms"
ALL = {"vis": "comet.ms", "avgchannel": "64", "exprange": "all"}


@cell()
def names() -> None:
    import shutil

    shutil.copytree(MS, "comet.ms")
    for table, name, texts in (
        ("FIELD", "NAME", ["C/2020 F3", '1445 ü "q" it\'s', "67P/C-G"]),
        ("ANTENNA", "NAME", ["A/1 b", "é", "it's"]),
        ("ANTENNA", "STATION", ["N/7", "W1", "W 2"]),
    ):
        tb.open(f"comet.ms/{table}", nomodify=False)
        for row, text in enumerate(texts):
            tb.putcell(name, row, text)
        tb.close()
    tb.open("comet.ms/SPECTRAL_WINDOW", nomodify=False)
    tb.putcell("NAME", 0, "Sub/band:0")
    tb.close()


@cell(names)
def fields() -> None:
    plotms(**ALL, iteraxis="field")


@cell(names)
def kept() -> None:
    plotms(**ALL, iteraxis="field", plotfile="c.png", title="67P/C-G ü")


@cell(kept, fails=True)
def kept_again() -> None:
    plotms(**ALL, iteraxis="field", plotfile="c.png")


@cell(kept_again)
def overwritten() -> None:
    plotms(**ALL, iteraxis="field", plotfile="c.png", overwrite=True)


@cell(names)
def first() -> None:
    plotms(vis="comet.ms", avgchannel="64", iteraxis="field", plotfile="first.png")


@cell(names)
def single() -> None:
    plotms(**ALL, iteraxis="field", field='"67P/C-G"', plotfile="single.png")


@cell(names)
def grid() -> None:
    plotms(**ALL, iteraxis="field", gridrows=2, plotfile="grid.png")


@cell(names)
def antennas() -> None:
    plotms(**ALL, iteraxis="antenna", antenna="0~2&0~2", plotfile="a.png")


@cell(names)
def baselines() -> None:
    plotms(**ALL, iteraxis="baseline", antenna="0~2&0~2", plotfile="b.png")


@cell(names)
def pdf() -> None:
    plotms(**ALL, iteraxis="field", plotfile="p.pdf")


@cell(names)
def completion() -> None:
    import json

    from casawrapper.casa.keyboard.completion import complete

    found = []
    for code in (
        "plotms('comet.ms', field='",
        "plotms('comet.ms', field='C",
        "plotms('comet.ms', field='0,6",
        'plotms("comet.ms", field="',
        "plotms('comet.ms', antenna='",
        "plotms('comet.ms', spw='",
    ):
        offered = complete(code, len(code), {})
        fragment = offered.fragment
        taken = (
            [
                eval(code[code.index("field=") + 6 : len(code) - len(fragment)] + text + code[code.index("=") + 1])
                for text in offered.texts
            ]
            if "field=" in code
            else offered.texts
        )
        found.append(taken[:4])
    print(json.dumps(found))


@cell(names)
def taken() -> None:
    import json

    found = [
        ms.msseltoindex("comet.ms", field='"C/2020 F3"')["field"].tolist(),
        ms.msseltoindex("comet.ms", spw='"Sub/band:0"')["spw"].tolist(),
    ]
    print(json.dumps(found))


@cell(names)
def summary() -> object:
    return casawrapper.ms("comet.ms")


@cell(names)
def listing() -> object:
    return listobs("comet.ms")


@cell(names)
def table() -> object:
    return casawrapper.table("comet.ms/FIELD")


def files(done: Cell, stem: str) -> list[str]:
    return sorted(name for name in done.new_files if name.startswith(stem))


def test_there_is_a_page_for_each_field(notebook: Notebook) -> None:
    done = notebook(fields)
    assert len({page.tobytes() for page in done.pages()}) == 3 and min(map(ink, done.pages())) > 1000
    assert done.displays[0]["text/plain"].splitlines()[1:] == [
        "1 of 3: FieldC_2020 F3",
        '2 of 3: Field1445 ü "q" it\'s',
        "3 of 3: Field67P_C-G",
    ]


def test_the_users_files_have_the_names_of_the_fields(notebook: Notebook) -> None:
    pages = files(notebook(kept), "c_")
    assert pages == ['c_Field1445 ü "q" it\'s_2.png', "c_Field67P_C-G_3.png", "c_FieldC_2020 F3.png"]
    html = notebook(kept).displays[0]["text/html"]
    assert "href='c_FieldC_2020%20F3.png'" in html and "href='c_Field1445%20%C3%BC%20%22q%22%20it%27s_2.png'" in html
    assert not any(os.sep in name for name in notebook(kept).new_files)


def test_pages_that_are_there_are_kept_or_written_over_as_asked(notebook: Notebook) -> None:
    again = notebook(kept_again)
    assert "plotms has kept c_FieldC_2020 F3.png and 2 more" in again.error
    assert len(again.pages()) == len(notebook(overwritten).pages()) == 3
    assert again.new_files == notebook(overwritten).new_files == set()


@pytest.mark.parametrize(
    "code, expected",
    [
        (first, ["first_FieldC_2020 F3.png"]),
        (single, ["single_Field67P_C-G.png"]),
        (grid, ["grid_Field67P_C-G_2.png", 'grid_FieldC_2020 F3,1445 ü "q" it\'s.png']),
    ],
    ids=str,
)
def test_a_first_page_a_single_one_and_grids(notebook: Notebook, code: Code, expected: list[str]) -> None:
    done = notebook(code)
    assert files(done, f"{code}_") == expected and len(done.pictures() + done.pages()) == len(expected)


def test_antennas_stations_and_baselines(notebook: Notebook) -> None:
    assert len(notebook(antennas).pictures() + notebook(antennas).pages()) == len(files(notebook(antennas), "a_"))
    assert files(notebook(antennas), "a_")[0].startswith("a_AntennaA_1 b@N_7")
    assert len(notebook(baselines).pages()) == 3
    assert [name.split("_with_")[0] for name in files(notebook(baselines), "b_")] == [
        "b_BaselineA_1 b@N_7",
        "b_BaselineA_1 b@N_7",
        "b_Baselineé@W1",
    ]


def test_pages_of_a_pdf_have_pictures(notebook: Notebook) -> None:
    assert len(notebook(pdf).pages()) == len(files(notebook(pdf), "p_")) == 3


def test_completion_offers_what_casa_takes_and_python_reads(notebook: Notebook) -> None:
    fields, one, second, doubled, antennas, windows = json.loads(notebook(completion).stdout)
    assert fields == doubled == ['"C/2020 F3"', '"67P/C-G"', "0", "1"]
    assert one == ['"C/2020 F3"'] and second == ['0,"67P/C-G"']
    assert antennas[:4] == ['"A/1 b"', '"é"', '"it\\\'s"', "4"] and windows == ["0", '"Sub/band:0"']
    assert json.loads(notebook(taken).stdout) == [[0], [0]]


def test_summaries_and_listings_have_the_names(notebook: Notebook) -> None:
    page = notebook(summary).results[0]["text/html"]
    assert all(word in page for word in ("C/2020 F3", "1445 ü &quot;q&quot; it&#x27;s", "A/1 b", "é", "Sub/band:0"))
    assert "C/2020 F3" in str(notebook(listing).displays) and "67P/C-G" in str(notebook(listing).displays)
    assert "67P/C-G" in notebook(table).results[0]["text/html"]

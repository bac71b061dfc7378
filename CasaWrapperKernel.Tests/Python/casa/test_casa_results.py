"""What tasks return, and measurement sets and images as paths, shown in a notebook with real CASA."""

from __future__ import annotations

import base64
import io
import re
from typing import TYPE_CHECKING

import pytest
from casa_notebook import Notebook
from casa_session import Cell, ink
from cells import Code, cell, text

from casawrapper.casa.display.tables import as_html

if TYPE_CHECKING:
    from casa_prompt import (
        exportfits,
        flagdata,
        ia,
        imfit,
        imhead,
        imrebin,
        imstat,
        listobs,
        tb,
        tclean,
        vishead,
        visstat,
    )

    import casawrapper

MS = "ngc5921_raw.ms"


@cell()
def cleaned() -> object:
    global summary
    summary = tclean(MS, imagename="im", field="1", imsize=128, cell="30arcsec", niter=20)
    return summary


@cell(cleaned)
def statistics() -> object:
    return imstat("im.image")


@cell(cleaned)
def fit() -> object:
    return imfit("im.image", box="54,54,74,74")


@cell(cleaned)
def header() -> object:
    return imhead("im.image")


@cell()
def flags() -> object:
    return flagdata(MS, mode="summary")


@cell()
def amplitudes() -> object:
    return visstat(MS, axis="amp", datacolumn="data")


@cell()
def listing() -> object:
    global listed
    listed = listobs(MS, verbose=False)
    return listed


@cell(listing)
def later() -> object:
    return listed


@cell(cleaned)
def given_to_a_tool() -> object:
    image = ia.newimagefromshape("", [4, 4])
    image.setmiscinfo(imstat("im.image"))
    return "max" in image.miscinfo()


go = text("imagename = 'im.image'\ngo imstat", cleaned)


@cell()
def data() -> object:
    return casawrapper.ms(MS)


@cell()
def as_text() -> object:
    from matplotlib import pyplot

    path = casawrapper.ms(MS)
    return vishead(path, mode="get", hdkey="telescope")[0][0] == "VLA", path + ".x", pyplot.get_fignums()


@cell(cleaned)
def image() -> object:
    return casawrapper.image("im.image")


@cell(cleaned)
def fits() -> object:
    exportfits("im.image", "im.fits")
    return casawrapper.image("im.fits")


@cell()
def cube() -> object:
    tclean(MS, imagename="cube", field="1", imsize=64, cell="30arcsec", niter=0, specmode="cube")
    return casawrapper.image("cube.image")


@cell()
def table() -> object:
    return casawrapper.table(f"{MS}/ANTENNA")


@cell()
def main_table() -> object:
    return casawrapper.table(MS)


@cell()
def programs() -> None:
    import sys
    from pathlib import Path

    for name in ("browsetable", "casafeather"):
        module = {"browsetable": "casatablebrowser"}.get(name, name)
        Path(f"{module}.py").write_text(f"def {name}(*values): raise SystemError")
    sys.path.insert(0, "")
    from casafeather import casafeather
    from casatablebrowser import browsetable

    browsetable(f"{MS}/FIELD")
    browsetable()
    casafeather()


@cell(fails=True)
def no_file() -> None:
    casawrapper.ms("none.ms")


@cell(cleaned, fails=True)
def wrong_kind() -> None:
    casawrapper.ms("im.image")


@cell(cleaned)
def unlocked() -> None:
    import shutil

    imrebin("im.image", "small.im", factor=[2, 2])
    casawrapper.image("small.im")._repr_html_()
    shutil.rmtree("small.im")
    tb.showcache()


ANSWERS = {
    "tclean": (cleaned, ["iterdone</td>", "iteration limit", "summaryminor"]),
    "imstat": (statistics, ["sigma</td>", "maxposf</td>"]),
    "imfit": (fit, ["converged</td>", "component0", " ± ", "arcsec</td>"]),
    "imhead": (header, ["Jy/beam", "restoringbeam"]),
    "flags": (flags, ["flagged %</th>", "<b>N5921_2</b>", "0.00</td>"]),
    "visstat": (amplitudes, ["stddev</td>", " open"]),
    "listed": (later, ["nfields</td>", "field (3)</summary>", "direction m0</th>", "scan (7)</summary>", "49820.38"]),
    "go": (go, ["sigma</td>"]),
}
IMAGES = {
    "image": (image, ["128 x 128 x 1 x 1", "Jy/beam", "arcsec, "]),
    "fits": (fits, ["128 x 128", "Frequency"]),
    "cube": (cube, ["64 x 64 x 1 x 15", "beam</td>"]),
}


def html(done: Cell) -> str:
    page = done.results[-1]["text/html"]
    assert not re.search(r"<(script|style|link|iframe)|\son\w+=|http", page)
    return page


def pictures(page: str) -> list:
    from PIL import Image

    return [
        Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")
        for data in re.findall(r'src="data:image/png;base64,([^"]+)"', page)
    ]


@pytest.mark.parametrize("code, words", ANSWERS.values(), ids=ANSWERS)
def test_answers_are_tables_beside_their_text(notebook: Notebook, code: Code, words: list[str]) -> None:
    page = html(notebook(code))
    assert all(word in page for word in words), page[:3000]
    assert notebook(code).results[-1]["text/plain"].startswith("{'")


def test_listing_is_not_followed_by_its_dictionary(notebook: Notebook) -> None:
    assert notebook(listing).results == []


def test_casas_tools_take_the_answers(notebook: Notebook) -> None:
    assert notebook(given_to_a_tool).results[0]["text/plain"] == "True"


def test_tables_are_escaped_and_cut() -> None:
    page = as_html(
        {
            "<b>": "<script>",
            "long": {str(n): {"a": n} for n in range(500)},
            "deep": {"x": {"x": {"x": {"x": {"x": {"x": {"x": {"x": 1}}}}}}}},
            "e": [],
            "n": None,
            "text": "y" * 1000,
        }
    )
    assert "<script>" not in page and "&lt;script&gt;" in page and "... and 400 more" in page
    assert len(page) < 40000


def test_a_measurement_set_shows_what_is_in_it(notebook: Notebook) -> None:
    page = html(notebook(data))
    for word in (
        "VLA",
        "1995-04-13 09:",
        "1995-04-13 1",
        "9,477",
        "RR, LL",
        "7 (1 to 7)",
        "N5921_2",
        "15h22m00.00s",
        "+05d04m00.00s",
        "1.41339 GHz",
        "97.6562 kHz",
        "Antennas (28)",
    ):
        assert word in page, word
    (plot,) = pictures(page)
    assert ink(plot) > 2000
    assert notebook(data).results[-1]["text/plain"].startswith(f"{MS}\n  telescope: VLA")


def test_it_is_a_path_for_every_task(notebook: Notebook) -> None:
    assert notebook(as_text).results[0]["text/plain"] == f"(True, '{MS}.x', [])"


@pytest.mark.parametrize("code, words", IMAGES.values(), ids=IMAGES)
def test_an_image_shows_its_header_and_a_picture(notebook: Notebook, code: Code, words: list[str]) -> None:
    page = html(notebook(code))
    assert all(word in page for word in words)
    (plot,) = pictures(page)
    assert 250 < plot.width < 500 and ink(plot) > 5000 and len(page) < 150_000


def test_what_is_no_such_data_is_said(notebook: Notebook) -> None:
    assert notebook(no_file).error.startswith("FileNotFoundError: 'none.ms' does not exist in /")
    assert notebook(wrong_kind).error == "ValueError: im.image is no measurement set but of the type Image."


def test_a_summary_keeps_nothing_open(notebook: Notebook) -> None:
    assert "small.im" not in notebook(unlocked).stdout


def test_a_table_shows_its_columns_and_first_rows(notebook: Notebook) -> None:
    page = html(notebook(table))
    for word in ("DISH_DIAMETER", "array of double", "VLA:N7", "25.0", "Columns (8)", "First rows (20)"):
        assert word in page, word
    main = html(notebook(main_table))
    assert "ANTENNA, " in main and "9,477" in main and len(main) < 200_000


def test_window_programs_are_replaced_or_said_to_be_none(notebook: Notebook) -> None:
    done = notebook(programs)
    assert done.stdout.count("[casa-kernel]") == 2 and "feather(imagename=" in done.stdout
    assert "N5921_2" in done.displays[0]["text/html"]

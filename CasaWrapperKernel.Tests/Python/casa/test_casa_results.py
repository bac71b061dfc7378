"""What tasks return, and measurement sets and images as paths, shown in a notebook with real CASA."""

from __future__ import annotations

import base64
import io
import re

import pytest
from casa_session import Cell, Session, ink, run_cells, unpack_data

from casawrapper.casa.display.tables import as_html

MS = "ngc5921_raw.ms"
CELLS = {
    "tclean": f"cleaned = tclean('{MS}', imagename='im', field='1', imsize=128, cell='30arcsec', niter=20)\ncleaned",
    "imstat": "imstat('im.image')",
    "imfit": "imfit('im.image', box='54,54,74,74')",
    "imhead": "imhead('im.image')",
    "flags": f"flagdata('{MS}', mode='summary')",
    "visstat": f"visstat('{MS}', axis='amp', datacolumn='data')",
    "listobs": f"listed = listobs('{MS}', verbose=False); listed",
    "listed": "listed",
    "tool": "image = ia.newimagefromshape('', [4, 4]); image.setmiscinfo(imstat('im.image')); "
    "'max' in image.miscinfo()",
    "go": "imagename = 'im.image'\ngo imstat",
    "ms": f"casawrapper.ms('{MS}')",
    "as text": f"path = casawrapper.ms('{MS}')\nvishead(path, mode='get', hdkey='telescope')[0][0] == 'VLA', "
    "path + '.x', __import__('matplotlib.pyplot').pyplot.get_fignums()",
    "image": "casawrapper.image('im.image')",
    "fits": "exportfits('im.image', 'im.fits')\ncasawrapper.image('im.fits')",
    "cube": f"tclean('{MS}', imagename='cube', field='1', imsize=64, cell='30arcsec', niter=0, specmode='cube');\n"
    "casawrapper.image('cube.image')",
    "table": f"casawrapper.table('{MS}/ANTENNA')",
    "main table": f"casawrapper.table('{MS}')",
    "programs": "for name in ('browsetable', 'casafeather'):\n"
    "    with open({'browsetable': 'casatablebrowser'}.get(name, name) + '.py', 'w') as file:\n"
    "        file.write(f'def {name}(*values): raise SystemError')\n"
    "import sys; sys.path.insert(0, '')\n"
    "from casatablebrowser import browsetable\nfrom casafeather import casafeather\n"
    f"browsetable('{MS}/FIELD')\nbrowsetable()\ncasafeather()",
    "no file": "casawrapper.ms('none.ms')",
    "wrong kind": "casawrapper.ms('im.image')",
    "unlocked": "imrebin('im.image', 'small.im', factor=[2, 2])\ncasawrapper.image('small.im')._repr_html_()\n"
    "import shutil; shutil.rmtree('small.im'); tb.showcache()",
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return run_cells(unpack_data(tmp_path_factory.mktemp("results")), list(CELLS.values()))


def cell(session: Session, name: str) -> Cell:
    return session[list(CELLS).index(name)]


def html(session: Session, name: str) -> str:
    assert cell(session, name).error is None
    page = cell(session, name).results[-1]["text/html"]
    assert not re.search(r"<(script|style|link|iframe)|\son\w+=|http", page)
    return page


def pictures(page: str) -> list:
    from PIL import Image

    return [
        Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")
        for data in re.findall(r'src="data:image/png;base64,([^"]+)"', page)
    ]


@pytest.mark.parametrize(
    "name, words",
    [
        ("tclean", ["iterdone</td>", "iteration limit", "summaryminor"]),
        ("imstat", ["sigma</td>", "maxposf</td>"]),
        ("imfit", ["converged</td>", "component0", " ± ", "arcsec</td>"]),
        ("imhead", ["Jy/beam", "restoringbeam"]),
        ("flags", ["flagged %</th>", "<b>N5921_2</b>", "0.00</td>"]),
        ("visstat", ["stddev</td>", " open"]),
        ("listed", ["nfields</td>", "field (3)</summary>", "direction m0</th>", "scan (7)</summary>", "49820.38"]),
        ("go", ["sigma</td>"]),
    ],
)
def test_answers_are_tables_beside_their_text(session: Session, name: str, words: list[str]) -> None:
    page = html(session, name)
    assert all(word in page for word in words), page[:3000]
    assert cell(session, name).results[-1]["text/plain"].startswith("{'")


def test_listing_is_not_followed_by_its_dictionary(session: Session) -> None:
    assert cell(session, "listobs").results == []


def test_casas_tools_take_the_answers(session: Session) -> None:
    assert cell(session, "tool").results[0]["text/plain"] == "True"


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


def test_a_measurement_set_shows_what_is_in_it(session: Session) -> None:
    page = html(session, "ms")
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
    assert cell(session, "ms").results[-1]["text/plain"].startswith(f"{MS}\n  telescope: VLA")


def test_it_is_a_path_for_every_task(session: Session) -> None:
    assert cell(session, "as text").results[0]["text/plain"] == f"(True, '{MS}.x', [])"


@pytest.mark.parametrize(
    "name, words",
    [
        ("image", ["128 x 128 x 1 x 1", "Jy/beam", "arcsec, "]),
        ("fits", ["128 x 128", "Frequency"]),
        ("cube", ["64 x 64 x 1 x 15", "beam</td>"]),
    ],
)
def test_an_image_shows_its_header_and_a_picture(session: Session, name: str, words: list[str]) -> None:
    page = html(session, name)
    assert all(word in page for word in words)
    (plot,) = pictures(page)
    assert 250 < plot.width < 500 and ink(plot) > 5000 and len(page) < 150_000


def test_what_is_no_such_data_is_said(session: Session) -> None:
    assert cell(session, "no file").error.startswith("FileNotFoundError: 'none.ms' does not exist in /")
    assert cell(session, "wrong kind").error == "ValueError: im.image is no measurement set but of the type Image."


def test_a_summary_keeps_nothing_open(session: Session) -> None:
    assert cell(session, "unlocked").error is None and "small.im" not in cell(session, "unlocked").stdout


def test_a_table_shows_its_columns_and_first_rows(session: Session) -> None:
    page = html(session, "table")
    for word in ("DISH_DIAMETER", "array of double", "VLA:N7", "25.0", "Columns (8)", "First rows (20)"):
        assert word in page, word
    main = html(session, "main table")
    assert "ANTENNA, " in main and "9,477" in main and len(main) < 200_000


def test_window_programs_are_replaced_or_said_to_be_none(session: Session) -> None:
    done = cell(session, "programs")
    assert done.error is None and done.stdout.count("[casa-kernel]") == 2 and "feather(imagename=" in done.stdout
    assert "N5921_2" in done.displays[0]["text/html"]

"""imview and msview with real CASA."""

from __future__ import annotations

from pathlib import Path

import pytest
from casa_session import Cell, Session, ink, run_cells, unpack_data
from PIL import ImageChops

MAKE = (
    "from casatools import image\nimport numpy as np\ni = image()\npixels = np.zeros((64, 64))\n"
    "pixels[20:40, 30:50] = 1.0\ni.fromarray('tiny.im', pixels)\ni.close()\n"
    "cube = np.zeros((64, 48, 1, 20))\nfor c in range(20): cube[c:c + 20, 10:30, 0, c] = c + 1\n"
    "i.fromarray('cube.im', cube)\ni.setbrightnessunit('Jy/beam')\ni.close()"
)
CELLS = {
    "make": MAKE,
    "default": "imview('tiny.im')",
    "again": "imview(raster={'file': 'tiny.im', 'colormap': 'Hot Metal 2'}, contour='tiny.im')",
    "out": "imview('tiny.im', out='y.png')",
    "out dict": "imview('tiny.im', out={'file': 'z.jpg', 'format': 'jpg', 'scale': 2.0})",
    "ps": "imview('tiny.im', out='y.ps')",
    "nothing": "imview()",
    "alias": "viewer('tiny.im')",
    "missing": "imview('not-there.im')",
    "sheet": "imview('cube.im', zoom={'channel': '5~18'})",
    "sheet out": "imview(raster={'file': 'cube.im', 'range': [0, 10], 'colormap': 'Greyscale 1'}, "
    "zoom={'channel': [0, 7, 19], 'blc': [0, 0], 'trc': [31, 47]}, out='sheet.pdf')",
    "no such channel": "imview('cube.im', zoom={'channel': '5~20'})",
    "one channel": "imview('cube.im', zoom={'channel': 7})",
    "folder": "import os; os.mkdir('d.png')\nimview('tiny.im', out='d.png')",
    "msview folder": "msview('ngc5921_raw.ms', outfile='d.png')",
    "out number": "imview('tiny.im', out=3)",
    "raster number": "imview(raster=[3])",
    "no file": "imview(raster={'range': [0, 1]})",
    "no such plane": "imview({'file': 'cube.im'}, zoom={'channel': 20})",
    "unknown key": "imview({'file': 'tiny.im', 'colourmap': 'Hot Metal 2'})",
    "path": "import casawrapper\nimview(casawrapper.image('tiny.im'))",
    "msview": "msview('ngc5921_raw.ms')",
    "msview out": "msview(infile='ngc5921_raw.ms', outfile='m.png')",
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return run_cells(unpack_data(tmp_path_factory.mktemp("viewer")), list(CELLS.values()))


def cell(session: Session, name: str) -> Cell:
    return session[list(CELLS).index(name)]


@pytest.mark.parametrize("name", ["default", "again", "out", "out dict", "alias", "path", "msview", "msview out"])
def test_one_cropped_picture_and_no_noise(session: Session, name: str) -> None:
    done = cell(session, name)
    assert done.error is None and done.stdout == ""
    (picture,) = done.pictures()
    assert picture.width > 250 and picture.height > 250
    assert ink(picture) > 5000
    # Cropped: less than 5 % of the width is margin.
    edge = picture.crop((0, 0, max(13, picture.width // 20), picture.height))
    assert len(edge.getcolors(maxcolors=1 << 20)) > 1


def test_axes_have_labels_however_deep_the_cache_lies(session: Session, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    deep = run_cells(tmp_path / "work", [MAKE, CELLS["default"]], XDG_CACHE_HOME=str(tmp_path / ("deep" * 40)))
    (there,), (usual,) = deep[1].pictures(), cell(session, "default").pictures()
    # Some hundred pixels differ between runs; the labels are three thousand.
    assert there.size == usual.size and ink(ImageChops.difference(there, usual)) < 1000


def test_postscript_is_shown_as_a_picture_and_kept(session: Session) -> None:
    done = cell(session, "ps")
    assert done.error is None and ink(done.pictures()[0]) > 5000 and "y.ps" in done.displays[1]["text/html"]


def test_a_range_of_channels_is_a_contact_sheet(session: Session) -> None:
    done = cell(session, "sheet")
    (sheet,) = done.pictures()
    assert done.displays[0]["text/plain"].startswith("imview: channels 5 to 18 of cube.im (")
    assert done.displays[0]["text/plain"].endswith("in 14 panels")
    # One scale for all: each channel is brighter than the one before, so its square has a colour of its own.
    squares = [count for count, _ in sheet.getcolors(1 << 20) if count > 500]
    assert len(squares) >= 14 + 1


def test_channels_of_a_sheet_may_be_listed_and_written_to_a_file(session: Session) -> None:
    done = cell(session, "sheet out")
    assert done.error is None and "in 3 panels" in done.displays[0]["text/plain"]
    assert cell(session, "no such channel").error.startswith(
        "ValueError: channel='5~20': this image has the channels 0 to 19"
    )


@pytest.mark.parametrize(
    "name, words",
    [
        ("folder", "OSError: The viewer could not write /"),
        ("msview folder", "OSError: The viewer could not write /"),
        ("out number", "ValueError: imview(out=3) names no file: give out='x.png'"),
        ("raster number", "ValueError: imview(raster=3) names no image: give raster='my.image'"),
        ("no file", "ValueError: imview(raster={'range': [0, 1]}) names no image"),
        ("no such plane", "ValueError: channel=20: this image has the channels 0 to 19."),
    ],
)
def test_what_the_viewer_passes_over_in_silence_is_an_error(session: Session, name: str, words: str) -> None:
    assert (cell(session, name).error or "").startswith(words)
    assert cell(session, name).displays == []


def test_an_unknown_key_is_named_and_the_rest_shown(session: Session) -> None:
    done = cell(session, "unknown key")
    assert "'colourmap' in raster: do you mean 'colormap'?" in done.stdout and len(done.pictures()) == 1


def test_a_picture_is_described_in_words(session: Session) -> None:
    assert cell(session, "one channel").displays[0]["text/plain"] == "imview: cube.im, channel 7"
    assert cell(session, "msview").displays[0]["text/plain"] == "msview: ngc5921_raw.ms"


def test_pictures_differ_with_the_arguments(session: Session) -> None:
    assert cell(session, "default").pictures()[0].tobytes() != cell(session, "again").pictures()[0].tobytes()


def test_without_arguments_one_sentence(session: Session) -> None:
    done = cell(session, "nothing")
    assert done.error is None and done.displays == [] and "raster=" in done.stdout


def test_casas_error_stays(session: Session) -> None:
    assert "does not exist or is not an image" in cell(session, "missing").error


def test_files_are_the_users_and_no_others(session: Session) -> None:
    # imview() asks for the user's variables, and is remembered as at the CASA prompt.
    assert session.new_files == {
        "tiny.im",
        "d.png",
        "y.png",
        "z.jpg",
        "m.png",
        "y.ps",
        "cube.im",
        "sheet.pdf",
        "imview.last",
    }


def test_later_pictures_are_fast(session: Session) -> None:
    # Measured 0.4-0.7 s on a loaded machine; the bound only catches a viewer that is started each time.
    assert cell(session, "out").seconds < 3

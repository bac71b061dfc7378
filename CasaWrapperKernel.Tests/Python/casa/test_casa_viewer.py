"""imview and msview with real CASA."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from casa_notebook import Notebook, StartNotebook
from casa_session import ink
from cells import Code, cell
from PIL import ImageChops

if TYPE_CHECKING:
    from casa_prompt import imview, msview, viewer

MS = "ngc5921_raw.ms"


@cell()
def make() -> None:
    import numpy as np
    from casatools import image

    i = image()
    pixels = np.zeros((64, 64))
    pixels[20:40, 30:50] = 1.0
    i.fromarray("tiny.im", pixels)
    i.close()
    cube = np.zeros((64, 48, 1, 20))
    for c in range(20):
        cube[c : c + 20, 10:30, 0, c] = c + 1
    i.fromarray("cube.im", cube)
    i.setbrightnessunit("Jy/beam")
    i.close()


@cell(make)
def default() -> None:
    imview("tiny.im")


@cell(make)
def again() -> None:
    imview(raster={"file": "tiny.im", "colormap": "Hot Metal 2"}, contour="tiny.im")


@cell(default)
def out() -> None:
    imview("tiny.im", out="y.png")


@cell(make)
def out_dict() -> None:
    imview("tiny.im", out={"file": "z.jpg", "format": "jpg", "scale": 2.0})


@cell(make)
def postscript() -> None:
    imview("tiny.im", out="y.ps")


@cell(make)
def alias() -> None:
    viewer("tiny.im")


@cell(make, fails=True)
def missing() -> None:
    imview("not-there.im")


@cell(make)
def contact_sheet() -> None:
    imview("cube.im", zoom={"channel": "5~18"})


@cell(make)
def sheet_out() -> None:
    imview(
        raster={"file": "cube.im", "range": [0, 10], "colormap": "Greyscale 1"},
        zoom={"channel": [0, 7, 19], "blc": [0, 0], "trc": [31, 47]},
        out="sheet.pdf",
    )


@cell(make, fails=True)
def no_such_channel() -> None:
    imview("cube.im", zoom={"channel": "5~20"})


@cell(make)
def one_channel() -> None:
    imview("cube.im", zoom={"channel": 7})


@cell()
def folder_in_the_way() -> None:
    import os

    os.mkdir("d.png")


@cell(make, folder_in_the_way, fails=True)
def folder() -> None:
    imview("tiny.im", out="d.png")


@cell(make, fails=True)
def out_number() -> None:
    imview("tiny.im", out=3)


@cell(make, fails=True)
def raster_number() -> None:
    imview(raster=[3])


@cell(make, fails=True)
def no_file() -> None:
    imview(raster={"range": [0, 1]})


@cell(make, fails=True)
def no_such_plane() -> None:
    imview({"file": "cube.im"}, zoom={"channel": 20})


@cell(make)
def unknown_key() -> None:
    imview({"file": "tiny.im", "colourmap": "Hot Metal 2"})


@cell(make)
def path() -> None:
    import casawrapper

    imview(casawrapper.image("tiny.im"))


@cell()
def nothing() -> None:
    imview()


@cell(folder_in_the_way, fails=True)
def msview_folder() -> None:
    msview(MS, outfile="d.png")


@cell()
def data() -> None:
    msview(MS)


@cell()
def data_out() -> None:
    msview(infile=MS, outfile="m.png")


@pytest.mark.parametrize("code", [default, again, out, out_dict, alias, path, data, data_out], ids=str)
def test_one_cropped_picture_and_no_noise(notebook: Notebook, code: Code) -> None:
    done = notebook(code)
    assert done.stdout == ""
    (picture,) = done.pictures()
    assert picture.width > 250 and picture.height > 250
    assert ink(picture) > 5000
    # Cropped: less than 5 % of the width is margin.
    edge = picture.crop((0, 0, max(13, picture.width // 20), picture.height))
    assert len(edge.getcolors(maxcolors=1 << 20)) > 1


def test_axes_have_labels_however_deep_the_cache_lies(
    notebook: Notebook, start_notebook: StartNotebook, tmp_path: Path
) -> None:
    deep = start_notebook(XDG_CACHE_HOME=str(tmp_path / ("deep" * 40)))
    (there,), (usual,) = deep(default).pictures(), notebook(default).pictures()
    deep.end()
    # Some hundred pixels differ between runs; the labels are three thousand.
    assert there.size == usual.size and ink(ImageChops.difference(there, usual)) < 1000


def test_postscript_is_shown_as_a_picture_and_kept(notebook: Notebook) -> None:
    done = notebook(postscript)
    assert ink(done.pictures()[0]) > 5000 and "y.ps" in done.displays[1]["text/html"]


def test_a_range_of_channels_is_a_contact_sheet(notebook: Notebook) -> None:
    done = notebook(contact_sheet)
    (sheet,) = done.pictures()
    assert done.displays[0]["text/plain"].startswith("imview: channels 5 to 18 of cube.im (")
    assert done.displays[0]["text/plain"].endswith("in 14 panels")
    # One scale for all: each channel is brighter than the one before, so its square has a colour of its own.
    squares = [count for count, _ in sheet.getcolors(1 << 20) if count > 500]
    assert len(squares) >= 14 + 1


def test_channels_of_a_sheet_may_be_listed_and_written_to_a_file(notebook: Notebook) -> None:
    done = notebook(sheet_out)
    assert "in 3 panels" in done.displays[0]["text/plain"]
    assert notebook(no_such_channel).error.startswith("ValueError: channel='5~20': this image has the channels 0 to 19")


@pytest.mark.parametrize(
    "code, words",
    [
        (folder, "OSError: The viewer could not write /"),
        (msview_folder, "OSError: The viewer could not write /"),
        (out_number, "ValueError: imview(out=3) names no file: give out='x.png'"),
        (raster_number, "ValueError: imview(raster=3) names no image: give raster='my.image'"),
        (no_file, "ValueError: imview(raster={'range': [0, 1]}) names no image"),
        (no_such_plane, "ValueError: channel=20: this image has the channels 0 to 19."),
    ],
    ids=str,
)
def test_what_the_viewer_passes_over_in_silence_is_an_error(notebook: Notebook, code: Code, words: str) -> None:
    assert (notebook(code).error or "").startswith(words)
    assert notebook(code).displays == []


def test_an_unknown_key_is_named_and_the_rest_shown(notebook: Notebook) -> None:
    done = notebook(unknown_key)
    assert "'colourmap' in raster: do you mean 'colormap'?" in done.stdout and len(done.pictures()) == 1


def test_a_picture_is_described_in_words(notebook: Notebook) -> None:
    assert notebook(one_channel).displays[0]["text/plain"] == "imview: cube.im, channel 7"
    assert notebook(data).displays[0]["text/plain"] == "msview: ngc5921_raw.ms"


def test_pictures_differ_with_the_arguments(notebook: Notebook) -> None:
    assert notebook(default).pictures()[0].tobytes() != notebook(again).pictures()[0].tobytes()


def test_without_arguments_one_sentence(notebook: Notebook) -> None:
    done = notebook(nothing)
    assert done.displays == [] and "raster=" in done.stdout


def test_casas_error_stays(notebook: Notebook) -> None:
    assert "does not exist or is not an image" in notebook(missing).error


def test_later_pictures_are_fast(notebook: Notebook) -> None:
    # Measured 0.4-0.7 s on a loaded machine; the bound only catches a viewer that is started each time.
    assert notebook(out).seconds < 3


def test_files_are_the_users_and_no_others(notebook: Notebook) -> None:
    # imview() asks for the user's variables, and is remembered as at the CASA prompt.
    assert notebook.files_left() == {
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

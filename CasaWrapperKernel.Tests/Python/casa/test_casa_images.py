"""The pictures of images: axes and beams are those of CASA's own coordinates, whatever frame, unit or order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from casa_notebook import Notebook
from casa_session import Cell
from cells import cell

if TYPE_CHECKING:
    from casa_prompt import casalog, cl, cstool, ia, imhead, me, qa


@cell()
def prepare() -> None:
    global SkyImage, SkyPlanes, drawn, json, look, make, np
    import json
    import shutil

    import numpy as np

    from casawrapper.casa.data import summary
    from casawrapper.casa.data.image import SkyImage
    from casawrapper.casa.data.planes import SkyPlanes

    def make(name, pa=30, frame="J2000", unit="rad", cell=15, major=200, minor=60, turned=0, east=-1, order=""):
        system = cstool().newcoordsys(direction=True, stokes=["I"], spectral=True)
        system.setreferencecode(frame, "direction", adjust=False)
        system.setunits(["rad", "rad", "", "Hz"])
        step, turn = np.radians(cell / 3600), np.radians(turned)
        system.setreferencevalue([1.0, 0.5], "direction")
        system.setincrement([east * step, step], "direction")
        system.setreferencepixel([32, 24], "direction")
        system.setlineartransform("direction", np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]))
        system.setunits([unit, unit, "", "Hz"])
        ia.fromarray(name, np.zeros((64, 48, 1, 3)), csys=system.torecord(), overwrite=True)
        ia.setrestoringbeam(major=f"{major}arcsec", minor=f"{minor}arcsec", pa=f"{pa}deg")
        if order:
            ia.transpose("other.im", order).done()
            ia.done()
            shutil.rmtree(name)
            shutil.move("other.im", name)
        ia.done()

    def drawn(image, channel=1):
        planes, axes = SkyPlanes(image, 256), summary.figure().add_subplot()
        planes.show(axes, planes.read(channel))
        planes.draw_beam(axes, channel)
        return planes, axes.patches[0].get_xy()[:-1]

    def look(name):
        """Of the beam that is drawn: its axes and its angle on the sky, by CASA's measures."""
        with SkyImage(name).opened() as image:
            planes, outline = drawn(image)

            def place(offset):
                pixel = image.coordsys().referencepixel()["numeric"]
                for side, one in zip(planes.sides, offset, strict=False):
                    pixel[side.axis] += one * side.pixels / (side.edges[1] - side.edges[0])
                return image.coordsys().toworld(pixel, "m")["measure"]["direction"]

            middle = outline.mean(axis=0)
            tips = [place(outline[number] - middle) for number in (0, 15)]
            centre = place((0, 0))
            return [
                *(2 * qa.convert(me.separation(centre, tip), "arcsec")["value"] for tip in tips),
                me.posangle(centre, tips[0])["value"] % 180,
                [side.label for side in planes.sides],
                (planes.sides[0].edges[1] - planes.sides[0].edges[0]),
            ]


SKY: dict[str, tuple[dict[str, Any], str, int, str | None]] = {
    # options; unit and width of the picture, frame and longitude
    **{f"angle {angle}": ({"pa": angle}, "arcmin", -16, "J2000 Right Ascension") for angle in (20, 70, 110, 160, -30)},
    "b1950": ({"frame": "B1950"}, "arcmin", -16, "B1950 Right Ascension"),
    "galactic": ({"frame": "GALACTIC"}, "arcmin", -16, "GALACTIC Longitude"),
    "arcmin": ({"unit": "'"}, "arcmin", -16, "J2000 Right Ascension"),
    "deg": ({"unit": "deg"}, "arcmin", -16, "J2000 Right Ascension"),
    "mas": ({"cell": 0.0005, "major": 0.006, "minor": 0.002}, "mas", -32, "J2000 Right Ascension"),
    "wide": ({"cell": 900, "major": 7200, "minor": 3600}, "deg", -16, "J2000 Right Ascension"),
    "east to the right": ({"east": 1}, "arcmin", 16, "J2000 Right Ascension"),
    "turned": ({"turned": 40}, "arcmin", -16, None),
    "spectral axis first": ({"order": "3201"}, "arcmin", -16, "J2000 Right Ascension"),
    "latitude first": ({"order": "1023"}, "arcmin", -16, "J2000 Right Ascension"),
}


@cell(prepare)
def beam(options: dict[str, Any]) -> None:
    make("x.im", **options)
    print(json.dumps(look("x.im")))


@cell(prepare)
def by_casa() -> None:
    make("painted.im", turned=40)
    ia.open("painted.im")
    ia.setbrightnessunit("Jy/pixel")
    cl.addcomponent(
        dir=ia.coordsys().referencevalue("m", "direction")["measure"]["direction"],
        flux=1.0,
        fluxunit="Jy",
        freq="1.4GHz",
        shape="Gaussian",
        majoraxis="200arcsec",
        minoraxis="60arcsec",
        positionangle="30deg",
    )
    ia.modify(cl.torecord(), subtract=False)
    cl.done()
    _, outline = drawn(ia)
    picture = ia.getchunk()[:, :, 0, 1]
    picture /= picture.sum()
    x, y = np.mgrid[:64, :48]
    x, y = -(x - (picture * x).sum()), y - (picture * y).sum()

    def lean(x, y, weight):
        return 0.5 * np.degrees(np.arctan2(2 * (weight * x * y).sum(), (weight * (y * y - x * x)).sum()))

    print(json.dumps([lean(x, y, picture), lean(*(outline - outline.mean(axis=0)).T, 1)]))
    ia.done()


@cell(prepare)
def linear() -> None:
    ia.fromarray("lin.im", np.ones((16, 12)), linear=True, overwrite=True)
    planes = SkyPlanes(ia, 256)
    ia.done()
    print(json.dumps([planes.is_sky, [[side.label, *side.edges] for side in planes.sides]]))


@cell(prepare)
def spectrum() -> None:
    ia.fromarray("one.im", np.ones((16, 1)), overwrite=True)
    ia.done()
    print("<img" in SkyImage("one.im")._repr_html_())


@cell(prepare)
def many_beams() -> None:
    make("many.im")
    ia.open("many.im")
    ia.setrestoringbeam(remove=True)
    for channel in range(3):
        ia.setrestoringbeam(major=f"{100 + 50 * channel}arcsec", minor="40arcsec", pa="0deg", channel=channel)
    heights = [np.ptp(drawn(ia, channel)[1][:, 1]) for channel in range(3)]
    ia.done()
    print(json.dumps([heights, SkyImage("many.im").facts()["beam"]]))


@cell(many_beams)
def as_text() -> object:
    import copy
    import pickle

    import casawrapper

    path = casawrapper.image("many.im")
    print(json.dumps([repr(path), str([path]), pickle.loads(pickle.dumps(path)), copy.deepcopy(path), f"{path!r}"]))
    imhead(path, mode="get", hdkey="shape")
    return open(casalog.logfile()).read().count("imhead( imagename='many.im'")


def said(done: Cell) -> list:
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", SKY)
def test_the_beam_lies_on_the_sky_as_the_header_says(notebook: Notebook, name: str) -> None:
    options, unit, width, axis = SKY[name]
    given = {"major": 200, "minor": 60, "pa": 30, **options}
    major, minor, angle, labels, across = said(notebook(beam, options=options))
    assert (major, minor) == pytest.approx((given["major"], given["minor"]), rel=1e-3)
    assert angle == pytest.approx(given["pa"] % 180, abs=0.05)
    assert across == pytest.approx(width)
    assert labels[0] == f"{axis} offset ({unit})" if axis else "offset along axis 0" in labels[0]


def test_a_source_that_casa_paints_with_the_beams_shape_leans_the_same_way(notebook: Notebook) -> None:
    painted, shown = said(notebook(by_casa))
    assert shown == pytest.approx(painted, abs=0.1)


def test_axes_that_are_not_on_the_sky_have_their_own_names_and_units(notebook: Notebook) -> None:
    assert said(notebook(linear)) == [False, [["linear1 (km)", -8.5, 7.5], ["linear2 (km)", -6.5, 5.5]]]
    assert notebook(spectrum).stdout == "False\n"


def test_each_plane_has_its_own_beam(notebook: Notebook) -> None:
    heights, words = said(notebook(many_beams))
    assert [height * 60 for height in heights] == pytest.approx([100, 150, 200], rel=1e-3)
    assert words == "150 x 40 arcsec, 0 deg in channel 1, another in each plane"


def test_the_path_of_an_image_is_a_text_in_log_and_copies(notebook: Notebook) -> None:
    assert said(notebook(as_text)) == ["'many.im'", "['many.im']", "many.im", "many.im", "'many.im'"]
    assert notebook(as_text).results[-1]["text/plain"] == "1"

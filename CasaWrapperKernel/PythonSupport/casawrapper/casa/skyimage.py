"""An image as a path that shows its header and one plane of it."""

from __future__ import annotations

import math
import os
from contextlib import contextmanager
from typing import Any, Iterator

from . import summaries
from .datasets import FITS, IMAGE

_MOST_PIXELS = 256
_ARCSECONDS = math.degrees(1) * 3600


class SkyImage(str):
    """The path of a CASA or FITS image: a text for every task, and in a notebook a summary with a picture."""

    def __new__(cls, path: str) -> SkyImage:
        return super().__new__(cls, summaries.checked(path, (IMAGE, FITS), "image"))

    def __repr__(self) -> str:
        with self._open() as image:
            return summaries.text(str(self), self._facts(image))

    def _repr_html_(self) -> str:
        with self._open() as image:
            return summaries.page(str(self), self._facts(image), {"Axes": (_AXES_HEAD, _axes(image))},
                                  _thumbnail(image), f"one plane of {self}")

    @contextmanager
    def _open(self) -> Iterator[Any]:
        from casatools import image

        tool = image()
        tool.open(os.path.abspath(os.path.expanduser(self)))
        try:
            yield tool
        finally:
            tool.close()

    def _facts(self, image: Any) -> dict[str, Any]:
        header = image.summary(list=False)
        beam = _beam(image)
        return {"shape": " x ".join(map(str, image.shape())), "unit": image.brightnessunit(),
                "beam": f"{beam[0]:.4g} x {beam[1]:.4g} arcsec, {beam[2]:.3g} deg" if beam else "",
                "object": image.miscinfo().get("object", ""), "type": header.get("imagetype", ""),
                "masks": ", ".join(header.get("masks", []))}


_AXES_HEAD = ("axis", "pixels", "reference pixel", "reference value", "increment", "unit")


def _axes(image: Any) -> list[tuple[Any, ...]]:
    system = image.coordsys()
    columns = (system.names(), image.shape(), system.referencepixel()["numeric"],
               system.referencevalue()["numeric"], system.increment()["numeric"], system.units())
    rows = [(name, size, f"{pixel:g}", f"{value:.10g}", f"{step:.6g}", unit)
            for name, size, pixel, value, step, unit in zip(*columns)]
    system.done()
    return rows


def _thumbnail(image: Any) -> Any:
    """The middle plane, thinned out to a thumbnail's size, on axes of offsets from the reference pixel."""
    from numpy import isfinite, ma, percentile

    system = image.coordsys()
    kinds, steps = list(system.axiscoordinatetypes()), system.increment()["numeric"]
    centre = system.referencepixel()["numeric"]
    system.done()
    sky = [axis for axis, kind in enumerate(kinds) if kind == "Direction"]
    if len(sky) != 2:
        return None
    shape = image.shape()
    first = [size // 2 if kinds[axis] == "Spectral" else 0 for axis, size in enumerate(shape)]
    last = [size - 1 if axis in sky else first[axis] for axis, size in enumerate(shape)]
    thin = [max(1, size // _MOST_PIXELS) if axis in sky else 1 for axis, size in enumerate(shape)]
    values = image.getchunk(first, last, thin, dropdeg=True)
    good = image.getchunk(first, last, thin, dropdeg=True, getmask=True)
    plane = ma.masked_array(values, ~(good & isfinite(values)))
    if plane.ndim != 2 or not plane.count():
        return None
    edges = [[(end - centre[axis]) * steps[axis] * _ARCSECONDS for end in (-0.5, shape[axis] - 0.5)]
             for axis in sky]
    low, high = percentile(plane.compressed(), (0.5, 99.8))
    picture = summaries.figure()
    axes = picture.add_subplot()
    shown = axes.imshow(plane.T, origin="lower", extent=[*edges[0], *edges[1]], vmin=low, vmax=high)
    picture.colorbar(shown, ax=axes, label=image.brightnessunit(), fraction=0.046, pad=0.04)
    _draw_beam(axes, _beam(image), edges)
    spectral = [f"channel {first[axis]}" for axis, kind in enumerate(kinds)
                if kind == "Spectral" and shape[axis] > 1]
    axes.set(xlabel="RA offset (arcsec)", ylabel="Dec offset (arcsec)",
             title=", ".join(spectral))
    return picture


def _draw_beam(axes: Any, beam: tuple[float, float, float] | None, edges: list[list[float]]) -> None:
    from matplotlib.patches import Ellipse

    if beam is None:
        return
    corner = [start + 0.1 * (end - start) for start, end in edges]
    # Position angles run from north to east, which is to the left.
    axes.add_patch(Ellipse(corner, beam[1], beam[0], angle=beam[2], facecolor="white", edgecolor="black"))


def _beam(image: Any) -> tuple[float, float, float] | None:
    """Axes in arcsec and position angle in degrees of the first plane's beam."""
    found = image.restoringbeam()
    if "beams" in found:
        found = found["beams"]["*0"]["*0"]
    if "major" not in found:
        return None
    factors = {"arcsec": 1.0, "arcmin": 60.0, "deg": 3600.0, "rad": _ARCSECONDS}
    angle = found["positionangle"]
    return (*(found[name]["value"] * factors[found[name]["unit"]] for name in ("major", "minor")),
            angle["value"] if angle["unit"] == "deg" else math.degrees(angle["value"]))

"""An image as a path that shows its header and one plane of it."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import Any, Iterator

from casawrapper.casa.data import summary
from casawrapper.casa.data.kinds import FITS, IMAGE
from casawrapper.casa.data.planes import SkyPlanes, beam_of, draw_beam

_MOST_PIXELS = 256


class SkyImage(str):
    """The path of a CASA or FITS image: a text for every task, and in a notebook a summary with a picture."""

    def __new__(cls, path: str) -> SkyImage:
        return super().__new__(cls, summary.checked(path, (IMAGE, FITS), "image"))

    def __repr__(self) -> str:
        with self.opened() as image:
            return summary.text(str(self), self._facts(image))

    def _repr_html_(self) -> str:
        with self.opened() as image:
            return summary.page(str(self), self._facts(image), {"Axes": (_AXES_HEAD, _axes(image))},
                                  _thumbnail(image), f"one plane of {self}")

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """The image tool with this image, for the time of a `with`."""
        from casatools import image

        tool = image()
        tool.open(os.path.abspath(os.path.expanduser(self)))
        try:
            yield tool
        finally:
            tool.close()

    def _facts(self, image: Any) -> dict[str, Any]:
        header = image.summary(list=False)
        beam = beam_of(image)
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
    from numpy import percentile

    planes = SkyPlanes(image, _MOST_PIXELS)
    middle = planes.channels // 2
    plane = planes.read(middle) if planes.are_there else None
    if plane is None or plane.ndim != 2 or not plane.count():
        return None
    low, high = percentile(plane.compressed(), (0.5, 99.8))
    picture = summary.figure()
    axes = picture.add_subplot()
    (left, right), (bottom, top) = planes.edges
    shown = axes.imshow(plane.T, origin="lower", extent=[left, right, bottom, top], vmin=low, vmax=high)
    picture.colorbar(shown, ax=axes, label=image.brightnessunit(), fraction=0.046, pad=0.04)
    draw_beam(axes, beam_of(image), planes.edges)
    axes.set(xlabel="RA offset (arcsec)", ylabel="Dec offset (arcsec)",
             title=f"channel {middle}" if planes.channels > 1 else "")
    return picture

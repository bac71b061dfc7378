"""The planes of an image as arrays, on axes of offsets from the reference pixel."""

from __future__ import annotations

import math
from typing import Any

ARCSECONDS = math.degrees(1) * 3600


class SkyPlanes:
    """Reads the planes of the opened tool `image`, thinned out to about `most_pixels` on each side."""

    def __init__(self, image: Any, most_pixels: int) -> None:
        self._image = image
        self._system = system = image.coordsys()
        kinds, steps = list(system.axiscoordinatetypes()), system.increment()["numeric"]
        centre, self._shape = system.referencepixel()["numeric"], image.shape()
        self._sky = [axis for axis, kind in enumerate(kinds) if kind == "Direction"]
        spectral = [axis for axis, kind in enumerate(kinds) if kind == "Spectral"]
        self._spectral = spectral[0] if spectral else None
        self._thin = [max(1, size // most_pixels) if axis in self._sky else 1
                      for axis, size in enumerate(self._shape)]
        self.edges = [[(end - centre[axis]) * steps[axis] * ARCSECONDS
                       for end in (-0.5, self._shape[axis] - 0.5)] for axis in self._sky]
        """First and last edge of the picture on each axis, in arcsec."""

    @property
    def pixels(self) -> list[int]:
        """How many pixels there are on each side."""
        return [int(self._shape[axis]) for axis in self._sky]

    @property
    def are_there(self) -> bool:
        """Whether the image has two axes on the sky."""
        return len(self._sky) == 2

    @property
    def channels(self) -> int:
        """How many channels there are."""
        return 1 if self._spectral is None else int(self._shape[self._spectral])

    def read(self, channel: int) -> Any:
        """The plane of `channel`, with what is no number or not good masked."""
        from numpy import isfinite, ma

        first = [channel if axis == self._spectral else 0 for axis in range(len(self._shape))]
        last = [size - 1 if axis in self._sky else first[axis] for axis, size in enumerate(self._shape)]
        values = self._image.getchunk(first, last, self._thin, dropdeg=True)
        good = self._image.getchunk(first, last, self._thin, dropdeg=True, getmask=True)
        return ma.masked_array(values, ~(good & isfinite(values)))

    def label(self, channel: int) -> str:
        """Where `channel` is on the spectral axis: a velocity if there is a rest frequency to count from."""
        if self._spectral is None:
            return ""
        pixel = self._system.referencepixel()["numeric"]
        pixel[self._spectral] = channel
        world = self._system.toworld(pixel, "q")["quantity"][f"*{self._spectral + 1}"]
        rest = self._system.restfrequency()
        if world["unit"] == "Hz" and rest["value"][0] > 0:
            speed = self._system.frequencytovelocity(world["value"], "Hz", "radio", "km/s")
            return f"{float(speed[0]):.1f} km/s"
        if world["unit"] == "Hz":
            return f"{world['value'] / 1e9:.6g} GHz"
        return f"{world['value']:.6g} {world['unit']}"


def draw_beam(axes: Any, beam: tuple[float, float, float] | None, edges: list[list[float]]) -> None:
    """The beam (axes in arcsec, position angle in degrees) in the lower left corner."""
    from matplotlib.patches import Ellipse

    if beam is None:
        return
    corner = [start + 0.1 * (end - start) for start, end in edges]
    # Position angles run from north to east, which is to the left.
    axes.add_patch(Ellipse(corner, beam[1], beam[0], angle=beam[2], facecolor="white", edgecolor="black"))


def beam_of(image: Any) -> tuple[float, float, float] | None:
    """Axes in arcsec and position angle in degrees of the first plane's beam."""
    found = image.restoringbeam()
    if "beams" in found:
        found = found["beams"]["*0"]["*0"]
    if "major" not in found:
        return None
    factors = {"arcsec": 1.0, "arcmin": 60.0, "deg": 3600.0, "rad": ARCSECONDS}
    angle = found["positionangle"]
    return (*(found[name]["value"] * factors[found[name]["unit"]] for name in ("major", "minor")),
            angle["value"] if angle["unit"] == "deg" else math.degrees(angle["value"]))

"""The planes of an image as arrays, on the axes that the image's coordinates have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from casawrapper.casa.data.angles import arcseconds, readable_unit
from casawrapper.casa.data.beam import Beam, Beams

_NEGLIGIBLE = 1e-6
# Across a picture, of the unit that its axes are in.
_LEAST_ACROSS = 10.0


@dataclass(frozen=True)
class Side:
    """One side of the picture."""

    axis: int
    """The image's axis."""
    pixels: int
    label: str
    edges: tuple[float, float]
    """Where the first pixel begins and the last one ends, in the label's unit."""


class SkyPlanes:
    """Reads the planes of the opened tool `image`, thinned out to about `most_pixels` on each side.

    A plane is one on the sky, or of the first two axes of more than one pixel where no two are on the sky.

    Parameters
    ----------
    image
        CASA's image tool, open as long as planes are read.
    most_pixels
        Of a side that is longer, every second, third, ... pixel is read; a side may keep nearly twice as many.
    """

    def __init__(self, image: Any, most_pixels: int) -> None:
        self._image = image
        self._system = system = image.coordsys()
        self._shape = [int(size) for size in image.shape()]
        self._centre = system.referencepixel()["numeric"]
        self.beams = Beams(image)
        direction = system.findcoordinate("direction")
        on_sky = [int(axis) for axis in direction["pixel"]]
        self.is_sky = len(on_sky) == 2 and all(self._shape[axis] > 1 for axis in on_sky)
        """Whether the picture is one of the sky, whose x axis is the longitude."""
        self._sky = _SkySides(system, [self._shape[axis] for axis in on_sky]) if len(on_sky) == 2 else None
        chosen = on_sky if self.is_sky else [axis for axis, size in enumerate(self._shape) if size > 1][:2]
        self.sides = [self._side(axis, on_sky) for axis in chosen] if len(chosen) == 2 else []
        """x and y of the picture; none where the image has no two axes of more than one pixel."""
        spectral = system.findcoordinate("spectral")
        hidden = [
            (int(pixel), int(world))
            for pixel, world in zip(spectral["pixel"], spectral["world"], strict=True)
            if pixel not in chosen
        ]
        self._spectral: int | None = hidden[0][0] if hidden else None
        self._spectral_world: int | None = hidden[0][1] if hidden else None
        self._thin = [max(1, size // most_pixels) if axis in chosen else 1 for axis, size in enumerate(self._shape)]

    def _side(self, axis: int, on_sky: list[int]) -> Side:
        size = self._shape[axis]
        if self._sky is not None and axis in on_sky:
            return self._sky.side(on_sky.index(axis), axis, size, self._centre[axis])
        world = int(self._system.axesmap(toworld=False)[axis])
        unit, value = self._system.units()[world], self._system.referencevalue()["numeric"][world]
        step = self._system.increment()["numeric"][world]
        scale, unit = (1e9, "GHz") if unit == "Hz" else (1.0, unit)
        name = self._system.names()[world]
        first, last = ((value + (end - self._centre[axis]) * step) / scale for end in (-0.5, size - 0.5))
        return Side(axis, size, f"{name} ({unit})" if unit else name, (first, last))

    @property
    def channels(self) -> int:
        """How many channels there are.

        One where the image has no spectral axis, or has it as a side of the picture.
        """
        return 1 if self._spectral is None else self._shape[self._spectral]

    def read(self, channel: int) -> Any:
        """The plane of `channel`, x before y, with what is no number or not good masked.

        An image without `sides` has none.

        Parameters
        ----------
        channel
            The pixel on the spectral axis, from 0; ignored where there is no such axis beside the plane.

        Returns
        -------
        numpy.ma.MaskedArray
            Of shape (x, y) and in the image's unit; the first plane on all further axes, such as Stokes.
        """
        from numpy import isfinite, ma, moveaxis

        chosen = [side.axis for side in self.sides]
        first = [channel if axis == self._spectral else 0 for axis in range(len(self._shape))]
        last = [size - 1 if axis in chosen else first[axis] for axis, size in enumerate(self._shape)]
        values, good = (
            moveaxis(self._image.getchunk(first, last, self._thin, getmask=mask), chosen, (0, 1))
            for mask in (False, True)
        )
        plane = ma.masked_array(values, ~(good & isfinite(values)))
        return plane.reshape(plane.shape[:2])

    def show(self, axes: Any, plane: Any, **options: Any) -> Any:
        """Draw a `plane` that `read` has given on matplotlib's `axes`; `options` are those of imshow.

        Parameters
        ----------
        axes
            Where to draw; x and y are then in the units that the labels of `sides` name.
        plane
            Of shape (x, y).

        Returns
        -------
        matplotlib.image.AxesImage
            What a colour bar is made of.
        """
        return axes.imshow(
            plane.T,
            origin="lower",
            extent=[*self.sides[0].edges, *self.sides[1].edges],
            aspect="equal" if self.is_sky else "auto",
            **options,
        )

    def label(self, channel: int) -> str:
        """Where `channel` is on the spectral axis: a velocity if there is a rest frequency to count from.

        Returns
        -------
        str
            A velocity in the radio convention, in km/s; a frequency in GHz where there is no rest frequency; else the
            value of the axis with its unit. "" for an image without a spectral axis beside the plane.
        """
        if self._spectral is None or self._spectral_world is None:
            return ""
        pixel = self._centre.copy()
        pixel[self._spectral] = channel
        world = self._system.toworld(pixel, "q")["quantity"][f"*{self._spectral_world + 1}"]
        rest = self._system.restfrequency()
        if world["unit"] == "Hz" and rest["value"][0] > 0:
            speed = self._system.frequencytovelocity(world["value"], "Hz", "radio", "km/s")
            return f"{float(speed[0]):.1f} km/s"
        if world["unit"] == "Hz":
            return f"{world['value'] / 1e9:.6g} GHz"
        return f"{world['value']:.6g} {world['unit']}"

    def beam(self, channel: int) -> Beam | None:
        """The beam of a channel's plane.

        Parameters
        ----------
        channel
            From 0. Where beams differ by Stokes parameter too, that of the first is given.

        Returns
        -------
        Beam or None
            None if the image has no beam.
        """
        return self.beams.of(channel)

    def draw_beam(self, axes: Any, channel: int) -> None:
        """The beam of a channel's plane, as it lies on the sky, in the lower left corner of what `axes` show.

        Nothing is drawn where the plane has no beam or is not one on the sky.
        """
        from matplotlib.patches import Polygon
        from numpy import array

        beam = self.beam(channel)
        if beam is None or self._sky is None or not self.is_sky:
            return
        outline = self._sky.in_picture(beam.outline())
        edges = array([axes.get_xlim(), axes.get_ylim()])
        span = edges[:, 1] - edges[:, 0]
        room = abs(outline).max(axis=1) / abs(span) + 0.03
        corner = edges[:, 0] + span * room.clip(0.1, 0.5)
        axes.add_patch(Polygon(outline.T + corner, facecolor="white", edgecolor="black"))


class _SkySides:
    """The two axes on the sky: offsets from the reference pixel, in one unit that is easy to read."""

    def __init__(self, system: Any, shape: list[int]) -> None:
        from numpy import array, diag, hypot, sign

        numbers, units = system.increment("n", "direction")["numeric"], system.units("direction")
        steps = [arcseconds({"value": step, "unit": unit}) for step, unit in zip(numbers, units, strict=True)]
        # From pixels to arcsec to the east and north; not diagonal where the image is turned on the sky.
        # CASA gives the transformation with its rows as columns.
        self._matrix = diag(steps) @ array(system.lineartransform("direction")).T
        sizes = hypot(*self._matrix)  # of a pixel
        across = [size * pixels for size, pixels in zip(sizes, shape, strict=True)]
        self._unit, self._scale = readable_unit(max(across), _LEAST_ACROSS)
        self._is_turned = abs(self._matrix[[0, 1], [1, 0]]).max() > _NEGLIGIBLE * sizes.max()
        self._steps = sizes * (sign(steps) if self._is_turned else sign(self._matrix.diagonal())) / self._scale
        frame = system.referencecode("direction")[0]
        found = system.findcoordinate("direction")["world"]
        self._names = [f"{frame} {system.names()[int(axis)]} offset" for axis in found]

    def side(self, number: int, axis: int, size: int, centre: float) -> Side:
        """The longitude (0) or latitude (1), which is the image's `axis` of `size` pixels."""
        name = f"offset along axis {axis}" if self._is_turned else self._names[number]
        first, last = ((end - centre) * self._steps[number] for end in (-0.5, size - 0.5))
        return Side(axis, size, f"{name} ({self._unit})", (first, last))

    def in_picture(self, offsets: Any) -> Any:
        """Offsets to the east and north, in arcsec, as offsets in the picture; (2, N)."""
        from numpy import linalg

        return linalg.solve(self._matrix, offsets) * self._steps[:, None]

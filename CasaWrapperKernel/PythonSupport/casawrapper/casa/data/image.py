"""An image as a path that shows its header and one plane of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from casawrapper.casa.data import summary
from casawrapper.casa.data.kinds import FITS, IMAGE
from casawrapper.casa.data.planes import SkyPlanes

_MOST_PIXELS = 256
_LABEL_SIZE = 8


class SkyImage(summary.DataPath):
    """The path of a CASA or FITS image: a text for every task, and in a notebook a summary with a picture.

    Parameters
    ----------
    path
        A CASA or FITS image, absolute or relative to the working folder, also with ``~``.

    Raises
    ------
    FileNotFoundError
        There is nothing at `path`.
    ValueError
        It is no image.
    """

    def __new__(cls, path: str | os.PathLike[str]) -> SkyImage:
        return super().__new__(cls, summary.checked(path, (IMAGE, FITS), "image"))

    def facts(self) -> dict[str, Any]:
        """The header in short.

        Returns
        -------
        dict
            Texts, "" where the image does not say: ``shape`` (pixels in the order of the image's axes), ``unit`` (of
            the brightness), ``beam`` (of the middle channel), ``object``, ``type`` and ``masks``.

        Raises
        ------
        RuntimeError
            CASA cannot open the image.
        """
        with self.opened() as image:
            return self._facts(image, SkyPlanes(image, _MOST_PIXELS))

    def _repr_html_(self) -> str:
        with self.opened() as image:
            planes = SkyPlanes(image, _MOST_PIXELS)
            return summary.page(
                self,
                self._facts(image, planes),
                {"Axes": (_AXES_HEAD, _axes(image))},
                _thumbnail(image, planes),
                f"one plane of {self}",
            )

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """The image tool with this image, for the time of a `with`.

        Yields
        ------
        casatools.image
            Closed at the end of the ``with``, also after an error.

        Raises
        ------
        RuntimeError
            CASA cannot open the image.
        """
        from casatools import image

        tool = image()
        tool.open(os.path.abspath(os.path.expanduser(self)))
        try:
            yield tool
        finally:
            tool.close()

    def _facts(self, image: Any, planes: SkyPlanes) -> dict[str, Any]:
        header = image.summary(list=False)
        shown = planes.channels // 2
        beam = planes.beam(shown)
        which = f" in channel {shown}, another in each plane" if planes.beams.differ else ""
        return {
            "shape": " x ".join(map(str, image.shape())),
            "unit": image.brightnessunit(),
            "beam": f"{beam}{which}" if beam else "",
            "object": _object(self),
            "type": header.get("imagetype", ""),
            "masks": ", ".join(header.get("masks", [])),
        }


_AXES_HEAD = ("axis", "pixels", "reference pixel", "reference value", "increment", "unit")


def _object(path: str) -> str:
    from casatools import imagemetadata

    tool = imagemetadata()
    try:
        tool.open(os.path.abspath(os.path.expanduser(path)))
        return str(tool.get("object") or "")
    except RuntimeError:
        # FITS files have no such header for this tool.
        return ""
    finally:
        tool.done()


def _axes(image: Any) -> list[tuple[Any, ...]]:
    system = image.coordsys()
    columns = (
        system.names(),
        image.shape(),
        system.referencepixel()["numeric"],
        system.referencevalue()["numeric"],
        system.increment()["numeric"],
        system.units(),
    )
    rows = [
        (name, size, f"{pixel:g}", f"{value:.10g}", f"{step:.6g}", unit)
        for name, size, pixel, value, step, unit in zip(*columns, strict=True)
    ]
    system.done()
    return rows


def _thumbnail(image: Any, planes: SkyPlanes) -> Any:
    """The middle plane, thinned out to a thumbnail's size."""
    from numpy import percentile

    middle = planes.channels // 2
    plane = planes.read(middle) if planes.sides else None
    if plane is None or not plane.count():
        return None
    low, high = percentile(plane.compressed(), (0.5, 99.8))
    picture = summary.figure()
    axes = picture.add_subplot()
    shown = planes.show(axes, plane, vmin=low, vmax=high)
    picture.colorbar(shown, ax=axes, label=image.brightnessunit(), fraction=0.046, pad=0.04)
    planes.draw_beam(axes, middle)
    axes.set_xlabel(planes.sides[0].label, fontsize=_LABEL_SIZE)
    axes.set_ylabel(planes.sides[1].label, fontsize=_LABEL_SIZE)
    axes.tick_params(labelsize=_LABEL_SIZE)
    axes.set_title(f"channel {middle}" if planes.channels > 1 else "", fontsize=10)
    return picture

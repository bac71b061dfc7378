"""The restoring beam of an image's planes, in CASA's units, and how it lies on the sky."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from casawrapper.casa.data.angles import arcseconds, degrees, readable_unit

_POINTS = 60
# Whatever its size, astronomers give a beam in arcsec, until the number becomes odd.
_IN_ARCSEC = 0.1, 3600.0


class Beam(NamedTuple):
    """The ellipse at half power: full axes in arcsec, position angle in degrees from north through east."""

    major: float
    minor: float
    angle: float

    def __str__(self) -> str:
        unit, size = ("arcsec", 1.0) if _IN_ARCSEC[0] <= self.minor < _IN_ARCSEC[1] else readable_unit(self.minor)
        return f"{self.major / size:.4g} x {self.minor / size:.4g} {unit}, {self.angle:.3g} deg"

    def outline(self) -> Any:
        """Offsets to the east and to the north, in arcsec, around the ellipse: (2, N), beginning at its north end.

        Returns
        -------
        numpy.ndarray
            Of shape (2, 60): offsets from the centre of the beam. The outline is open: its first point is not repeated.
        """
        from numpy import array, cos, linspace, sin

        turn, angle = linspace(0, 2 * math.pi, _POINTS, endpoint=False), math.radians(self.angle)
        along, across = self.major / 2 * cos(turn), self.minor / 2 * sin(turn)
        return array(
            [along * math.sin(angle) + across * math.cos(angle), along * math.cos(angle) - across * math.sin(angle)]
        )


class Beams:
    """The beams of the opened tool `image`: one for all its planes, one for each, or none.

    Parameters
    ----------
    image
        CASA's image tool with an image open; it is asked here only, and need not stay open.
    """

    def __init__(self, image: Any) -> None:
        found = image.restoringbeam()
        self.differ = "beams" in found
        """Whether each plane has its own."""
        self._found = found["beams"] if self.differ else found

    def of(self, channel: int, stokes: int = 0) -> Beam | None:
        """The beam of a plane.

        Parameters
        ----------
        channel, stokes
            The pixels of the plane on the spectral and the Stokes axis, from 0.

        Returns
        -------
        Beam or None
            None if the image has no beam.
        """
        found = self._found
        if self.differ:
            # What has one beam for all channels, or all Stokes parameters, names it by the number 0.
            row = found.get(f"*{channel}") or found["*0"]
            found = row.get(f"*{stokes}") or row["*0"]
        if "major" not in found:
            return None
        return Beam(arcseconds(found["major"]), arcseconds(found["minor"]), degrees(found["positionangle"]))

"""Angles in arcsec, and the unit in which one is easiest to read; conversions are CASA's own."""

from __future__ import annotations

from typing import Any

_UNITS = (("deg", 3600.0), ("arcmin", 60.0), ("arcsec", 1.0), ("mas", 1e-3), ("uas", 1e-6))


def arcseconds(quantity: dict[str, Any]) -> float:
    """A quantity of CASA's (a value and any unit of angles) in arcsec."""
    from casatools import quanta

    return float(quanta().convert(quantity, "arcsec")["value"])


def degrees(quantity: dict[str, Any]) -> float:
    """The same in degrees."""
    from casatools import quanta

    return float(quanta().convert(quantity, "deg")["value"])


def readable_unit(size: float, least: float = 1.0) -> tuple[str, float]:
    """The largest unit of which `size` (in arcsec) has at least `least`, and how many arcsec it is."""
    return next((one for one in _UNITS if abs(size) >= least * one[1]), _UNITS[-1])

"""Angles in arcsec, and the unit in which one is easiest to read; conversions are CASA's own."""

from __future__ import annotations

from typing import Any

_UNITS = (("deg", 3600.0), ("arcmin", 60.0), ("arcsec", 1.0), ("mas", 1e-3), ("uas", 1e-6))


def arcseconds(quantity: dict[str, Any]) -> float:
    """A quantity of CASA's (a value and any unit of angles) in arcsec.

    Parameters
    ----------
    quantity
        A dictionary with ``value`` and ``unit``, as CASA's tools give and take it.
    """
    from casatools import quanta

    return float(quanta().convert(quantity, "arcsec")["value"])


def degrees(quantity: dict[str, Any]) -> float:
    """The same in degrees.

    Parameters
    ----------
    quantity
        A dictionary with ``value`` and ``unit``, an angle.
    """
    from casatools import quanta

    return float(quanta().convert(quantity, "deg")["value"])


def readable_unit(size: float, least: float = 1.0) -> tuple[str, float]:
    """The largest unit of which `size` (in arcsec) has at least `least`, and how many arcsec it is.

    Parameters
    ----------
    size
        In arcsec; its sign does not matter.
    least
        How many of the unit there must be.

    Returns
    -------
    tuple of str and float
        One of deg, arcmin, arcsec, mas and uas, and its size in arcsec. What is too small for all of them is given in
        uas.
    """
    return next((one for one in _UNITS if abs(size) >= least * one[1]), _UNITS[-1])


def is_equatorial(frame: str) -> bool:
    """Whether longitudes in CASA's `frame` are right ascensions, which are given in hours.

    Parameters
    ----------
    frame
        The reference frame of a direction by CASA's name, such as J2000, ICRS or GALACTIC.
    """
    return not frame.startswith(("GAL", "SUPERGAL", "ECLIPTIC", "MECLIPTIC", "TECLIPTIC", "AZEL", "ITRF"))


def longitude(radians: float, frame: str) -> str:
    """A longitude such as 15h22m00.00s, or 057d17m44.81s in frames such as GALACTIC.

    Parameters
    ----------
    radians
        The angle.
    frame
        CASA's name of the frame, which decides whether hours or degrees are usual.

    Returns
    -------
    str
        Hours, minutes and seconds, or degrees, arcminutes and arcseconds; the seconds have two decimals.
    """
    from casatools import quanta

    tool = quanta()
    if not is_equatorial(frame):
        return _degrees(radians).removeprefix("+")
    hours, minutes, seconds = tool.time(tool.quantity(radians, "rad"), prec=8)[0].split(":")
    return f"{hours}h{minutes}m{seconds}s"


def latitude(radians: float) -> str:
    """A latitude such as +05d04m00.00s.

    Parameters
    ----------
    radians
        The angle, positive to the north.

    Returns
    -------
    str
        Signed degrees, arcminutes and arcseconds, the latter with two decimals.
    """
    text = _degrees(radians)
    return f"{text[0]}{text[2:]}" if text[1] == "0" else text


def _degrees(radians: float) -> str:
    from casatools import quanta

    tool = quanta()
    # CASA separates all parts by points, those of the seconds too.
    whole, minutes, seconds, fraction = tool.angle(tool.quantity(radians, "rad"), prec=8)[0].split(".")
    return f"{whole}d{minutes}m{seconds}.{fraction}s"

"""The Python side of casa-kernel: runs cells in IPython and fits CASA into a notebook."""

from __future__ import annotations

from os import PathLike
from typing import Any


def __getattr__(name: str) -> Any:
    """``casawrapper.recompute``: the functions of %recompute, loaded when they are asked for."""
    if name == "recompute":
        import casawrapper.casa.recompute

        return casawrapper.casa.recompute
    raise AttributeError(f"module 'casawrapper' has no attribute '{name}'")


def ms(path: str | PathLike[str]) -> Any:
    """The path of a measurement set, usable as a text, which a notebook shows as a summary of the data."""
    from casawrapper.casa.data.measurement_set import MeasurementSet

    return MeasurementSet(path)


def image(path: str | PathLike[str]) -> Any:
    """The path of an image, usable as a text, which a notebook shows as its header and a picture."""
    from casawrapper.casa.data.image import SkyImage

    return SkyImage(path)


def table(path: str | PathLike[str]) -> Any:
    """The path of any casacore table, usable as a text, which a notebook shows with its first rows."""
    from casawrapper.casa.data.table import TablePath

    return TablePath(path)

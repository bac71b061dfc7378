"""The measurement sets, images and calibration tables in a folder, recognised without opening them."""

from __future__ import annotations

import os
from functools import lru_cache

MEASUREMENT_SET, IMAGE, CALIBRATION = "Measurement Set", "Image", "Calibration"
FITS, ANY_TABLE = "FITS", "any table"
_MOST = 500
_FITS_ENDINGS = (".fits", ".fit", ".uvfits", ".fits.gz")


def kind_of(path: str) -> str | None:
    """What a path holds: one of the kinds above, another casacore type, or None.

    Parameters
    ----------
    path
        Absolute or relative to the working folder; a ``~`` is not expanded.

    Returns
    -------
    str or None
        `FITS` for a file with an ending of such; for a folder with a casacore table in it the type that its table.info
        names, such as "Calibration", or "Table"; None for all else.
    """
    if path.lower().endswith(_FITS_ENDINGS) and os.path.isfile(path):
        return FITS
    try:
        return _table_type(path, os.stat(os.path.join(path, "table.dat")).st_mtime_ns)
    except OSError:
        return None


def matches(prefix: str, kinds: tuple[str, ...]) -> list[str]:
    """Paths that begin with `prefix` and are of one of `kinds` (any path if there are none), and folders.

    Parameters
    ----------
    prefix
        The beginning of a path, also with ``~``; up to its last slash it is a folder.
    kinds
        What `kind_of` gives for the paths that are wanted; `ANY_TABLE` stands for all of them but `FITS`.

    Returns
    -------
    list of str
        What begins with `prefix` as it was typed, in alphabetical order; after that the folders that hold something
        else, which end in a slash. Only the first 500 names are looked at, and hidden ones only if `prefix` names a
        point.
    """
    folder, _, start = prefix.rpartition("/")
    shown = folder + "/" if "/" in prefix else ""
    try:
        names = sorted(os.listdir(os.path.expanduser(shown) or "."))
    except OSError:
        return []
    found: list[str] = []
    folders: list[str] = []
    for name in [name for name in names if name.startswith(start) and (start or name[0] != ".")][:_MOST]:
        path = os.path.expanduser(shown + name)
        kind = kind_of(path)
        if kind in kinds or kind is not None and (not kinds or ANY_TABLE in kinds and kind != FITS):
            found.append(shown + name)
        elif kind is None and os.path.isdir(path):
            folders.append(f"{shown}{name}/")
        elif not kinds:
            found.append(shown + name)
    return found + folders


@lru_cache(maxsize=1000)
def _table_type(path: str, changed: int) -> str:
    """The type in a table's table.info, "Table" where it names none."""
    try:
        with open(os.path.join(path, "table.info"), encoding="utf-8", errors="replace") as file:
            first = file.readline()
    except OSError:
        return "Table"
    return first.partition("=")[2].strip() or "Table"

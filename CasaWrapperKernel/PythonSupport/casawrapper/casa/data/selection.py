"""The names that a measurement set or calibration table knows: its fields, windows, antennas, scans."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Callable
from typing import Any

from casawrapper.casa.calls.turns import turns
from casawrapper.casa.data.reading import column, distinct, open_table

# casacore's numbers of Stokes parameters, from 1 on.
# fmt: off
_CORRELATIONS = [
    "I", "Q", "U", "V", "RR", "RL", "LR", "LL", "XX", "XY", "YX", "YY", "RX", "RY", "LX", "LY", "XR", "XL", "YR", "YL",
    "PP", "PQ", "QP", "QQ", "RCircular", "LCircular", "Linear", "Ptotal", "Plinear", "PFtotal", "PFlinear", "Pangle",
]
# fmt: on

_asked = threading.Event()


def values(parameter: str, path: str) -> list[str]:
    """What can be selected with `parameter` in the table at `path`, in the form in which CASA takes it.

    Nothing when that cannot be read now.

    Parameters
    ----------
    parameter
        A task's parameter that selects, such as field, spw, antenna, scan, intent or correlation; others have no
        values.
    path
        A measurement set or calibration table, also with ``~``.

    Returns
    -------
    list of str
        Names, and for fields and spectral windows also their numbers. Names with characters that mean something in a
        selection are in double quotes; those that no selection can name are left out. Nothing is read outside of
        Python's main thread, while a task runs, or before casatools is there, for which see `take_question`.
    """
    try:
        found = read(parameter, path) if parameter in _READERS and _may_read() and _can_read() else []
    except (OSError, RuntimeError):
        return []
    plain = _PLAIN.get(_READERS[parameter]) if found else None
    return [text for name in found if (text := _selectable(name, plain))]


def read(parameter: str, path: str) -> list[str]:
    """What can be selected with `parameter` in the table at `path`, as it is now.

    Parameters
    ----------
    parameter
        One of those that `values` knows.
    path
        A measurement set or calibration table, also with ``~``.

    Returns
    -------
    list of str
        As they stand in the data, without quotes; each once.

    Raises
    ------
    OSError, RuntimeError
        There is no such table, or it lacks what is asked for.
    KeyError
        The parameter is not known.
    """
    found = _READERS[parameter](os.path.abspath(os.path.expanduser(path)))
    return list(dict.fromkeys(text for text in found if text))


def count(axis: str, path: str) -> int | None:
    """How many pages plotms can make of the data at `path` along `axis`; None where that is not known.

    Parameters
    ----------
    axis
        A value of plotms' iteraxis: known are scan, field, antenna and spw.
    path
        A measurement set or calibration table, also with ``~``. Counted is what there are rows of.
    """
    reader = _IDS.get(axis)
    try:
        return len(reader(os.path.abspath(os.path.expanduser(path)))) if reader is not None else None
    except (OSError, RuntimeError):
        return None


def take_question() -> bool:
    """Whether a question could not be answered without casatools since this was last asked."""
    was_asked = _asked.is_set()
    _asked.clear()
    return was_asked


def _may_read() -> bool:
    """Whether no cell can be using CASA: two of its calls at once end the process."""
    # A subshell asks on a thread of its own, while a cell of the main one may be using a tool.
    return threading.current_thread() is threading.main_thread() and not turns.is_taken()


def _can_read() -> bool:
    """Whether casatools, which alone can read, is there: its import takes longer than a front end waits."""
    if "casatools" not in sys.modules:
        _asked.set()
        return False
    return True


def _selectable(name: str, plain: re.Pattern[str] | None) -> str:
    """How a selection names `name`; empty where it cannot."""
    if plain is None or plain.fullmatch(name):
        return name
    return "" if set(name) & _UNQUOTABLE else f'"{name}"'


def _fields(path: str) -> list[str]:
    names = column(os.path.join(path, "FIELD"), "NAME")
    return [*names, *map(str, range(len(names)))]


def _windows(path: str) -> list[str]:
    names = column(os.path.join(path, "SPECTRAL_WINDOW"), "NAME")
    return [*map(str, range(len(names))), *(name for name in names if name != "none")]


def _antennas(path: str) -> list[str]:
    return column(os.path.join(path, "ANTENNA"), "NAME")


def _scans(path: str) -> list[str]:
    return [str(number) for number in distinct(path, "SCAN_NUMBER")]


def _intents(path: str) -> list[str]:
    return [intent for mode in column(os.path.join(path, "STATE"), "OBS_MODE") for intent in mode.split(",")]


def _observations(path: str) -> list[str]:
    with open_table(os.path.join(path, "OBSERVATION")) as tool:
        return [str(number) for number in range(tool.nrows())]


def _correlations(path: str) -> list[str]:
    with open_table(os.path.join(path, "POLARIZATION")) as tool:
        codes = [int(code) for row in range(tool.nrows()) for code in tool.getcell("CORR_TYPE", row)]
    return [_CORRELATIONS[code - 1] for code in codes if 0 < code <= len(_CORRELATIONS)]


def _window_ids(path: str) -> list[Any]:
    with open_table(path) as tool:
        if "SPECTRAL_WINDOW_ID" in tool.colnames():
            # A calibration table.
            return distinct(path, "SPECTRAL_WINDOW_ID")
    windows = column(os.path.join(path, "DATA_DESCRIPTION"), "SPECTRAL_WINDOW_ID")
    return sorted({windows[number] for number in distinct(path, "DATA_DESC_ID")})


_READERS: dict[str, Callable[[str], list[str]]] = {
    **dict.fromkeys(("field", "reference", "transfer", "gainfield", "targetfield"), _fields),
    **dict.fromkeys(("antenna", "refant"), _antennas),
    "spw": _windows,
    "scan": _scans,
    "intent": _intents,
    "observation": _observations,
    **dict.fromkeys(("correlation", "corr", "poln"), _correlations),
}
# Names that CASA's selections take without quotes; by trial of each character.
_PLAIN: dict[Callable[[str], list[str]], re.Pattern[str]] = {
    _fields: re.compile(r"[\w+\-.:# ]+", re.ASCII),
    _antennas: re.compile(r"[A-Za-z][\w+\-.:]*|\d+", re.ASCII),
    _windows: re.compile(r"[A-Za-z][\w#]*|\d+", re.ASCII),
}
_UNQUOTABLE = set('"\\[]{}')
# What there are data of, which may be less than the subtables name.
_IDS: dict[str, Callable[[str], list[Any]]] = {
    "scan": lambda path: distinct(path, "SCAN_NUMBER"),
    "field": lambda path: distinct(path, "FIELD_ID"),
    "antenna": lambda path: distinct(path, "ANTENNA1", "ANTENNA2"),
    "spw": _window_ids,
}

"""The names that a measurement set or calibration table knows: its fields, windows, antennas, scans."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Callable, Iterator

from casawrapper.casa.calls.turns import turns

_CORRELATIONS = {1: "I", 2: "Q", 3: "U", 4: "V", 5: "RR", 6: "RL", 7: "LR", 8: "LL",
                 9: "XX", 10: "XY", 11: "YX", 12: "YY"}
_MOST_ROWS, _SAMPLES = 50_000, 5_000


_asked = threading.Event()


def values(parameter: str, path: str) -> list[str]:
    """What can be selected with `parameter` in the table at `path`; nothing when that cannot be read now."""
    reader = _READERS.get(parameter)
    path = os.path.abspath(os.path.expanduser(path))
    if reader is None or turns.is_taken():
        return []
    try:
        changed = os.stat(os.path.join(path, "table.dat")).st_mtime_ns
        return list(_read(reader, path, changed)) if _can_read() else []
    except (OSError, RuntimeError):
        return []


def count(axis: str, path: str) -> int | None:
    """How many pages plotms can make of the data at `path` along `axis`; None where that is not known."""
    table = {"antenna": "ANTENNA", "field": "FIELD", "spw": "SPECTRAL_WINDOW"}.get(axis)
    try:
        if table is not None:
            with open_table(os.path.join(os.path.expanduser(path), table)) as tool:
                return int(tool.nrows())
        return len(_scans(os.path.expanduser(path))) if axis == "scan" else None
    except (OSError, RuntimeError):
        return None


def take_question() -> bool:
    """Whether a question could not be answered without casatools since this was last asked."""
    was_asked = _asked.is_set()
    _asked.clear()
    return was_asked


def _can_read() -> bool:
    """Whether casatools, which alone can read, is there: its import takes longer than a front end waits."""
    if "casatools" not in sys.modules:
        _asked.set()
        return False
    return True


@lru_cache(maxsize=200)
def _read(reader: Callable[[str], list[str]], path: str, changed: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in reader(path) if text))


@contextmanager
def open_table(path: str) -> Iterator[Any]:
    """A casatools table that neither locks nor changes what it reads."""
    from casatools import table

    tool = table()
    if not os.path.isfile(os.path.join(path, "table.dat")):
        # CASA would log this as SEVERE.
        raise FileNotFoundError(path)
    tool.open(path, nomodify=True, lockoptions={"option": "usernoread"})
    try:
        yield tool
    finally:
        tool.close()


def sample(tool: Any, name: str) -> list[Any]:
    """A column's values; of a long table those in rows evenly spread, the first and the last among them."""
    rows = tool.nrows()
    if rows <= _MOST_ROWS:
        return list(tool.getcol(name)) if rows else []
    # One by one, because CASA takes ten times as long for a column with an increment.
    return [tool.getcell(name, number * (rows - 1) // (_SAMPLES - 1)) for number in range(_SAMPLES)]


def _column(path: str, name: str) -> list[Any]:
    with open_table(path) as tool:
        return sample(tool, name)


def _fields(path: str) -> list[str]:
    names = _column(os.path.join(path, "FIELD"), "NAME")
    return [*names, *map(str, range(len(names)))]


def _windows(path: str) -> list[str]:
    names = _column(os.path.join(path, "SPECTRAL_WINDOW"), "NAME")
    return [*map(str, range(len(names))), *(name for name in names if name != "none")]


def _antennas(path: str) -> list[str]:
    return _column(os.path.join(path, "ANTENNA"), "NAME")


def _scans(path: str) -> list[str]:
    return [str(number) for number in sorted(set(_column(path, "SCAN_NUMBER")))]


def _intents(path: str) -> list[str]:
    return [intent for mode in _column(os.path.join(path, "STATE"), "OBS_MODE") for intent in mode.split(",")]


def _observations(path: str) -> list[str]:
    return [str(number) for number in range(len(_column(os.path.join(path, "OBSERVATION"), "OBSERVER")))]


def _correlations(path: str) -> list[str]:
    with open_table(os.path.join(path, "POLARIZATION")) as tool:
        codes = [code for row in range(tool.nrows()) for code in tool.getcell("CORR_TYPE", row)]
    return [_CORRELATIONS[code] for code in codes if code in _CORRELATIONS]


_READERS: dict[str, Callable[[str], list[str]]] = {
    **dict.fromkeys(("field", "reference", "transfer", "gainfield", "targetfield"), _fields),
    **dict.fromkeys(("antenna", "refant"), _antennas),
    "spw": _windows, "scan": _scans, "intent": _intents, "observation": _observations,
    **dict.fromkeys(("correlation", "corr", "poln"), _correlations),
}

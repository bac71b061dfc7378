"""A measurement set as a path that shows what is in it."""

from __future__ import annotations

import math
import os
from datetime import datetime, timedelta
from typing import Any

from casawrapper.casa.data import summary
from casawrapper.casa.data.kinds import MEASUREMENT_SET
from casawrapper.casa.data.selection import open_table, sample, values

_BLOCKS, _BLOCK_ROWS = 40, 500
_MODIFIED_JULIAN_ZERO = datetime(1858, 11, 17)


class MeasurementSet(summary.DataPath):
    """The path of a measurement set: a text for every task, and in a notebook a summary of the data."""

    def __new__(cls, path: str | os.PathLike[str]) -> MeasurementSet:
        return super().__new__(cls, summary.checked(path, (MEASUREMENT_SET,), "measurement set"))

    def facts(self) -> dict[str, Any]:
        """What was observed, when, and how."""
        return self._facts()

    def _repr_html_(self) -> str:
        parts = {
            "Fields": (("id", "name", "right ascension", "declination"), self._fields()),
            "Spectral windows": (("id", "name", "channels", "centre", "channel width", "bandwidth"),
                                 self._windows()),
            "Antennas": (("id", "name", "station", "diameter"), self._antennas()),
        }
        return summary.page(self, self._facts(), parts, self._coverage(), f"uv coverage of {self}")

    def _sub(self, name: str = "") -> Any:
        return open_table(os.path.join(os.path.abspath(os.path.expanduser(self)), name))

    def _facts(self) -> dict[str, Any]:
        with self._sub() as main, self._sub("OBSERVATION") as observation:
            data = [name for name in main.colnames() if name.endswith("DATA")]
            rows = main.nrows()
            times = sample(main, "TIME")
            telescopes = set(observation.getcol("TELESCOPE_NAME")) if observation.nrows() else set()
        begin, end = (min(times), max(times)) if times else (0, 0)
        return {"telescope": ", ".join(sorted(telescopes)), "from": _date(begin), "to": _date(end),
                "rows": f"{rows:,}", "data columns": ", ".join(data), "scans": _ranges(values("scan", self)),
                "correlations": ", ".join(values("correlation", self)),
                "intents": ", ".join(values("intent", self))}

    def _fields(self) -> list[tuple[Any, ...]]:
        with self._sub("FIELD") as field:
            names = field.getcol("NAME") if field.nrows() else []
            places = [field.getcell("PHASE_DIR", row)[:, 0] for row in range(len(names))]
        return [(row, name, _sexagesimal(place[0] % math.tau, 12, "hms"), _sexagesimal(place[1], 180, "dms"))
                for row, (name, place) in enumerate(zip(names, places))]

    def _windows(self) -> list[tuple[Any, ...]]:
        with self._sub("SPECTRAL_WINDOW") as window:
            names = window.getcol("NAME") if window.nrows() else []
            cells = [[window.getcell(name, row) for name in ("CHAN_FREQ", "CHAN_WIDTH", "TOTAL_BANDWIDTH")]
                     for row in range(len(names))]
        return [(row, name, len(frequency), f"{frequency.mean() / 1e9:.6g} GHz",
                 f"{abs(width[0]) / 1e3:.6g} kHz", f"{total / 1e6:.6g} MHz")
                for row, (name, (frequency, width, total)) in enumerate(zip(names, cells))]

    def _antennas(self) -> list[tuple[Any, ...]]:
        with self._sub("ANTENNA") as antenna:
            if not antenna.nrows():
                return []
            columns = [antenna.getcol(name) for name in ("NAME", "STATION", "DISH_DIAMETER")]
        return [(row, name, station, f"{size:g} m")
                for row, (name, station, size) in enumerate(zip(*columns))]

    def _coverage(self) -> Any:
        """A plot of where in the uv plane a sample of the rows lies."""
        from numpy import concatenate

        with self._sub() as main:
            rows = main.nrows()
            # Whole blocks, because single rows far apart cost a disk access each.
            starts = range(0, rows, max(_BLOCK_ROWS, rows // _BLOCKS))
            blocks = [main.getcol("UVW", start, min(_BLOCK_ROWS, rows - start)) for start in starts]
        if not blocks:
            return None
        u, v, _ = concatenate(blocks, axis=1) / 1e3
        picture = summary.figure()
        axes = picture.add_subplot()
        axes.plot(concatenate([u, -u]), concatenate([v, -v]), ",", color="#1f77b4")
        axes.set(xlabel="u (km)", ylabel="v (km)", aspect="equal",
                 title=f"uv coverage, {u.size:,} of {rows:,} rows")
        return picture


def _date(seconds: float) -> str:
    if not seconds:
        return ""
    return f"{_MODIFIED_JULIAN_ZERO + timedelta(seconds=float(seconds)):%Y-%m-%d %H:%M:%S} UTC"


def _ranges(numbers: list[str]) -> str:
    return f"{len(numbers)} ({numbers[0]} to {numbers[-1]})" if numbers else ""


def _sexagesimal(radians: float, half_turn: int, units: str) -> str:
    # In hundredths of seconds, so that no rounding gives sixty of them.
    total = round(abs(radians) / math.pi * half_turn * 360_000)
    minutes, hundredths = divmod(total, 6000)
    whole, minutes = divmod(minutes, 60)
    sign = "-" if radians < 0 else "+" if units == "dms" else ""
    return f"{sign}{whole:02d}{units[0]}{minutes:02d}{units[1]}{hundredths / 100:05.2f}{units[2]}"

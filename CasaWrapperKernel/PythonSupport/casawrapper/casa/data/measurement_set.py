"""A measurement set as a path that shows what is in it."""

from __future__ import annotations

import os
from typing import Any

from casawrapper.casa.data import reading, selection, summary
from casawrapper.casa.data.angles import is_equatorial, latitude, longitude
from casawrapper.casa.data.kinds import MEASUREMENT_SET

_BLOCKS, _BLOCK_ROWS = 40, 500
_MOST_RANGES = 10


class MeasurementSet(summary.DataPath):
    """The path of a measurement set: a text for every task, and in a notebook a summary of the data.

    Parameters
    ----------
    path
        Absolute or relative to the working folder, also with ``~``.

    Raises
    ------
    FileNotFoundError
        There is nothing at `path`.
    ValueError
        It is no measurement set.
    """

    def __new__(cls, path: str | os.PathLike[str]) -> MeasurementSet:
        return super().__new__(cls, summary.checked(path, (MEASUREMENT_SET,), "measurement set"))

    def _repr_html_(self) -> str:
        fields = self._fields()
        are_equatorial = all(is_equatorial(field[-1]) for field in fields)
        angles = ("right ascension", "declination") if are_equatorial else ("longitude", "latitude")
        parts = {
            "Fields": (("id", "name", *angles, "frame"), fields),
            "Spectral windows": (
                ("id", "name", "channels", "centre", "channel width", "bandwidth", "frame"),
                self._windows(),
            ),
            "Antennas": (("id", "name", "station", "diameter"), self._antennas()),
        }
        return summary.page(self, self.facts(), parts, self._coverage(), f"uv coverage of {self}")

    def _sub(self, name: str = "") -> Any:
        return reading.open_table(self._path(name))

    def _path(self, name: str = "") -> str:
        return os.path.join(os.path.abspath(os.path.expanduser(self)), name)

    def facts(self) -> dict[str, Any]:
        """What was observed, when, and how.

        Returns
        -------
        dict
            Texts, "" where there are no data: ``telescope``, ``from`` and ``to`` (the begin of the first and the end of
            the last integration, with the time scale of the column TIME), ``rows``, ``data columns``, ``scans``,
            ``correlations`` and ``intents``. All rows are read, none is sampled.

        Raises
        ------
        OSError, RuntimeError
            The table or one of its subtables is gone or cannot be read.
        """
        with self._sub() as main, self._sub("OBSERVATION") as observation:
            data = [name for name in main.colnames() if name.endswith("DATA")]
            rows = main.nrows()
            scale = reading.frame(main, "TIME")
            telescopes = set(reading.cells(observation, "TELESCOPE_NAME"))
        times = [f"{_date(seconds)} {scale}".rstrip() for seconds in reading.observed(self._path()) or ()]
        begin, end = times or ("", "")
        return {
            "telescope": ", ".join(sorted(telescopes)),
            "from": begin,
            "to": end,
            "rows": f"{rows:,}",
            "data columns": ", ".join(data),
            "scans": _ranges(reading.distinct(self._path(), "SCAN_NUMBER")),
            "correlations": ", ".join(selection.read("correlation", self)),
            "intents": ", ".join(selection.read("intent", self)),
        }

    def _fields(self) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        with self._sub("FIELD") as table:
            moving = table.getcol("EPHEMERIS_ID") if "EPHEMERIS_ID" in table.colnames() and table.nrows() else []
            for row in range(table.nrows()):
                name, frame = table.getcell("NAME", row), reading.frame(table, "PHASE_DIR", row)
                if len(moving) and moving[row] >= 0:
                    # Its column holds the offset from the ephemeris.
                    found.append((row, name, "moves", "moves", frame))
                else:
                    place = table.getcell("PHASE_DIR", row)[:, 0]
                    found.append((row, name, longitude(place[0], frame), latitude(place[1]), frame))
        return found

    def _windows(self) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        with self._sub("SPECTRAL_WINDOW") as table:
            for row in range(table.nrows()):
                frequencies, widths = table.getcell("CHAN_FREQ", row), abs(table.getcell("CHAN_WIDTH", row)) / 1e3
                narrow, wide = (f"{width:.6g}" for width in (widths.min(), widths.max()))
                found.append(
                    (
                        row,
                        table.getcell("NAME", row),
                        len(frequencies),
                        f"{frequencies.mean() / 1e9:.6g} GHz",
                        f"{narrow} kHz" if narrow == wide else f"{narrow} to {wide} kHz",
                        f"{table.getcell('TOTAL_BANDWIDTH', row) / 1e6:.6g} MHz",
                        reading.frame(table, "CHAN_FREQ", row),
                    )
                )
        return found

    def _antennas(self) -> list[tuple[Any, ...]]:
        with self._sub("ANTENNA") as antenna:
            columns = [reading.cells(antenna, name) for name in ("NAME", "STATION", "DISH_DIAMETER")]
        return [
            (row, name, station, f"{size:g} m") for row, (name, station, size) in enumerate(zip(*columns, strict=True))
        ]

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
        axes.set(xlabel="u (km)", ylabel="v (km)", aspect="equal", title=f"uv coverage, {u.size:,} of {rows:,} rows")
        return picture


def _date(seconds: float) -> str:
    from casatools import quanta

    tool = quanta()
    date, time = tool.time(tool.quantity(seconds, "s"), form="ymd", prec=7)[0].rsplit("/", 1)
    return f"{date.replace('/', '-')} {time}"


def _ranges(numbers: list[int]) -> str:
    """How many there are and which: those that follow one another as ranges."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = [str(first) if first == last else f"{first} to {last}" for first, last in runs[:_MOST_RANGES]]
    return f"{len(numbers)} ({', '.join(shown)}{', ...' if len(runs) > _MOST_RANGES else ''})" if numbers else ""

"""plotweather: what its data lack is said before it works for a minute, and its figure is shown."""

from __future__ import annotations

import os
from typing import Any

from casawrapper.casa.calls.call import Arguments, Run
from casawrapper.casa.core.errors import CannotRun
from casawrapper.casa.data.kinds import MEASUREMENT_SET, kind_of
from casawrapper.casa.data.reading import open_table
from casawrapper.casa.display.figures import drawn_figures
from casawrapper.util.messages import notice

_COLUMNS = ("TIME", "TEMPERATURE", "DEW_POINT", "WIND_SPEED", "WIND_DIRECTION", "PRESSURE", "REL_HUMIDITY")


def plot(arguments: Arguments, run: Run) -> Any:
    """plotweather draws into a file, beside the data unless told otherwise, and closes its figure, which is shown."""
    data = arguments["vis"]
    if kind_of(os.path.expanduser(data)) != MEASUREMENT_SET:
        return run(arguments)  # CASA says what is wrong
    rows, columns = _weather(os.path.expanduser(data))
    missing = [name for name in _COLUMNS if name not in columns]
    if not rows:
        notice(
            f"{data} has no weather data (its WEATHER table is missing or empty): plotweather draws "
            "nothing and returns the opacities of the VLA's seasonal model, after about a minute."
        )
    elif missing:
        raise CannotRun(f"plotweather cannot use the WEATHER table of {data}, which lacks {', '.join(missing)}.")
    with drawn_figures(f"plotweather: weather and opacity during {os.path.basename(os.path.normpath(data))}"):
        return run(arguments)


def _weather(folder: str) -> tuple[int, list[str]]:
    """The number of rows and the columns of the weather table."""
    try:
        with open_table(os.path.join(folder, "WEATHER")) as tool:
            return tool.nrows(), tool.colnames()
    except FileNotFoundError:
        return 0, []

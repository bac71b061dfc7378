"""What is wrong with a plot, where plotms itself has two words for it at most."""

from __future__ import annotations

import os
from typing import Any

from casawrapper.casa.calls.arguments import must_be_one_of
from casawrapper.casa.calls.call import Arguments
from casawrapper.casa.core.places import obstacle
from casawrapper.casa.data import kinds
from casawrapper.casa.log.reader import LogSince

_ORIGIN = "PlotMS::load_cache"
# plotms logs what it is going to do, a line that begins so, what is wrong with it, and what it does then.
_BEFORE = "Caching for the new plot"
_USUAL = ("Clearing", "Plotting", "Loading", "Data selection will", "The plotms cache", "This is")

# Of a picture that is still smaller than the 2 GB that Qt can address.
_MOST_PIXELS = 2**29
_DATA = (("vis", kinds.MEASUREMENT_SET, "measurement set"), ("caltable", kinds.CALIBRATION, "calibration table"))


def allowed(name: str, value: Any, choices: list[str]) -> str:
    """Which values plotms' parameter `name` takes, if not `value`."""
    values = value if isinstance(value, list) else [value]
    wrong = next(one for one in values if one not in choices)
    return f"plotms({name}={value!r}): {must_be_one_of(name, wrong, choices)}"


def explain(arguments: Arguments, log: LogSince, details: str) -> str:
    """The `details` that plotms gives, made a reason; `log` has been open since the plot began."""
    if "problem with format" in details:
        return "the name of plotfile must end with .png, .jpg, .pdf, .ps or .txt, or expformat must be one of these."
    if "export failed" in details and arguments["width"] * arguments["height"] > _MOST_PIXELS:
        return (
            f"a picture of {arguments['width']} x {arguments['height']} pixels is too large for it: give a smaller "
            "width and height."
        )
    if "export failed" in details:
        return f"the file cannot be written: {obstacle(arguments['plotfile'])}"
    if "plot parameters failed" in details:
        return _bad_parameters(arguments, log)
    return details


def _bad_parameters(arguments: Arguments, log: LogSince) -> str:
    lines = [line.strip() for line in log.messages(_ORIGIN)]
    begin = max((number for number, line in enumerate(lines, 1) if line.startswith(_BEFORE)), default=len(lines))
    reasons = [line for line in lines[begin:] if line and not line.startswith(_USUAL)]
    if reasons:
        return " ".join(reasons)
    for name, kind, words in _DATA:
        if arguments.get(name) and kinds.kind_of(os.path.abspath(arguments[name])) != kind:
            return f"{arguments[name]} is no {words}."
    return "it does not say why. Do the data have what axes, data columns, selection and averaging ask for?"

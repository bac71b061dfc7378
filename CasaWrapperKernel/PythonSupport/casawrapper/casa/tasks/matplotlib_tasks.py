"""The tasks that draw with matplotlib."""

from __future__ import annotations

import os
from typing import Any

from casawrapper.casa.calls.call import Adapter, Arguments, Run
from casawrapper.casa.display.figures import drawn_figures
from casawrapper.casa.tasks.clean import refuse_interactive


def analyze_simulation(arguments: Arguments, run: Run) -> Any:
    """simanalyze cleans, perhaps interactively, and draws."""
    return refuse_interactive("simanalyze")(arguments, lambda given: draw("simanalyze")(given, run))


def draw(name: str) -> Adapter:
    """For the task `name`: each of its figures is shown once."""

    def adapter(arguments: Arguments, run: Run) -> Any:
        with drawn_figures(f"{name}: {_data(arguments)}"):
            return run(arguments)

    return adapter


def _data(arguments: Arguments) -> str:
    """The name of what a task draws."""
    given = [arguments[name] for name in ("project", "vis", "imagename", "infile") if arguments.get(name)]
    return os.path.basename(os.path.normpath(str(given[0]))) if given else "its figure"

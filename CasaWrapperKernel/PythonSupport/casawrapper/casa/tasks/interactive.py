"""Task arguments that ask for a window or for answers typed by the user, and what becomes of them."""

from __future__ import annotations

import os
from typing import Any

from casawrapper.casa.calls.pipeline import Adapter, Arguments, Run
from casawrapper.casa.core.files import private_file
from casawrapper.casa.core.messages import notice
from casawrapper.casa.core.tracebacks import CannotRun
from casawrapper.casa.display.figures import task_figures
from casawrapper.casa.display.pictures import Watch, show_files


def refuse_interactive_clean(arguments: Arguments, run: Run) -> Any:
    """Interactive masking needs the viewer's window; refuse it before any work is done."""
    if arguments.get("interactive"):
        raise CannotRun(
            "interactive=True opens a window, which a notebook cannot show: use interactive=False with "
            "usemask='auto-multithresh' or with mask='my.mask' (an image, a region file or a box; CARTA "
            "draws them), or clean interactively in the browser with cubevis:  from cubevis import iclean.")
    return run(arguments)


def flag_without_display(arguments: Arguments, run: Run) -> Any:
    """flagdata's display waits for clicks in a window."""
    if arguments.get("display"):
        notice(f"flagdata(display='{arguments['display']}') needs a window, so it runs with display=''; "
               "mode='summary' returns the report.")
        arguments["display"] = ""
    return run(arguments)


def plot_bandpass(arguments: Arguments, run: Run) -> Any:
    """plotbandpass asks for a key after each page; draw all pages into files and show them instead."""
    if arguments["interactive"]:
        notice("plotbandpass(interactive=True) waits for keys, so it runs with interactive=False; "
               "all pages follow.")
        arguments["interactive"] = False
    if not arguments["figfile"]:
        arguments["figfile"] = private_file("bandpass", ".png")
    watch = Watch(arguments["figfile"], suffix=".png")
    with task_figures("", show=False):
        try:
            result = run(arguments)
        except NameError as error:
            # CASA 6.7 comes to a name that nobody has defined.
            if not any(arguments[name] for name in ("showatm", "showtsky", "showimage", "showatmfield")):
                raise
            raise CannotRun("plotbandpass takes the weather for showatm, showtsky and showimage from the "
                            "WEATHER table of the measurement set, which has none: leave them out.") from error
    files = watch.written()
    if not files:
        notice("plotbandpass has drawn nothing: the selection leaves no solutions, or it printed the reason.")
    axes = " and ".join(map(str, [arguments["yaxis"]] if isinstance(arguments["yaxis"], str)
                            else arguments["yaxis"]))
    show_files(files, f"plotbandpass: {axes} of {os.path.basename(arguments['caltable'])}")
    return result


def analyze_simulation(arguments: Arguments, run: Run) -> Any:
    """simanalyze cleans, perhaps interactively, and draws."""
    return refuse_interactive_clean(arguments, lambda given: draw("simanalyze")(given, run))


def draw(name: str) -> Adapter:
    """For the task `name`, which draws with matplotlib: its figures are shown once and closed."""

    def adapter(arguments: Arguments, run: Run) -> Any:
        with task_figures(f"{name}: {_data(arguments)}"):
            return run(arguments)

    return adapter


def _data(arguments: Arguments) -> str:
    """The name of what a task draws."""
    given = [arguments[name] for name in ("project", "vis", "imagename") if arguments.get(name)]
    return os.path.basename(os.path.normpath(str(given[0]))) if given else "its figure"

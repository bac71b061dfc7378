"""plotbandpass: it asks for a key after each page."""

from __future__ import annotations

import os
from typing import Any

from casawrapper.casa.calls.call import Arguments, Run
from casawrapper.casa.core.errors import CannotRun
from casawrapper.casa.core.files import private_file
from casawrapper.casa.display.figures import drawn_figures
from casawrapper.casa.display.pictures import Watch, show_files
from casawrapper.util.messages import notice

_NEED_WEATHER = ("showatm", "showtsky", "showimage", "showatmfield")


def plot(arguments: Arguments, run: Run) -> Any:
    """Draw all pages into files and show them.

    Raises
    ------
    CannotRun
        If the data have no weather for what was asked.
    """
    if arguments["interactive"]:
        notice("plotbandpass(interactive=True) waits for keys, so it runs with interactive=False; all pages follow.")
        arguments["interactive"] = False
    if not arguments["figfile"]:
        arguments["figfile"] = private_file("bandpass", ".png")
    watch = Watch(arguments["figfile"], suffix=".png")
    axes = " and ".join(map(str, [arguments["yaxis"]] if isinstance(arguments["yaxis"], str) else arguments["yaxis"]))
    words = f"plotbandpass: {axes} of {os.path.basename(arguments['caltable'])}"
    with drawn_figures(words, in_files=True):
        try:
            result = run(arguments)
        except NameError as error:
            # CASA 6.7 comes to a name that nobody has defined.
            if not any(arguments[name] for name in _NEED_WEATHER):
                raise
            raise CannotRun(
                "plotbandpass takes the weather for showatm, showtsky and showimage from the "
                "WEATHER table of the measurement set, which has none: leave them out."
            ) from error
    files = watch.written()
    if not files:
        notice("plotbandpass has drawn nothing: the selection leaves no solutions, or it printed the reason.")
    show_files(files, words)
    return result

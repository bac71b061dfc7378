"""Task arguments that ask for a window or for answers typed by the user, and what becomes of them."""

from __future__ import annotations

from typing import Any

from .door import Arguments, Run
from .figures import task_figures
from .notices import notice
from .pictures import Watch, show_files
from .workspace import private_file


def refuse_interactive_clean(arguments: Arguments, run: Run) -> Any:
    """Interactive masking needs the viewer's window; refuse it before any work is done."""
    if arguments.get("interactive"):
        raise RuntimeError(
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
    with task_figures(show=False):
        result = run(arguments)
    show_files(watch.written())
    return result


def plot_weather(arguments: Arguments, run: Run) -> Any:
    """plotweather always draws into a file, beside the data unless told otherwise."""
    watch = Watch(arguments["plotName"] or f"{arguments['vis'].rstrip('/')}.plotweather.png")
    with task_figures(show=False):
        result = run(arguments)
    show_files(watch.written())
    return result


def draw(arguments: Arguments, run: Run) -> Any:
    """A task that draws with matplotlib: its figures are shown once and closed."""
    with task_figures():
        return run(arguments)

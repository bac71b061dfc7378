"""tclean and its kin: masks that are drawn by hand need a window."""

from __future__ import annotations

from typing import Any

from casawrapper.casa.calls.call import Arguments, Run
from casawrapper.casa.core.errors import CannotRun


def refuse_interactive(arguments: Arguments, run: Run) -> Any:
    """Interactive masking needs the viewer's window; refuse it before any work is done.

    Raises
    ------
    CannotRun
        With what does the same without a window.
    """
    if arguments.get("interactive"):
        raise CannotRun(
            "interactive=True opens a window, which a notebook cannot show: use interactive=False with "
            "usemask='auto-multithresh' or with mask='my.mask' (an image, a region file or a box; CARTA "
            "draws them), or clean interactively in the browser with cubevis:  from cubevis import iclean."
        )
    return run(arguments)

"""plotms' waiting for its own drawing, in smaller steps."""

from __future__ import annotations

import time
from types import ModuleType

from .notices import notice

_STEP = 0.02
# plotms says 'not drawing' for a moment between reading the data and painting them, so one such
# answer proves nothing; CASA's own whole-second steps hardly ever fell into that moment.
_QUIET_ANSWERS = 10


def adapt(task: ModuleType) -> None:
    """Shorten the steps in CASA's plotms task."""
    if not hasattr(task, "time") or not hasattr(getattr(task, "pm", None), "isDrawing"):
        notice(f"{task.__name__} of this CASA version waits in another way: plotms is a little slower.")
        return
    setattr(task, "time", Patience(task.pm))


class Patience:
    """Stands in for the module `time` in CASA's plotms task, whose only use of it is sleep().

    The first half second that CASA gives the reading thread stays as it is.
    """

    def __init__(self, tool: ModuleType) -> None:
        self._tool = tool

    def sleep(self, seconds: float) -> None:
        """Sleep `seconds`, or when CASA waits for a drawing, until plotms has been quiet for a while."""
        if seconds < 1.0:
            time.sleep(seconds)
            return
        quiet = 0
        while quiet < _QUIET_ANSWERS:
            time.sleep(_STEP)
            quiet = 0 if self._tool.isDrawing() else quiet + 1

"""plotms' waiting for its own drawing, without the rests."""

from __future__ import annotations

import time
from types import ModuleType

from .notices import notice

_STEP = 0.02


def adapt(task: ModuleType) -> None:
    """Shorten the steps in CASA's plotms task."""
    if not hasattr(task, "time"):
        notice(f"{task.__name__} of this CASA version waits in another way: plotms is a little slower.")
        return
    setattr(task, "time", Patience)


class Patience:
    """Stands in for the module `time` in CASA's plotms task, whose only use of it is sleep().

    The task sleeps for half a second after `update()`, for a window's threads that read the data. Without
    a window, `update()` comes back when they have been read, and the picture is painted while it is saved.
    """

    @staticmethod
    def sleep(seconds: float) -> None:
        """Sleep only between two questions whether plotms still draws."""
        if seconds >= 1.0:
            time.sleep(_STEP)

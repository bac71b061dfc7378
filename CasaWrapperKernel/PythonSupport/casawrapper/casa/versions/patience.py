"""plotms' waiting for its own drawing, without the rests."""

from __future__ import annotations

import time

_STEP = 0.02


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

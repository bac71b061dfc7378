"""IPython's history, written to its database in bundles."""

from __future__ import annotations

import threading
from typing import Any

from IPython.core.history import HistoryManager

from .dap import leave_alone

_BUNDLE_SECONDS = 0.3


class BundledHistory(HistoryManager):
    """Lets IPython's saving thread wait a little before it writes.

    The thread holds a lock while the database syncs to disk, and the next cell waits for that lock: written after every
    single cell, history makes up most of the time of a short cell.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._ending = threading.Event()
        super().__init__(*args, **kwargs)
        if self.enabled:
            leave_alone(self.save_thread)

    def writeout_cache(self, conn: Any = None) -> None:
        if conn is not None:
            # Only the saving thread brings a connection of its own.
            self._ending.wait(_BUNDLE_SECONDS)
        super().writeout_cache(conn)

    def end_session(self) -> None:
        self._ending.set()
        super().end_session()

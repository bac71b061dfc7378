"""IPython's history, written to its database without a cell ever waiting for the disk."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import sys
import tempfile
import threading
from typing import Any

from IPython.core.history import HistoryManager

from casawrapper.util.threads import leave_alone

_BUNDLE_SECONDS = 0.3


class BundledHistory(HistoryManager):
    """Lets IPython's saving thread wait a little before it writes, and write without holding up the next cell.

    IPython's own holds a lock, which every cell needs, while the database syncs to disk: that makes up most of the time
    of a short cell, and a file system that hangs would hang the cells.
    """

    enabled: Any
    db_input_cache: Any
    db_output_cache: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._ending = threading.Event()
        self._one_writer = threading.Lock()
        self._explanation = ""
        super().__init__(*args, **kwargs)
        thread = getattr(self, "save_thread", None)  # none where nothing is saved
        if thread is not None:
            leave_alone(thread)

    def init_db(self) -> None:
        """SQLite needs locks: without them IPython waits, moves the history away as broken, and waits again."""
        folder = os.path.dirname(self.hist_file)
        if self.enabled and folder and not _has_locks(folder):
            self.enabled = False
            self._explanation = (
                f"No history is kept, for the file system of {folder} has no locks; "
                "set IPYTHONDIR to a folder on another."
            )
        super().init_db()

    def explain_under_first_cell(self) -> None:
        """Have it said where the user sees it if no history is kept."""
        if self._explanation:
            self.shell.events.register("pre_run_cell", self._explain)

    def _explain(self, info: Any) -> None:
        self.shell.events.unregister("pre_run_cell", self._explain)
        print(self._explanation, file=sys.stderr)

    def writeout_cache(self, conn: sqlite3.Connection | None = None) -> None:
        if not self.enabled:
            return
        if conn is not None:
            # Only the saving thread brings a connection of its own.
            self._ending.wait(_BUNDLE_SECONDS)
        with self._one_writer:
            with self.db_input_cache_lock:
                inputs, self.db_input_cache = self.db_input_cache, []
            with self.db_output_cache_lock:
                outputs, self.db_output_cache = self.db_output_cache, []
            self._save(conn or self.db, inputs, outputs)

    def _save(self, conn: sqlite3.Connection, inputs: list[tuple[Any, ...]], outputs: list[tuple[Any, ...]]) -> None:
        try:
            self._insert(conn, inputs, outputs)
        except sqlite3.IntegrityError:
            # Somebody else has used the number of this session, as in a copied database.
            self.new_session(conn)
            self._insert(conn, inputs, outputs)

    def _insert(self, conn: sqlite3.Connection, inputs: list[tuple[Any, ...]], outputs: list[tuple[Any, ...]]) -> None:
        with conn:
            conn.executemany("INSERT INTO history VALUES (?, ?, ?, ?)", [(self.session_number, *row) for row in inputs])
            conn.executemany(
                "INSERT INTO output_history VALUES (?, ?, ?)", [(self.session_number, *r) for r in outputs]
            )

    def end_session(self) -> None:
        self._ending.set()
        super().end_session()


def _has_locks(folder: str) -> bool:
    try:
        file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - not being able to lock it means something else
    except OSError:
        return True  # it cannot be written: IPython knows what to do
    with file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True

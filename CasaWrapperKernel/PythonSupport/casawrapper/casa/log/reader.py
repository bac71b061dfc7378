"""What CASA's log says from some moment on."""

from __future__ import annotations

import os


class LogSince:
    """The lines of the log file `path` that come after this object has been made."""

    def __init__(self, path: str | None) -> None:
        self._path = path or ""
        self.is_there = os.path.isfile(self._path)
        """Whether CASA logs into a file at all."""
        self._start = os.path.getsize(self._path) if self.is_there else 0

    def messages(self, origin: str) -> list[str]:
        """The lines of this origin, without date, priority and origin."""
        if not self.is_there:
            return []
        with open(self._path, "rb") as file:
            file.seek(self._start)
            lines = [line.split("\t", 3) for line in file.read().decode(errors="replace").split("\n")]
        # CASA marks the second and further lines of a message with a plus.
        return [fields[3] for fields in lines if len(fields) == 4 and fields[2].rstrip("+ ") == origin]

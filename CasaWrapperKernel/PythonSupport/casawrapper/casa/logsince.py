"""What CASA's log says from some moment on."""

from __future__ import annotations

import os

from . import logdoor


class LogSince:
    """The lines of the log file `path` that come after this object has been made.

    Whoever has the file open writes on when it is moved or removed, and programs that start after that make a new one.
    """

    def __init__(self, path: str | None) -> None:
        self._path = path or ""
        self._starts = {name: os.path.getsize(name) for name in self._files()}
        self.is_there = bool(self._starts)
        """Whether CASA logs into a file at all."""

    def messages(self, origin: str) -> list[str]:
        """The lines of this origin, without date, priority and origin."""
        lines = []
        for name in self._files() if self.is_there else ():
            with open(name, "rb") as file:
                file.seek(self._starts.get(name, 0))
                lines += [line.split("\t", 3) for line in file.read().decode(errors="replace").split("\n")]
        # CASA marks the second and further lines of a message with a plus.
        return [fields[3] for fields in lines if len(fields) == 4 and fields[2].rstrip("+ ") == origin]

    def _files(self) -> list[str]:
        """The file of that name and, where a host has them open, those that had it before."""
        parts = logdoor.host("state").get("parts", ())
        opened = [part["open"] for part in parts if part["path"] == self._path]
        return [name for name in opened or [self._path] if os.path.isfile(name)]

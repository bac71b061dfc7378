"""What CASA's log says from some moment on: the one place that reads it."""

from __future__ import annotations

import os

from casawrapper.casa.calls.call import current
from casawrapper.casa.log import channel
from casawrapper.casa.log.location import current_logfile


class LogSince:
    """The lines of the log file `path` that come after this object has been made, until it is closed.

    Whoever has the file open writes on when it is moved or removed, and programs that start after that make a new one.

    Parameters
    ----------
    path
        An absolute path; None where CASA does not log, and there are no lines then.
    """

    def __init__(self, path: str | None) -> None:
        self._path = path or ""
        self._starts = {name: os.path.getsize(name) for name in self._files()}
        self._ends: dict[str, int] | None = None
        self.is_there = bool(self._starts)
        """Whether CASA logs into a file at all."""

    def close(self) -> None:
        """Leave out what is logged from now on."""
        self._ends = {name: os.path.getsize(name) for name in self._files()}

    def lines(self) -> list[str]:
        """The lines, with all their columns.

        Returns
        -------
        list of str
            Time, priority, origin and message, separated by tabs, without the newline; the last one is empty where the
            file ends with a whole line.
        """
        found: list[str] = []
        for name in self._files() if self.is_there else ():
            start = self._starts.get(name, 0)
            with open(name, "rb") as file:
                file.seek(start)
                size = -1 if self._ends is None else max(0, self._ends.get(name, start) - start)
                found += file.read(size).decode(errors="replace").split("\n")
        return found

    def messages(self, origin: str) -> list[str]:
        """The texts of the lines of this origin.

        Parameters
        ----------
        origin
            The third column, such as ``listobs::ms::summary``.

        Returns
        -------
        list of str
            A text for each line, also for the second and further lines of one message.
        """
        lines = [line.split("\t", 3) for line in self.lines()]
        # CASA marks the second and further lines of a message with a plus.
        return [fields[3] for fields in lines if len(fields) == 4 and fields[2].rstrip("+ ") == origin]

    def _files(self) -> list[str]:
        """The file of that name and, where a host has them open, those that had it before."""
        parts = channel.host("state").get("parts", ())
        opened = [part["open"] for part in parts if part["path"] == self._path]
        return [name for name in opened or [self._path] if os.path.isfile(name)]


def of_this_call() -> LogSince:
    """What the running call of a task has logged so far."""
    record = current()
    return record.log if record is not None and isinstance(record.log, LogSince) else LogSince(current_logfile())

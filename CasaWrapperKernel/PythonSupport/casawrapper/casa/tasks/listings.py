"""listobs: the listing under the cell, as it stands in CASA's log."""

from __future__ import annotations

from typing import Any

from IPython import get_ipython

from casawrapper.casa.calls.pipeline import Arguments, Run
from casawrapper.casa.core.files import private_file
from casawrapper.casa.core.messages import notice
from casawrapper.casa.display.tables import ResultDict
from casawrapper.casa.log.reader import LogSince
from casawrapper.casa.setup.environment import current_logfile

_MOST_LINES = 200
_ORIGIN = "listobs::ms::summary"


class QuietDict(ResultDict):
    """A task's answer whose listing has just been printed: not echoed again by the cell that made it.

    In any later cell it shows as any task's answer does.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._cell = _cell_number()

    def _ipython_display_(self) -> None:
        if self._cell is None or _cell_number() != self._cell:
            # IPython then goes on to the usual representation.
            raise NotImplementedError


def _cell_number() -> int | None:
    shell = get_ipython()
    return shell.execution_count if shell is not None else None


def list_observation(arguments: Arguments, run: Run) -> Any:
    """Run listobs and print its listing once."""
    if arguments["listfile"]:
        return run(arguments)
    log = LogSince(current_logfile())
    if not log.is_there:
        arguments.update(listfile=private_file("listobs", ".txt"), overwrite=True)
        result = run(arguments)
        with open(arguments["listfile"]) as file:
            print(file.read(), end="")
        return _quiet(result)
    result = run(arguments)
    listing = "\n".join(log.messages(_ORIGIN)).strip("\n")
    if not listing:
        notice("The log holds no listing (casalog.filter?); listobs(..., listfile='x.txt') writes a file.")
        return result
    print(listing)
    return _quiet(result)


def list_in_pages(arguments: Arguments, run: Run) -> Any:
    """Run listvis or listcal, which ask after each page of their endless list, into a file and show its beginning."""
    if arguments["listfile"]:
        return run(arguments)
    arguments["listfile"] = private_file("list", ".txt")
    result = run(arguments)
    with open(arguments["listfile"]) as file:
        lines = file.read().splitlines()
    print("\n".join(lines[:_MOST_LINES]))
    if len(lines) > _MOST_LINES:
        notice(f"These are the first {_MOST_LINES} of {len(lines):,} lines: select less, or give listfile='x.txt'.")
    return result


def _quiet(result: Any) -> Any:
    return QuietDict(result) if isinstance(result, dict) else result

"""Which files a call reads and writes: those that its arguments name, looked at before and after."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from typing import Any

from casawrapper.casa.calls.call import Arguments, CallRecord
from casawrapper.casa.calls.pipeline import Proceed

# Their texts select data, and are no files though a file may have such a name.
# fmt: off
_SELECTIONS = frozenset({
    "field", "spw", "antenna", "scan", "timerange", "uvrange", "correlation", "intent", "observation", "array", "feed",
    "msselect", "refant", "mode", "stokes", "chans", "box", "region", "datacolumn", "title", "reference", "transfer",
})
# fmt: on
# The products of one call have this name and endings of their own: tclean, deconvolve, simobserve.
_PREFIXES = ("imagename", "project")

_Stamp = tuple[int, int]


def observe(record: CallRecord, proceed: Proceed) -> Any:
    """Stage: what the arguments of a call of the user's name, before and after it.

    Files are those that the arguments name, also in lists, and of imagename and project all that begin with the name
    and a point. A folder, such as a table, has changed if what lies directly in it has, locks aside.
    """
    if record.call.depth:
        return proceed()
    before = _stamps(record.call.arguments)
    record.files_read = list(before)
    try:
        return proceed()
    finally:
        after = _stamps(record.call.arguments)
        record.files_written = [path for path, stamp in after.items() if before.get(path) != stamp]


def _stamps(arguments: Arguments) -> dict[str, _Stamp]:
    """The files that are there, and when they, or what is in them, changed last."""
    found: dict[str, _Stamp] = {}
    for name, text in _texts(arguments):
        path = os.path.abspath(os.path.expanduser(text))
        products = glob.glob(glob.escape(path) + ".*") if name in _PREFIXES else []
        for one in (path, *products):
            stamp = _stamp(one)
            if stamp is not None:
                found[one] = stamp
    return found


def _texts(arguments: Arguments) -> Iterator[tuple[str, str]]:
    for name, value in arguments.items():
        if name not in _SELECTIONS:
            for one in value if isinstance(value, (list, tuple)) else (value,):
                if isinstance(one, str) and one and "\n" not in one and "\0" not in one:
                    yield name, one


def _stamp(path: str) -> _Stamp | None:
    try:
        if not os.path.isdir(path):
            status = os.stat(path)
            return status.st_mtime_ns, status.st_size
        with os.scandir(path) as entries:
            states = [entry.stat() for entry in entries if entry.name != "table.lock"]
    except OSError:
        return None
    return max((one.st_mtime_ns for one in states), default=0), sum(one.st_size for one in states)

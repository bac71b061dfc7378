"""Runs inside plain CASA and inside the kernel, and notes in the same way in both what a piece of code did.

    probe.begin(folder of the records)
    with probe.case("name", "working folder"):
        r = imstat('x.im')

`r` is the value that is noted. Nothing leaves the with statement: an error is noted too.
"""

from __future__ import annotations

import os
import pickle
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_records = ""
_PLAIN = (type(None), bool, int, float, complex, str, bytes)


def begin(records: str) -> None:
    """Let `records` be the folder of the notes, and get over what CASA says once in a process."""
    global _records
    _records = records
    from casatools import measures

    tool = measures()
    # Of the table of leap seconds, which is old.
    tool.measure(tool.epoch("utc", "today"), "tai")


@contextmanager
def case(name: str, folder: str) -> Iterator[None]:
    """Run the code of the with statement in `folder`, and write what it did to the file `name` of the records."""
    from casatasks import casalog

    # Two frames up, since contextlib is between.
    names = sys._getframe(2).f_globals
    names.pop("r", None)
    if "matplotlib" in sys.modules:
        sys.modules["matplotlib"].interactive(False)
    os.chdir(folder)
    log = casalog.logfile()
    start = os.path.getsize(log)
    error: dict[str, Any] | None = None
    try:
        yield
    except BaseException as raised:
        error = {
            "types": [cls.__name__ for cls in type(raised).__mro__],
            "text": str(raised),
            "cause": type(raised.__cause__).__name__,
            "frames": [frame.name for frame in traceback.extract_tb(raised.__traceback__)],
        }
    note = {
        "value": describe(names["r"]) if "r" in names else None,
        "error": error,
        "figures": figures(),
        "log": _since(log, start),
        "folder": os.path.relpath(os.getcwd(), folder),
    }
    with open(os.path.join(_records, name), "wb") as file:
        pickle.dump(note, file)


def _since(log: str, start: int) -> str:
    with open(log, encoding="utf-8", errors="replace") as file:
        file.seek(start)
        return file.read()


def describe(value: Any) -> Any:
    """A value as what every Python reads: its exact type and its content, arrays by their dtype, shape and items."""
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    if isinstance(value, _PLAIN):
        return kind, value
    if isinstance(value, dict):
        return kind, [(describe(key), describe(one)) for key, one in value.items()]
    if isinstance(value, (list, tuple, set, frozenset)):
        return kind, [describe(one) for one in value]
    if hasattr(value, "dtype"):
        return kind, str(value.dtype), value.shape, value.tolist()
    return kind, repr(value)


def figures() -> list[dict[str, Any]]:
    """matplotlib's open figures, as the code that has drawn them sees them; they are closed."""
    if "matplotlib.pyplot" not in sys.modules:
        return []
    from matplotlib import pyplot

    current = pyplot.gcf().number if pyplot.get_fignums() else None
    found = []
    for number in pyplot.get_fignums():
        figure = pyplot.figure(number)
        found.append(
            {
                "number": number,
                "is current": number == current,
                "label": figure.get_label(),
                "inches": [float(size) for size in figure.get_size_inches()],
                "dpi": float(figure.dpi),
                "axes": [
                    {
                        "title": axes.get_title(),
                        "xlabel": axes.get_xlabel(),
                        "ylabel": axes.get_ylabel(),
                        "xlim": [float(end) for end in axes.get_xlim()],
                        "ylim": [float(end) for end in axes.get_ylim()],
                        "lines": len(axes.lines),
                        "images": len(axes.images),
                        "texts": len(axes.texts),
                        "collections": len(axes.collections),
                    }
                    for axes in figure.axes
                ],
            }
        )
    found.append({"interactive": pyplot.isinteractive(), "backend draws": pyplot.get_backend() != ""})
    pyplot.close("all")
    return found

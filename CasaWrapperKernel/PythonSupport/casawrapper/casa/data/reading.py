"""Exact reading of casacore tables: nothing is locked, changed, sampled or kept.

casatools.msmetadata answers the same questions, but it waits for whoever writes the data, for ever if need be, writes
into the log, and takes twenty times as long for the scans of 2 million rows.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Of a column, so that the largest data need no more memory than others.
_BLOCK_ROWS = 200_000


@contextmanager
def open_table(path: str) -> Iterator[Any]:
    """A casatools table that neither locks nor changes what it reads.

    Parameters
    ----------
    path
        Absolute or relative to the working folder; a ``~`` is not expanded.

    Yields
    ------
    casatools.table
        Closed at the end of the ``with``, also after an error.

    Raises
    ------
    FileNotFoundError
        There is no table at `path`.
    RuntimeError
        CASA cannot open it.
    """
    from casatools import table

    tool = table()
    if not os.path.isfile(os.path.join(path, "table.dat")):
        # CASA would log this as SEVERE.
        raise FileNotFoundError(path)
    tool.open(path, nomodify=True, lockoptions={"option": "usernoread"})
    try:
        yield tool
    finally:
        tool.close()


def column(path: str, name: str) -> list[Any]:
    """All cells of a column of scalars.

    Raises
    ------
    FileNotFoundError
        There is no table at `path`.
    RuntimeError
        It has no such column.
    """
    with open_table(path) as tool:
        return cells(tool, name)


def cells(tool: Any, name: str) -> list[Any]:
    """The same of a table that is open; texts as they were written.

    Parameters
    ----------
    tool
        A table that `open_table` gives.
    name
        A column of scalars.

    Returns
    -------
    list
        A value for each row, in the order of the rows; none for a table without rows, whatever its columns.
    """
    return [_text(one) if isinstance(one, str) else one for one in tool.getcol(name)] if tool.nrows() else []


def distinct(path: str, *names: str) -> list[int]:
    """The numbers that columns of whole numbers have together, in their order.

    Parameters
    ----------
    path
        A table.
    *names
        Its columns, which are read in blocks of 200,000 rows.

    Returns
    -------
    list of int
        Ascending, each number once.

    Raises
    ------
    FileNotFoundError
        There is no table at `path`.
    RuntimeError
        It lacks one of the columns.
    """
    from numpy import unique

    found: set[int] = set()
    with open_table(path) as tool:
        for name in names:
            for block in _blocks(tool, name):
                found.update(unique(block).tolist())
    return sorted(found)


def observed(path: str) -> tuple[float, float] | None:
    """When the first integration of a measurement set begins and the last one ends, in the column's seconds.

    Returns
    -------
    tuple of float or None
        Begin and end: the smallest TIME - INTERVAL / 2 and the largest TIME + INTERVAL / 2, as MJD in seconds and in
        the time scale of TIME, for which see `frame`. None for a measurement set without rows.

    Raises
    ------
    FileNotFoundError
        There is no table at `path`.
    RuntimeError
        It lacks one of these columns.
    """
    begin = end = None
    with open_table(path) as tool:
        for times, lengths in zip(_blocks(tool, "TIME"), _blocks(tool, "INTERVAL"), strict=True):
            first, last = float((times - lengths / 2).min()), float((times + lengths / 2).max())
            begin = first if begin is None else min(begin, first)
            end = last if end is None else max(end, last)
    return None if begin is None or end is None else (begin, end)


def frame(tool: Any, name: str, row: int = 0) -> str:
    """The reference frame of a measure in a column, such as TAI or J2000; empty where the table names none.

    Parameters
    ----------
    tool
        A table that `open_table` gives.
    name
        A column of measures.
    row
        Where each row may have another frame, that of this one, from 0.
    """
    info = tool.getcolkeywords(name).get("MEASINFO", {})
    if "VarRefCol" not in info:
        return str(info.get("Ref", ""))
    code = tool.getcell(info["VarRefCol"], row)
    if "TabRefCodes" not in info:
        return str(code)
    return dict(zip(map(int, info["TabRefCodes"]), map(str, info["TabRefTypes"]), strict=True)).get(int(code), "")


def _text(text: str) -> str:
    # CASA makes a character of each byte in a column, though not in a single cell.
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return str(text)


def _blocks(tool: Any, name: str) -> Iterator[Any]:
    rows = tool.nrows()
    for start in range(0, rows, _BLOCK_ROWS):
        yield tool.getcol(name, start, min(_BLOCK_ROWS, rows - start))

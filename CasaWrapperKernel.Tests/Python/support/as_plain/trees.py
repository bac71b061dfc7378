"""Compares what two runs have left in their folders: names, text, and tables column by column; in plain CASA.

    python -m as_plain.trees PAIRS    # a file with a JSON list of pairs of folders

prints a JSON list with the differences and the histories of each pair.
"""

from __future__ import annotations

import filecmp
import json
import os
import re
import sys
from collections.abc import Iterator
from typing import Any

import numpy
from casatools import table

from as_plain.normal import normal, normal_bytes

_ROWS = 100_000
# When the row was written.
_PASSED_OVER = {("HISTORY", "TIME"), ("logtable", "TIME")}
# Who holds a table; what tasks leave behind where they fail; the log of a process that a call has started.
_OF_A_PROCESS = re.compile(r"table\.lock|wvrgcal_tmp_\d+|tab\d+_\d+|casa-\d{8}-\d{6}\.log")


def differences(one: str, two: str) -> list[str]:
    """A line for each difference between two folders."""
    return sorted(set(_folders(one, two, "", (one, two))))


def _folders(one: str, two: str, where: str, roots: tuple[str, str]) -> Iterator[str]:
    names = [{name for name in os.listdir(side) if not _OF_A_PROCESS.fullmatch(name)} for side in (one, two)]
    yield from (f"{where}{name} is only in plain CASA" for name in names[0] - names[1])
    yield from (f"{where}{name} is only in the kernel" for name in names[1] - names[0])
    different = []
    for name in sorted(names[0] & names[1]):
        paths = os.path.join(one, name), os.path.join(two, name)
        kinds = [os.path.isdir(path) for path in paths]
        if kinds[0] != kinds[1]:
            yield f"{where}{name} is a file here and a folder there"
        elif kinds[0]:
            yield from _folders(*paths, f"{where}{name}/", roots)
        elif not filecmp.cmp(*paths, shallow=False):
            different.append(name)
    if "table.dat" in names[0] & names[1]:
        if different:
            yield from _tables(one, two, where.rstrip("/"), roots)
        return
    for name in different:
        contents = []
        for side, root in zip((one, two), roots, strict=True):
            with open(os.path.join(side, name), "rb") as file:
                contents.append(normal_bytes(file.read(), root))
        if contents[0] != contents[1]:
            yield f"{where}{name}: {_first_difference(*contents)}"


def _first_difference(one: bytes, two: bytes) -> str:
    lines = one.split(b"\n"), two.split(b"\n")
    for left, right in zip(*lines, strict=False):
        if left != right:
            return f"{left[:200]!r} in plain CASA, {right[:200]!r} in the kernel"
    return f"{len(lines[0])} lines in plain CASA, {len(lines[1])} in the kernel"


def _tables(one: str, two: str, where: str, roots: tuple[str, str]) -> Iterator[str]:
    sides = [_read(path, root) for path, root in zip((one, two), roots, strict=True)]
    for part in sorted(sides[0].keys() | sides[1].keys()):
        if (os.path.basename(where), part.partition(" ")[2]) in _PASSED_OVER:
            continue
        values = [side.get(part) for side in sides]
        if not same(*values):
            yield f"{where}: {part}: {_first_cell(*values)}"


def _first_cell(one: Any, two: Any) -> str:
    """The first place in which two values differ, as words."""
    if isinstance(one, dict) and isinstance(two, dict) and one.keys() == two.keys():
        key = next(key for key in one if not same(one[key], two[key]))
        return f"{key}: {_first_cell(one[key], two[key])}"
    if isinstance(one, numpy.ndarray) and isinstance(two, numpy.ndarray) and one.shape[:-1] == two.shape[:-1]:
        # The last axis is that of the rows.
        for row in range(max(one.shape[-1], two.shape[-1])):
            cells = [side[..., row] if row < side.shape[-1] else None for side in (one, two)]
            if not same(*map(numpy.asarray, cells)):
                return f"row {row}: {_short(cells[0])} in plain CASA, {_short(cells[1])} in the kernel"
    return f"{_short(one)} in plain CASA, {_short(two)} in the kernel"


def _short(value: Any) -> str:
    return " ".join(repr(value.tolist() if hasattr(value, "tolist") else value).split())[:300]


def _read(path: str, root: str) -> dict[str, Any]:
    tool = table()
    tool.open(path)
    try:
        found: dict[str, Any] = {
            "rows": tool.nrows(),
            "columns": sorted(tool.colnames()),
            "keywords": _texts(tool.getkeywords(), root),
            "info": tool.info(),
        }
        for name in tool.colnames():
            found[f"about {name}"] = _texts(tool.getcoldesc(name), root)
            found[f"keywords {name}"] = _texts(tool.getcolkeywords(name), root)
            found[f"column {name}"] = _texts(_column(tool, name), root)
        return found
    finally:
        tool.close()


def _column(tool: Any, name: str) -> Any:
    try:
        return tool.getcol(name, 0, _ROWS)
    except RuntimeError:
        # Cells of several shapes, of records, or without a value.
        defined = [row for row in range(min(tool.nrows(), _ROWS)) if tool.iscelldefined(name, row)]
        return {str(row): tool.getcell(name, row) for row in defined}


def _texts(value: Any, root: str) -> Any:
    if isinstance(value, dict):
        # tclean notes how much memory was free.
        return {key: _texts(one, root) for key, one in value.items() if key != "memavail"}
    if isinstance(value, numpy.ndarray) and value.dtype.kind in "US":
        return numpy.array([normal(str(one), root) for one in value.ravel()]).reshape(value.shape)
    if isinstance(value, (list, tuple)):
        return [_texts(one, root) for one in value]
    return normal(value, root) if isinstance(value, str) else value


def same(one: Any, two: Any) -> bool:
    """Whether two values are equal to the last bit; a NaN is as good as another."""
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(same(one[key], two[key]) for key in one)
    if isinstance(one, numpy.ndarray) and isinstance(two, numpy.ndarray):
        numbers = one.dtype.kind in "fc" and two.dtype.kind in "fc"
        return one.dtype.kind == two.dtype.kind and bool(numpy.array_equal(one, two, equal_nan=numbers))
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(same, one, two))
    return bool(type(one) is type(two) and (one == two or one != one and two != two))


def histories(folder: str) -> dict[str, list[str]]:
    """The texts of each HISTORY and logtable below a folder."""
    found = {}
    for path, _, files in os.walk(folder):
        if os.path.basename(path) in ("HISTORY", "logtable") and "table.dat" in files:
            read = _read(path, folder)
            columns = [read.get(f"column {name}", ()) for name in ("ORIGIN", "LOCATION", "APPLICATION", "MESSAGE")]
            rows = zip(*(column for column in columns if len(column)), strict=True)
            found[os.path.relpath(path, folder)] = [" | ".join(map(str, row)) for row in rows]
    return found


if __name__ == "__main__":
    with open(sys.argv[1]) as pairs:
        answer = [
            {"differences": differences(*pair), "histories": [histories(side) for side in pair]}
            for pair in json.load(pairs)
        ]
    with open(sys.argv[2], "w") as out:
        json.dump(answer, out)

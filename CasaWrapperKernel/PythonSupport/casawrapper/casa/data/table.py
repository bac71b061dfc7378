"""A casacore table as a path that shows its columns, its first rows and its subtables."""

from __future__ import annotations

import os
from typing import Any

from casawrapper.casa.data import summary
from casawrapper.casa.data.reading import open_table

_ROWS = 20
_LONGEST_CELL = 60


class TablePath(summary.DataPath):
    """The path of any casacore table: a text, and in a notebook a look into the table.

    Parameters
    ----------
    path
        Absolute or relative to the working folder, also with ``~``.

    Raises
    ------
    FileNotFoundError
        There is nothing at `path`.
    ValueError
        It holds no data of a kind that `kinds.kind_of` knows.
    """

    def __new__(cls, path: str | os.PathLike[str]) -> TablePath:
        return super().__new__(cls, summary.checked(path, None, "table"))

    def facts(self) -> dict[str, Any]:
        """How many rows there are, the subtables and keywords.

        Returns
        -------
        dict
            ``rows`` and ``subtables`` as texts, then the table's keywords by their names, without those that hold
            records.

        Raises
        ------
        FileNotFoundError, RuntimeError
            The table is gone or cannot be read.
        """
        with self._open() as table:
            return _facts(table)

    def _repr_html_(self) -> str:
        with self._open() as table:
            columns = table.colnames()
            rows = range(min(_ROWS, table.nrows()))
            parts = {
                "Columns": (("name", "type", "comment"), [_column(table, name) for name in columns]),
                "First rows": (
                    ("row", *columns),
                    [[row, *(_cell(table, name, row) for name in columns)] for row in rows],
                ),
            }
            return summary.page(self, _facts(table), parts, None, "")

    def _open(self) -> Any:
        return open_table(os.path.abspath(os.path.expanduser(self)))


def _facts(table: Any) -> dict[str, Any]:
    words = table.getkeywords()
    inside = [name for name, value in words.items() if isinstance(value, str) and value.startswith("Table: ")]
    return {
        "rows": f"{table.nrows():,}",
        "subtables": ", ".join(inside),
        **{name: value for name, value in words.items() if name not in inside and not isinstance(value, dict)},
    }


def _column(table: Any, name: str) -> list[Any]:
    description = table.getcoldesc(name)
    shape = "array of " if description.get("ndim", 0) else ""
    return [name, shape + description["valueType"], description.get("comment", "")]


def _cell(table: Any, name: str, row: int) -> str:
    if not table.iscelldefined(name, row):
        return ""
    value = table.getcell(name, row)
    shape = getattr(value, "shape", ())
    text = " ".join(str(value).split())
    if len(text) <= _LONGEST_CELL:
        return text
    return f"{' x '.join(map(str, shape))} {text[:_LONGEST_CELL]}...".strip()

"""The dictionaries that tasks return, shown as compact tables; for all else they stay dictionaries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

_MOST_ROWS = 100
_MOST_ITEMS = 8
_MOST_COLUMNS = 14
_FEW_COLUMNS = 4
_OPEN_ROWS = 12
_DEEPEST = 6
_LONGEST_TEXT = 300
_NUMBERED = re.compile(r"(.*\D)(\d+)")
_TABLE = '<table style="border-collapse:collapse;font-size:90%;margin:0 0 4px 0">'
_CELL = 'style="text-align:left;padding:1px 10px 1px 0;vertical-align:top"'


def as_html(value: dict[Any, Any], depth: int = 0) -> str:
    """A dictionary as tables: its plain values in one, each dictionary in it as a part that folds.

    Parameters
    ----------
    value
        What a task returns: plain values, arrays, dictionaries with ``value`` and ``unit`` as CASA's quantities are,
        and further dictionaries. Those with the same few keys become the rows of one table. All texts are escaped.
    depth
        How many dictionaries this one lies in; what is deeper than 6 is shown as a text that is cut.

    Returns
    -------
    str
        HTML that needs no style sheet and no script.
    """
    plain = {key: one for key, one in value.items() if not isinstance(one, dict) or _is_quantity(one)}
    nested = {key: one for key, one in value.items() if key not in plain}
    if nested and not plain and _is_grid(nested):
        return _grid(nested)
    parts = [table((), ([_name(key), _text(one)] for key, one in plain.items()))] if plain else []
    for key, rows in (families := _families(nested)).items():
        parts.append(_part(key.rstrip("_"), rows, _grid(rows), len(rows) <= _OPEN_ROWS, depth))
    numbered = {f"{key}{number}" for key, rows in families.items() for number in rows}
    for key, one in nested.items():
        if key in numbered:
            continue
        if depth == _DEEPEST or not one:
            parts.append(f"<div>{_name(key)}: {escape(repr(one)[:_LONGEST_TEXT])}</div>")
            continue
        inner = _grid(one) if _is_grid(one) else as_html(one, depth + 1)
        parts.append(_part(key, one, inner, len(one) <= _OPEN_ROWS or len(value) == 1, depth))
    return "".join(parts)


def _part(key: Any, value: dict[Any, Any], inner: str, is_open: bool, depth: int) -> str:
    return (
        f'<details{" open" if is_open else ""} style="margin-left:{6 if depth else 0}px">'
        f"<summary>{_name(key)} ({len(value)})</summary>{inner}</details>"
    )


def _families(nested: dict[Any, Any]) -> dict[str, dict[str, dict[Any, Any]]]:
    """Dictionaries with the same keys whose names differ by a number, such as field_0 and field_1."""
    found: dict[str, dict[str, dict[Any, Any]]] = {}
    for key, one in nested.items():
        if isinstance(key, str) and one and (parts := _NUMBERED.fullmatch(key)) is not None:
            found.setdefault(parts[1], {})[parts[2]] = _flat(one)
    return {name: rows for name, rows in found.items() if len(rows) > 1 and _is_grid(rows)}


def _flat(value: dict[Any, Any]) -> dict[Any, Any]:
    """A dictionary with the items of those inside it; one that is alone there loses its name."""
    flat: dict[Any, Any] = {}
    for key, one in value.items():
        if not isinstance(one, dict) or _is_quantity(one):
            flat[key] = one
        else:
            flat |= {name if len(value) == 1 else f"{key} {name}": inner for name, inner in _flat(one).items()}
    return flat


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are HTML already; long ones are cut.

    Parameters
    ----------
    head
        The headings; none for a table without.
    rows
        As many cells each as there are headings. Those after the hundredth row are only counted.

    Returns
    -------
    str
        HTML.
    """
    lines = [_row(head, "th")] if head else []
    every = list(rows)
    lines += [_row(row, "td") for row in every[:_MOST_ROWS]]
    if len(every) > _MOST_ROWS:
        lines.append(_row([f"... and {len(every) - _MOST_ROWS} more"], "td"))
    return f"{_TABLE}{''.join(lines)}</table>"


def _row(cells: Sequence[str], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag} {_CELL}>{cell}</{tag}>' for cell in cells)}</tr>"


def _is_quantity(value: dict[Any, Any]) -> bool:
    return {"unit", "value"} <= value.keys() <= {"unit", "value", "error"}


def _is_grid(value: dict[Any, Any]) -> bool:
    """Whether all values are dictionaries of plain values with the same few keys."""
    rows = list(value.values())
    if not all(isinstance(row, dict) and row and not _is_quantity(row) for row in rows):
        return False
    same = rows[0].keys()
    if len(same) > (_MOST_COLUMNS if len(rows) > 1 else _FEW_COLUMNS):
        return False
    cells = [one for row in rows for one in row.values() if isinstance(one, dict)]
    return all(row.keys() == same for row in rows) and all(map(_is_quantity, cells))


def _grid(value: dict[Any, Any]) -> str:
    columns = list(next(iter(value.values())))
    share = {"flagged", "total"} <= set(columns)
    head = ["", *map(_name, columns), *(["flagged %"] if share else [])]
    rows = (
        [f"<b>{_name(key)}</b>", *(_text(row[column]) for column in columns), *([_percent(row)] if share else [])]
        for key, row in value.items()
    )
    return table(head, rows)


def _percent(row: dict[Any, Any]) -> str:
    return f"{100 * row['flagged'] / row['total']:.2f}" if row["total"] else ""


def _name(key: Any) -> str:
    return escape(str(key))


def _text(value: Any) -> str:
    """One value in few characters: arrays of one element as that element, long ones by their range."""
    if isinstance(value, dict):
        error = f" ± {_text(value['error'])}" if "error" in value else ""
        return f"{_text(value['value'])}{error} {escape(str(value['unit']))}".rstrip()
    shape = getattr(value, "shape", None)
    if shape == () or isinstance(value, (str, bytes)):
        value = value.item() if shape == () else value
    elif shape is not None or isinstance(value, (list, tuple)):
        return _sequence(value)
    if isinstance(value, float):
        # Times in days and frequencies in Hz need more digits than what is measured.
        return f"{value:.{10 if abs(value) >= 1e4 else 6}g}"
    text = str(value)
    return escape(text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "...")


def _sequence(value: Any) -> str:
    shape = getattr(value, "shape", (len(value),))
    items = value.ravel() if hasattr(value, "ravel") else value
    if len(items) == 1:
        return _text(items[0])
    if len(items) <= _MOST_ITEMS:
        return ", ".join(map(_text, items))
    size = " x ".join(map(str, shape))
    try:
        return f"{size} values from {_text(min(items))} to {_text(max(items))}"
    except (TypeError, ValueError):
        return f"{size} values, {_text(items[0])}, {_text(items[1])}, ..."

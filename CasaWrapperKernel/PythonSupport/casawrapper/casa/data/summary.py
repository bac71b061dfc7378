"""What the summaries of measurement sets and images have in common: a page of tables beside a picture."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from casawrapper.casa.core.errors import brief
from casawrapper.casa.data.kinds import kind_of
from casawrapper.casa.display.tables import table

_PICTURE_INCHES = (3.6, 3.4)
_DOTS = 90
_OPEN_ROWS = 12


def figure(inches: tuple[float, float] = _PICTURE_INCHES, dots: int = _DOTS, layout: str | None = "tight") -> Any:
    """An empty figure, of a thumbnail's size, that no window system and no list of open figures knows.

    Parameters
    ----------
    inches
        Width and height.
    dots
        Pixels for each inch.
    layout
        matplotlib's layout engine, None for none.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    made = Figure(figsize=inches, dpi=dots, layout=layout)
    FigureCanvasAgg(made)
    return made


def page(
    path: str,
    facts: dict[str, Any],
    parts: Mapping[str, tuple[Sequence[str], Sequence[Sequence[Any]]]],
    picture: Any,
    caption: str,
) -> str:
    """HTML of a summary: `parts` are tables by title, each a head and its rows.

    Parameters
    ----------
    path
        The heading.
    facts
        Values by name; those that are empty are left out.
    parts
        A table for each title; one of more than 12 rows is folded at first.
    picture
        A matplotlib figure, or None.
    caption
        What the picture shows, for those who do not see it.

    Returns
    -------
    str
        HTML with the picture in it; all texts are escaped.
    """
    shown = [[escape(key), escape(str(one))] for key, one in facts.items() if one]
    left = [f"<b>{escape(path)}</b>", table((), shown)]
    for title, (head, rows) in parts.items():
        cells = [[escape(str(cell)) for cell in row] for row in rows]
        is_open = " open" if len(rows) <= _OPEN_ROWS else ""
        left.append(f"<details{is_open}><summary>{escape(title)} ({len(rows)})</summary>{table(head, cells)}</details>")
    right = _image(picture, caption) if picture is not None else ""
    return (
        '<div style="display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start">'
        f"<div>{''.join(left)}</div><div>{right}</div></div>"
    )


class DataPath(str):
    """The path of data: a text like any other, also in CASA's log and history, that a notebook shows as a summary."""

    def facts(self) -> dict[str, Any]:
        """What the summary says of the data, by its name.

        Returns
        -------
        dict
            What is to be shown, by name, in this order; empty texts are left out.
        """
        raise NotImplementedError

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        # Of path objects inside of lists and dictionaries the text says enough.
        printer.text(repr(self) if printer.indentation or cycle else text(self, self.facts()))

    def __reduce__(self) -> tuple[Any, ...]:
        # The data need not be there where the copy is read.
        return str, (str(self),)


def text(path: str, facts: dict[str, Any]) -> str:
    """The same in plain text, without tables and picture.

    Parameters
    ----------
    path
        The first line.
    facts
        A line each, but for empty ones.
    """
    return "\n".join([path, *(f"  {key}: {one}" for key, one in facts.items() if one)])


def checked(path: str | os.PathLike[str], kinds: tuple[str, ...] | None, what: str) -> str:
    """`path` if it holds data of one of `kinds` (None: of any), which the user calls `what`.

    Parameters
    ----------
    path
        Absolute or relative to the working folder, also with ``~``.
    kinds
        What `kinds.kind_of` may give for it.
    what
        A noun for the error, such as "measurement set".

    Returns
    -------
    str
        The text of `path` as it was given.

    Raises
    ------
    FileNotFoundError
        There is nothing at `path`.
    ValueError
        It holds something else, which the message names if it is data too.
    """
    path = os.fspath(path)
    full = os.path.expanduser(path)
    if not os.path.exists(full):
        raise brief(FileNotFoundError(f"{path!r} does not exist in {os.getcwd()}."))
    kind = kind_of(full)
    if kind is None or kinds is not None and kind not in kinds:
        raise brief(ValueError(f"{path} is no {what} but {f'of the type {kind}' if kind else 'something else'}."))
    return path


def _image(picture: Any, caption: str) -> str:
    png = io.BytesIO()
    picture.savefig(png, format="png")
    data = base64.b64encode(png.getvalue()).decode()
    return f'<img src="data:image/png;base64,{data}" alt="{escape(caption)}" title="{escape(caption)}">'

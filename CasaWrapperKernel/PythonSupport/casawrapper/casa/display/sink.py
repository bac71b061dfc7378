"""The only place from which this package shows something under a cell; a running call remembers what it was."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from casawrapper.casa.calls.call import current

Place = Callable[[], AbstractContextManager[None]]
_in_place: Place = nullcontext


def install(in_place: Place) -> None:
    """Show everything inside of ``in_place()``, which sends it where the user sees it."""
    global _in_place
    _in_place = in_place


def show(data: dict[str, Any], metadata: dict[str, Any] | None = None) -> None:
    """Show one output.

    Parameters
    ----------
    data
        The output by mime type, binary kinds in base64; ``text/plain`` says in words what there is to see.
    metadata
        By mime type as well (Jupyter messaging, "display_data").
    """
    # Here, because doctor must work in a Python that lacks IPython.
    from IPython.display import publish_display_data

    record = current()
    if record is not None:
        record.displayed.append(data)
    with _in_place():
        publish_display_data(data, metadata or {})


def show_object(value: Any) -> None:
    """Show an object as IPython shows the value of a cell."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        print(value)
        return
    show(*shell.display_formatter.format(value))

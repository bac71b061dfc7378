"""The dictionaries that tasks return stay what CASA has made; a notebook shows them as tables."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from casawrapper.casa.calls.call import CallRecord
from casawrapper.casa.calls.pipeline import Proceed
from casawrapper.casa.display.tables import as_html

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

# The dictionary below, and the argument of getrefcount.
_OURS = 2
_answers: dict[int, dict[Any, Any]] = {}
_quiet: dict[int, int] = {}


def remember(record: CallRecord, proceed: Proceed) -> Any:
    """Stage: a dictionary that a task gives the user is known as its answer, as long as the user keeps it."""
    result = proceed()
    if type(result) is dict and result and record.call.depth == 0:
        for key in [key for key in list(_answers) if sys.getrefcount(_answers[key]) <= _OURS]:
            _answers.pop(key, None)
            _quiet.pop(key, None)
        _answers[id(result)] = result
    return result


def be_quiet(answer: Any) -> None:
    """Do not echo `answer` at the end of the running cell, which shows already what it says.

    Parameters
    ----------
    answer
        The dictionary that a task is about to return; anything else is echoed as ever. A later cell that ends with the
        dictionary shows it.
    """
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None and isinstance(answer, dict):
        _quiet[id(answer)] = shell.execution_count


def is_quiet(answer: Any) -> bool:
    """Whether `be_quiet` was told so of this answer, in the cell that runs.

    Parameters
    ----------
    answer
        What a task is about to return.
    """
    from IPython import get_ipython

    shell = get_ipython()
    return shell is not None and isinstance(answer, dict) and _quiet.get(id(answer)) == shell.execution_count


def install(shell: InteractiveShell) -> None:
    """Let `shell` show answers as tables; all other dictionaries as ever."""
    formatter = shell.display_formatter
    formatter.formatters["text/html"].for_type(dict, _as_table)
    formatter.ipython_display_formatter.for_type(dict, lambda value: _say_nothing(value, shell))


def _as_table(value: dict[Any, Any]) -> str | None:
    if _answers.get(id(value)) is value:
        return as_html(value)
    # IPython asks the printer of a base class before the object itself.
    found: str | None = _own(value, "_repr_html_", lambda: None)
    return found


def _say_nothing(value: dict[Any, Any], shell: InteractiveShell) -> None:
    if not (_answers.get(id(value)) is value and _quiet.get(id(value)) == shell.execution_count):
        _own(value, "_ipython_display_", _go_on)


def _own(value: Any, method: str, otherwise: Callable[[], Any]) -> Any:
    found = getattr(type(value), method, None)
    return found(value) if found is not None else otherwise()


def _go_on() -> None:
    # IPython then shows the value in its usual way.
    raise NotImplementedError

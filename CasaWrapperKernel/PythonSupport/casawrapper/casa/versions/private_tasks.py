"""The private names of CASA's tasks and tools, and of matplotlib, in use: see private_names.py."""

from __future__ import annotations

import importlib
import inspect
import sys
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from casawrapper.casa.versions.private_names import (
    COMBINED,
    FIGURES,
    IMVIEW,
    LINES,
    MSVIEW,
    NUMBERS,
    TYPECHECK,
    VALIDATOR,
    behind,
    lacks,
)

Wrap = Callable[[str, Callable[..., Any], list[str]], Callable[..., Any]]
"""Gives what is called in the place of a task's function, from the task's name, the function and its parameters."""
Check = Callable[[str, type, list[str]], Any]
"""Gives what checks arguments in the place of a task's validator, from the task's name, that one's class and them."""

_begun = threading.local()


class TaskLines:
    """CASA's own first and last lines in the log of one call.

    CASA writes them before and after the call of the task's function. Of several threads that wait for their turn there
    each would write its first line, and change the origin of all lines, while another one's task runs.
    """

    def __init__(self, module: Any, name: str, arguments: list[str]) -> None:
        self._start, self._end, self._failed = (getattr(module, part) for part in LINES)
        self._name, self._arguments = name, arguments
        self._state: Any = None

    def begin(self) -> None:
        self._state = self._start(self._name, self._arguments)

    def failed(self, error: Exception) -> None:
        self._failed(self._name, error)

    def end(self, result: object) -> None:
        self._end(self._state, self._name, result)


def task_lines() -> TaskLines | None:
    """The lines of the task whose function is being called on this thread; None where CASA writes them itself."""
    lines: TaskLines | None = getattr(_begun, "lines", None)
    _begun.lines = None
    return lines


def guard_task(task: object, name: str, wrap: Wrap, check: Check) -> None:
    """Let calls of the task object `task` pass `wrap`'s function; the object itself stays as it is.

    So does the function where CASA has defined it: it reads its own parameters there for the history of its products.
    """
    module = sys.modules[type(task).__module__]
    _bind(module, name, _parameters(task), wrap, check)
    if all(hasattr(module, part) for part in LINES):
        _write_lines_later(module)


def guard_twin(module: Any, name: str, wrap: Wrap, check: Check) -> None:
    """The same for the object that casashell has in `module` for the task."""
    _bind(module, name, _parameters(getattr(module, name)), wrap, check)


def guard_viewer(task: object, name: str, wrap: Wrap, check: Check) -> None:
    """The same for casaviewer's tasks, which fetch their function anew at each call."""
    names = {"imview": IMVIEW, "msview": MSVIEW}[name]
    if not lacks(names):
        source: Any = importlib.import_module(names.module)
        setattr(source, name, wrap(name, getattr(source, name), _parameters(task)))
    if not lacks(TYPECHECK):
        typecheck: Any = importlib.import_module(TYPECHECK.module)
        setattr(sys.modules[type(task).__module__], VALIDATOR, check(name, typecheck.CasaValidator, _parameters(task)))


def _bind(module: Any, name: str, parameters: list[str], wrap: Wrap, check: Check) -> None:
    function = getattr(module, behind(name), None)
    if function is not None:
        setattr(module, behind(name), wrap(name, function, parameters))
    validator = getattr(module, VALIDATOR, None)
    if validator is not None:
        setattr(module, VALIDATOR, check(name, type(validator), parameters))


def _write_lines_later(module: Any) -> None:
    original = SimpleNamespace(**{part: getattr(module, part) for part in LINES})

    def start(name: str, arguments: list[str]) -> TaskLines:
        _begun.lines = lines = TaskLines(original, name, arguments)
        return lines

    for part, function in zip(
        LINES, (start, lambda state, name, result: result, lambda name, error: None), strict=True
    ):
        setattr(module, part, function)


def _parameters(task: object) -> list[str]:
    found = list(inspect.signature(type(task).__call__).parameters.values())[1:]
    # sdcal takes further arguments by name and hands them on.
    return [parameter.name for parameter in found if parameter.kind is not parameter.VAR_KEYWORD]


def let_arrays_be_numbers() -> None:
    """Let simobserve, simanalyze and simalma write arrays of one number as that number.

    The tools give statistics and quantities as such arrays; CASA 6.7 formats them, which numpy 2.4 refuses.
    """
    if lacks(NUMBERS):
        return
    # With numpy, which a kernel does not need to start.
    from casawrapper.casa.versions.one_number import one_number

    utilities: Any = sys.modules[NUMBERS.module]
    statistics, value = utilities.ia.statistics, utilities.qa.getvalue
    utilities.ia.statistics = lambda *args, **kwargs: {
        key: one_number(found) for key, found in statistics(*args, **kwargs).items()
    }
    utilities.qa.getvalue = lambda *args, **kwargs: one_number(value(*args, **kwargs))


def give_simanalyze_tools() -> None:
    """Define the function by which simanalyze makes tools when it combines data sets: CASA 6.7 lacks it."""
    task: Any = sys.modules.get(COMBINED.module)
    if task is None or hasattr(task, "gentools"):
        return
    from casatools import msmetadata, table

    made = {"tb": table, "msmd": msmetadata}
    task.gentools = lambda names: tuple(made[name]() for name in names)


def figure_managers() -> dict[Any, Any] | None:
    """matplotlib's table of open figures, emptied or filled by whoever holds it; None where there is none."""
    if lacks(FIGURES):
        return None
    from matplotlib._pylab_helpers import Gcf

    figures: dict[Any, Any] = Gcf.figs
    return figures

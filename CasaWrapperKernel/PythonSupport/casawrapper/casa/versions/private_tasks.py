"""The private names of CASA's tasks and tools, and of matplotlib, in use: see private_names.py."""

from __future__ import annotations

import importlib
import inspect
import sys
from typing import Any, Callable

from casawrapper.casa.calls.pipeline import Adapter, guarded
from casawrapper.casa.versions.one_number import one_number
from casawrapper.casa.versions.private_names import (
    CHECK_TEXT,
    COMBINED,
    FIGURES,
    IMVIEW,
    MSVIEW,
    NUMBERS,
    RULES,
    behind,
    lacks,
)

CheckText = Callable[[Any, str, dict[str, Any], dict[str, Any], str], str]


def guard_task(task: object, name: str, adapter: Adapter | None) -> None:
    """Put the function behind the task object `task` behind the door."""
    module = sys.modules[type(task).__module__]
    function = getattr(module, behind(name), None)
    if function is None:
        return
    replacement = guarded(name, function, _parameters(task), adapter)
    setattr(module, behind(name), replacement)
    # casashell's twin of the task is imported later and takes the function from where it was made.
    source = sys.modules.get(function.__module__)
    for other, value in list(vars(source).items()) if source is not None else ():
        if value is function:
            setattr(source, other, replacement)


def guard_viewer(name: str, adapter: Adapter) -> None:
    """The same for casaviewer's tasks, which fetch their function anew at each call."""
    names = {"imview": IMVIEW, "msview": MSVIEW}[name]
    if not lacks(names):
        module = importlib.import_module(names.module)
        function = getattr(module, name)
        setattr(module, name, guarded(name, function, _parameters(function), adapter))


def _parameters(task: object) -> list[str]:
    found = list(inspect.signature(type(task).__call__).parameters.values())[1:]
    # sdcal takes further arguments by name and hands them on.
    return [parameter.name for parameter in found if parameter.kind is not parameter.VAR_KEYWORD]


def replace_check_text(make: CheckText) -> None:
    """Let `make` give the text for a failed check, from the errors, task, values, rules and CASA's text."""
    if lacks(CHECK_TEXT):
        return
    errors: Any = importlib.import_module(CHECK_TEXT.module)
    original = errors.create_error_string

    def create_error_string(found: Any) -> str:
        names = sys._getframe(1).f_locals
        text = original(found)
        cls = type(names.get("self")).__name__
        values = names.get("doc") or names.get("_invocation_parameters") or {}
        # casatasks' objects keep their rules in the call, casashell's in the class.
        rules = names.get(RULES) or getattr(names.get("self"), f"{cls}__schema", {})
        return make(found, cls.lstrip("_"), values, rules, text)

    errors.create_error_string = create_error_string


def let_arrays_be_numbers() -> None:
    """Let simobserve, simanalyze and simalma write arrays of one number as that number.

    The tools give statistics and quantities as such arrays; CASA 6.7 formats them, which numpy 2.4 refuses.
    """
    if lacks(NUMBERS):
        return
    utilities: Any = sys.modules[NUMBERS.module]
    statistics, value = utilities.ia.statistics, utilities.qa.getvalue
    utilities.ia.statistics = lambda *args, **kwargs: {
        key: one_number(found) for key, found in statistics(*args, **kwargs).items()}
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

    return Gcf.figs

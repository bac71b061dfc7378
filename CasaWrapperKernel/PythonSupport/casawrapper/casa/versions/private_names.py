"""Every private name of CASA and of matplotlib that this package touches, and what is lost without it.

CASA's versions differ in them: see the table of versions in docs/casa.md. The other modules whose names begin with
private_ use them, and nothing else does.
"""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from functools import cache
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from casawrapper.casa.core.errors import CasaSetupError
from casawrapper.util.messages import notice


class Names(NamedTuple):
    """Private names that stand in one module of CASA."""

    module: str
    names: tuple[str, ...]
    feature: str
    """What is off where one of them is missing."""


SHELL_MARK = "__casashell_state__"
# Folders of CASA's packages: the programs with windows, the descriptions of the tasks, the list of the tools.
PROGRAMS = "__bin__"
DESCRIPTIONS = "__xml__"
TOOL_LIST = ("private", "load_tools.py")
# casatools' extension modules.
LIBRARIES = "casatools.__casac__"
# The local variable in which a task keeps the rules for its arguments.
RULES = "schema"
# What checks them, and what writes the first and last lines of a task, and its error, into the log: in its module.
VALIDATOR = "_pc"
LINES = ("_start_log", "_end_log", "_except_log")
# What a task does, in one line: an attribute of its class.
ONE_LINE = "_info_desc_"
# CASA before 6.6.4 keeps the name of its log here, and has no casaconfig.
OLD_CONFIG = "casatasks.config"
# Where its package with the data has them.
OLD_DATA = ("casadata", "__data__")

LAUNCH, CHECK, PROCESS, ADDRESS, STUB = "__launch", "__stub_check", "__proc", "__uri", "__stub"
PLOTMS, VIEWER, SHELL = "casaplotms.private.plotmstool", "casaviewer.private.viewertool", "casashell.private"

PLOTMS_START = Names(PLOTMS, (LAUNCH, PROCESS, ADDRESS, STUB), "plotms")
PLOTMS_CHECK = Names(PLOTMS, (CHECK,), "noticing at once that plotms has died")
PLOTMS_SAVE = Names(PLOTMS, ("save",), "a picture of PDF and PostScript files")
PLOTMS_TIME = Names("casaplotms.private.task_plotms", ("time",), "plotms without its rests")
PLOTMS_DISPLAY = Names("casaplotms.private.task_plotms", ("os",), "plotms without a display")
PLOTMS_CHOICES = Names(
    "casaplotms.private.task_plotms",
    ("checkVariantString",),
    "the explanation of wrong values for plotms' axes and symbols",
)
PLOTMS_TASK = Names("casaplotms.plotms", ("_plotms_t",), "what casa-kernel does for plotms")
VIEWER_START = Names(VIEWER, (LAUNCH, PROCESS, ADDRESS, STUB), "the viewer")
VIEWER_CHECK = Names(VIEWER, (CHECK,), "noticing at once that the viewer has died")
IMVIEW = Names("casaviewer.private.task_imview", ("imview",), "what casa-kernel does for imview")
MSVIEW = Names("casaviewer.private.task_msview", ("msview",), "what casa-kernel does for msview")
_EXPLANATION = "the explanation of wrong arguments and pathlib's paths"
TYPECHECK = Names("casatools.typecheck", ("CasaValidator",), f"{_EXPLANATION} for imview and msview")
_RULES = Names("casatasks.listobs", (RULES,), "completion of True, False and some paths")
_VALIDATOR = Names("casatasks.listobs", (VALIDATOR,), f"{_EXPLANATION} for tasks")
_LINES = Names("casatasks.listobs", LINES, "turns of the tasks that threads call at once, as to their log")
_CLASS = Names("casatasks.listobs", ("_listobs",), "Tab, Shift-Tab and the verbs for tasks")
_ONE_LINE = Names("casatasks.listobs", (ONE_LINE,), "the line at Shift-Tab that says what a task does")
NUMBERS = Names("casatasks.private.simutil", ("ia", "qa"), "simobserve's and simanalyze's use of numpy 2.4")
COMBINED = Names("casatasks.private.task_simanalyze", ("simanalyze",), "simanalyze for several data sets")
FIGURES = Names("matplotlib._pylab_helpers", ("Gcf", "figs"), "showing a task's figures without touching yours")
FRAMES = Names(f"{SHELL}.stack_manip", ("find_frame", "find_local", SHELL_MARK), "inp and go")
TWIN = Names(f"{SHELL}.listobs", ("inp", "tget", "tput", "set_global_defaults"), "inp and go")
TWIN_CALL = Names(f"{SHELL}.listobs", (VALIDATOR,), f"{_EXPLANATION} after inp and go")
TOOL_METHODS = Names("casatools.__casac__.table", ("table", "open"), "pathlib's paths for CASA's tools")
HELP = Names(f"{SHELL}.init_doc", ("taskhelp", "toolhelp"), "taskhelp and toolhelp")

_TABLE: dict[str, tuple[Names, ...]] = {
    "casatools": (TYPECHECK, TOOL_METHODS),
    "casatasks": (_CLASS, _RULES, _VALIDATOR, _LINES, _ONE_LINE, NUMBERS, COMBINED, FIGURES),
    "casaplotms": (PLOTMS_TASK, PLOTMS_START, PLOTMS_CHECK, PLOTMS_SAVE, PLOTMS_TIME, PLOTMS_DISPLAY, PLOTMS_CHOICES),
    "casaviewer": (IMVIEW, MSVIEW, VIEWER_START, VIEWER_CHECK),
    "casashell": (FRAMES, TWIN, TWIN_CALL, HELP),
}
PACKAGES = tuple(_TABLE)


def problems(package: str) -> list[str]:
    """A sentence for each private name that this version of `package`, which can be imported, lacks."""
    features: dict[str, list[str]] = {}
    for names in _TABLE.get(package, ()):
        features.setdefault(lacks(names), []).append(names.feature)
    found = [_sentence(missing, *off) for missing, off in features.items() if missing]
    return found + (_unguarded(importlib.import_module(package)) if package == "casatasks" else [])


def announce(package: ModuleType) -> None:
    """Say what is off; CASA's shell is left out, because its verbs say so when they are used."""
    for sentence in problems(package.__name__):
        notice(sentence)


@cache
def lacks(names: Names) -> str:
    """Which of the names are missing, and where; empty if all are there."""
    try:
        there = _bound(importlib.import_module(names.module))
    except ModuleNotFoundError as error:
        if not names.module.startswith(error.name or names.module):
            raise  # something that CASA itself needs
        return names.module
    missing = ", ".join(name for name in names.names if name not in there)
    return f"{missing} in {names.module}" if missing else ""


def require(names: Names) -> None:
    """Raise where the feature is off."""
    if missing := lacks(names):
        raise CasaSetupError(f"{_sentence(missing, names.feature)} A newer casa-kernel may know this version.")


@cache
def mention(names: Names) -> None:
    """Say what is off, once."""
    if missing := lacks(names):
        notice(_sentence(missing, names.feature))


def _sentence(missing: str, *features: str) -> str:
    from importlib import metadata

    package = missing.split()[-1].partition(".")[0]
    try:
        version = metadata.version(package)
    except metadata.PackageNotFoundError:
        version = "of an unknown version"
    return f"{package} {version} has no {missing}, so this is off: {'; '.join(features)}."


def _bound(module: ModuleType) -> set[str]:
    """The names in a module, in its classes and in their calls, and those that its functions look for."""
    found = set(vars(module))
    for value in list(vars(module).values()):
        if isinstance(value, FunctionType):
            texts = (constant for constant in value.__code__.co_consts if isinstance(constant, str))
            found.update(text for text in texts if text.startswith("__"))
        elif isinstance(value, type) and value.__module__ == module.__name__:
            found.update(vars(value))
            # Around the calls of the tasks may be something of ours.
            call = inspect.unwrap(vars(value).get("__call__", _bound))
            found.update(getattr(call, "__code__", _bound.__code__).co_varnames)
    return found


def tasks(package: ModuleType) -> dict[str, Any]:
    """The tasks of casatasks, by their name."""
    # casalog, version and version_string stand in the same list and are no tasks.
    found = {name: getattr(package, name, None) for name in package.__all__}
    return {name: task for name, task in found.items() if type(task).__module__ == f"casatasks.{name}"}


def behind(name: str) -> str:
    """The name of the function that a task's object calls."""
    return f"_{name}_t"


def _unguarded(package: ModuleType) -> list[str]:
    missing = [
        name for name, task in tasks(package).items() if not hasattr(sys.modules[type(task).__module__], behind(name))
    ]
    if not missing:
        return []
    first, more = missing[0], len(missing) - 1
    which = f"{first} and {more} other tasks" if more else first
    return [_sentence(f"{behind(first)} in casatasks.{first}", f"what casa-kernel does for {which}")]


def task_class(name: str) -> str:
    """The name of a task's class."""
    return f"_{name}"


def task_of(cls: type) -> str | None:
    """The name of the task that is the only object of `cls`; None if it is no task's class."""
    return cls.__name__[1:] if cls.__name__ == task_class(cls.__name__[1:]) else None


def description_file(package: str, name: str) -> str:
    """The file in the folder of casatasks that describes a task."""
    return os.path.join(package, DESCRIPTIONS, f"{name}.xml")

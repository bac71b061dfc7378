"""Every private name of CASA and of matplotlib that this package touches, and what is lost without it."""

from __future__ import annotations

import importlib
import inspect
import sys
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any, Callable, Iterator, NoReturn

from .application import ProgramEnded
from .door import Adapter, guarded
from .notices import notice

if TYPE_CHECKING:
    from .application import Application

CheckText = Callable[[Any, str, dict[str, Any], dict[str, Any], str], str]
SHELL_MARK = "__casashell_state__"
_LAUNCH, _CHECK, _PROCESS, _ADDRESS, _STUB = "__launch", "__stub_check", "__proc", "__uri", "__stub"


def _have(owner: Any, names: tuple[str, ...], feature: str) -> bool:
    missing = [name for name in names if not hasattr(owner, name)]
    if missing:
        notice(f"{owner.__name__} of this CASA version lacks {', '.join(missing)}: {feature} is off.")
    return not missing


def guard_task(task: object, name: str, adapter: Adapter | None) -> None:
    """Put the function behind the task object `task` behind the door."""
    module = sys.modules[type(task).__module__]
    inner = f"_{name}_t"
    if not _have(module, (inner,), f"what casa-kernel does for {name}"):
        return
    function = getattr(module, inner)
    replacement = guarded(name, function, _parameters(task), adapter)
    setattr(module, inner, replacement)
    # casashell's twin of the task is imported later and takes the function from here.
    package = type(task).__module__.partition(".")[0]
    source = sys.modules.get(f"{package}.private.task_{name}")
    if source is not None and getattr(source, name, None) is function:
        setattr(source, name, replacement)


def guard_viewer(module: ModuleType, name: str, adapter: Adapter) -> None:
    """The same for casaviewer's tasks, which fetch their function anew at each call."""
    if _have(module, (name,), f"{name} in the notebook"):
        function = getattr(module, name)
        setattr(module, name, guarded(name, function, _parameters(function), adapter))


def _parameters(task: object) -> list[str]:
    return list(inspect.signature(type(task).__call__).parameters)[1:]


def replace_plotms_launch(tool: ModuleType, start: Callable[[], tuple[Application, str]]) -> None:
    """Let casaplotms get its program and the program's address from `start`, and know when it has ended."""
    names = (_LAUNCH, _CHECK, _PROCESS, _ADDRESS, _STUB)
    if not _have(tool, names, "starting plotms without FUSE and display"):
        return

    def launch(address: str | None = None) -> str:
        if getattr(tool, _ADDRESS) is None:
            process = None
            if address is None:
                process, address = start()
            setattr(tool, _PROCESS, process)
            setattr(tool, _ADDRESS, address)
        return getattr(tool, _ADDRESS)

    def check(stub: Any, address: str) -> Any:
        # CASA asks the program itself before each of the forty calls of a plot, and replaces a dead one
        # in the middle of them by a new one that knows nothing of the plot.
        if forget_plotms():
            raise ProgramEnded("plotms")
        return stub

    setattr(tool, _LAUNCH, launch)
    setattr(tool, _CHECK, check)


def forget_plotms(end: bool = False) -> bool:
    """Forget a plotms that has ended, or `end` the one that runs, so that the next call starts a new one."""
    tool = sys.modules["casaplotms.private.plotmstool"]
    process = getattr(tool, _PROCESS, None)
    if process is None or not end and process.poll() is None:
        return False
    process.kill()
    for name in (_PROCESS, _ADDRESS, _STUB):
        setattr(tool, name, None)
    return True


def plotms_runs() -> bool:
    """Whether there is a plotms of this process's."""
    process = getattr(sys.modules.get("casaplotms.private.plotmstool"), _PROCESS, None)
    return process is not None and process.poll() is None


def save_plotms(path: str, arguments: dict[str, Any]) -> None:
    """Let plotms write the plot that it has just drawn once more, as the PNG `path`."""
    size = [arguments[name] for name in ("highres", "dpi", "width", "height")]
    sys.modules["casaplotms.private.plotmstool"].save(path, "png", False, *size)


def replace_plotms_choice_check(task: ModuleType, explain: Callable[[str, Any, list[str]], str]) -> None:
    """Let `explain` name the values that are allowed, from a parameter, its value and those values."""
    if not _have(task, ("checkVariantString",), "the explanation of wrong values for plotms' axes and symbols"):
        return
    original = task.checkVariantString

    def check(name: str, value: Any, allowed: list[str]) -> None:
        try:
            original(name, value, allowed)
        except ValueError as error:
            raise ValueError(explain(name, value, allowed)) from error

    task.checkVariantString = check  # type: ignore[attr-defined]


def replace_viewer_launch(tool: ModuleType, start: Callable[[str], tuple[Application, str]]) -> None:
    """Let casaviewer get its program and the program's address from `start(kind)`."""
    if not _have(tool, (_LAUNCH, _CHECK, _PROCESS, _ADDRESS, _STUB),
                 "starting the viewer without FUSE and display"):
        return

    def launch(kind: str = "--server") -> str:
        if getattr(tool, _ADDRESS)[kind] is None or getattr(tool, _PROCESS)[kind] is None:
            getattr(tool, _PROCESS)[kind], getattr(tool, _ADDRESS)[kind] = start(kind)
        return getattr(tool, _ADDRESS)[kind]

    def check(kind: str) -> Any:
        if forget_viewer():
            raise ProgramEnded("The viewer")
        return getattr(tool, _STUB)[kind]

    setattr(tool, _LAUNCH, launch)
    setattr(tool, _CHECK, check)


def forget_viewer(end: bool = False) -> bool:
    """The same for the viewer."""
    tool = sys.modules["casaviewer.private.viewertool"]
    processes = getattr(tool, _PROCESS, {})
    gone = [kind for kind, process in processes.items() if process and (end or process.poll() is not None)]
    for kind in gone:
        processes[kind].kill()
        for name in (_PROCESS, _ADDRESS, _STUB):
            getattr(tool, name)[kind] = None
    return bool(gone)


def figure_managers() -> dict[Any, Any]:
    """matplotlib's table of open figures, emptied or filled by whoever holds it."""
    from matplotlib._pylab_helpers import Gcf

    return Gcf.figs


def twin(task: object, name: str) -> Any:
    """casashell's object for a task: it has inp, tget, tput, and runs with the user's variables."""
    # The object's module looks for this local variable in the frames that import it.
    casa_inp_go_state = {"last": None}  # noqa: F841
    package = type(task).__module__.partition(".")[0]
    home = "casashell.private" if package == "casatasks" else f"{package}.gotasks"
    try:
        return getattr(importlib.import_module(f"{home}.{name}"), name)
    except ModuleNotFoundError as error:
        raise RuntimeError(f"inp and go of {name} come from the Python package casashell of CASA's release, "
                           f"which has no {error.name} here:  %pip install casashell") from error


@contextmanager
def no_last_file(twin: object) -> Iterator[None]:
    """Let casashell's object for a task write none of its files for the time of a call."""

    def refuse(*_: object) -> NoReturn:
        # CASA passes over a folder that it may not write to.
        raise PermissionError

    module = sys.modules[type(twin).__module__]
    module.open = refuse  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del module.open


def help_lists() -> ModuleType:
    """casashell's module with taskhelp and toolhelp."""
    return importlib.import_module("casashell.private.init_doc")


def replace_check_text(errors: ModuleType, make: CheckText) -> None:
    """Let `make` give the text for a failed check, from the errors, task, values, rules and CASA's text."""
    if not _have(errors, ("create_error_string",), "the explanation of wrong arguments"):
        return
    original = errors.create_error_string

    def create_error_string(found: Any) -> str:
        names = sys._getframe(1).f_locals
        text = original(found)
        cls = type(names.get("self")).__name__
        values = names.get("doc") or names.get("_invocation_parameters") or {}
        # casatasks' objects keep their rules in the call, casashell's in the class.
        rules = names.get("schema") or getattr(names.get("self"), f"{cls}__schema", {})
        return make(found, cls.lstrip("_"), values, rules, text)

    errors.create_error_string = create_error_string


def let_arrays_be_numbers(utilities: ModuleType) -> None:
    """Let simobserve, simanalyze and simalma write arrays of one number as that number.

    The tools give statistics and quantities as such arrays; CASA 6.7 formats them, which numpy 2.4 refuses.
    """
    if not _have(utilities, ("ia", "qa"), "simobserve's and simanalyze's use of numpy 2.4"):
        return
    from .onenumber import one_number

    statistics, value = utilities.ia.statistics, utilities.qa.getvalue
    utilities.ia.statistics = lambda *args, **kwargs: {
        key: one_number(found) for key, found in statistics(*args, **kwargs).items()}
    utilities.qa.getvalue = lambda *args, **kwargs: one_number(value(*args, **kwargs))


def give_simanalyze_tools(task: ModuleType) -> None:
    """Define the function by which simanalyze makes tools when it combines data sets: CASA 6.7 lacks it."""
    if hasattr(task, "gentools"):
        return
    from casatools import msmetadata, table

    made = {"tb": table, "msmd": msmetadata}
    task.gentools = lambda names: tuple(made[name]() for name in names)  # type: ignore[attr-defined]

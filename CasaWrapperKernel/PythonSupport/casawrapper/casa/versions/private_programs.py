"""The private names of plotms and the viewer in use: see private_names.py."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from casawrapper.casa.core.errors import ProgramEnded
from casawrapper.casa.core.program import Program
from casawrapper.casa.versions.private_names import (
    ADDRESS,
    CHECK,
    LAUNCH,
    PLOTMS,
    PLOTMS_CHECK,
    PLOTMS_CHOICES,
    PLOTMS_DISPLAY,
    PLOTMS_SAVE,
    PLOTMS_START,
    PLOTMS_TIME,
    PROCESS,
    STUB,
    VIEWER,
    VIEWER_CHECK,
    VIEWER_START,
    lacks,
)
from casawrapper.util.interrupts import protected


def replace_plotms_launch(start: Callable[[], tuple[Program, str]]) -> None:
    """Let casaplotms get its program and the program's address from `start`, and know when it has ended."""
    if lacks(PLOTMS_START):
        return
    tool = sys.modules[PLOTMS]

    @protected
    def launch(address: str | None = None) -> str:
        if getattr(tool, ADDRESS) is None:
            process = None
            if address is None:
                process, address = start()
            setattr(tool, PROCESS, process)
            setattr(tool, ADDRESS, address)
        return str(getattr(tool, ADDRESS))

    def check(stub: Any, address: str) -> Any:
        # CASA asks the program itself before each of the forty calls of a plot, and replaces a dead one
        # in the middle of them by a new one that knows nothing of the plot.
        if forget_plotms():
            raise ProgramEnded("plotms")
        return stub

    setattr(tool, LAUNCH, launch)
    if not lacks(PLOTMS_CHECK):
        setattr(tool, CHECK, check)


def forget_plotms(end: bool = False) -> bool:
    """Forget a plotms that has ended, or `end` the one that runs, so that the next call starts a new one."""
    tool = sys.modules[PLOTMS]
    process = getattr(tool, PROCESS, None)
    if process is None or not end and process.poll() is None:
        return False
    process.kill()
    for name in (PROCESS, ADDRESS, STUB):
        setattr(tool, name, None)
    return True


def plotms_runs() -> bool:
    """Whether there is a plotms of this process's."""
    process = getattr(sys.modules.get(PLOTMS), PROCESS, None)
    return process is not None and process.poll() is None


def save_plotms(path: str, arguments: dict[str, Any]) -> None:
    """Let plotms write the plot that it has just drawn once more, as the PNG `path`."""
    if not lacks(PLOTMS_SAVE):
        size = [arguments[name] for name in ("highres", "dpi", "width", "height")]
        sys.modules[PLOTMS].save(path, "png", False, *size)


def replace_plotms_time(patience: type) -> None:
    """Let CASA's plotms task find `patience` in the place of the module `time`."""
    if not lacks(PLOTMS_TIME):
        plotms: Any = sys.modules[PLOTMS_TIME.module]
        plotms.time = patience


def replace_plotms_os(stand_in: object) -> None:
    """Let CASA's plotms task find `stand_in` in the place of the module `os`."""
    if not lacks(PLOTMS_DISPLAY):
        plotms: Any = sys.modules[PLOTMS_DISPLAY.module]
        plotms.os = stand_in


def replace_plotms_choice_check(explain: Callable[[str, Any, list[str]], str]) -> None:
    """Let `explain` name the values that are allowed, from a parameter, its value and those values."""
    if lacks(PLOTMS_CHOICES):
        return
    task: Any = sys.modules[PLOTMS_CHOICES.module]
    original = task.checkVariantString

    def check(name: str, value: Any, allowed: list[str]) -> None:
        try:
            original(name, value, allowed)
        except ValueError as error:
            raise ValueError(explain(name, value, allowed)) from error

    task.checkVariantString = check


def replace_viewer_launch(start: Callable[[str], tuple[Program, str]]) -> None:
    """Let casaviewer get its program and the program's address from `start(kind)`."""
    if lacks(VIEWER_START):
        return
    tool = sys.modules[VIEWER]

    @protected
    def launch(kind: str = "--server") -> str:
        if getattr(tool, ADDRESS)[kind] is None or getattr(tool, PROCESS)[kind] is None:
            getattr(tool, PROCESS)[kind], getattr(tool, ADDRESS)[kind] = start(kind)
        return str(getattr(tool, ADDRESS)[kind])

    def check(kind: str) -> Any:
        if forget_viewer():
            raise ProgramEnded("The viewer")
        return getattr(tool, STUB)[kind]

    setattr(tool, LAUNCH, launch)
    if not lacks(VIEWER_CHECK):
        setattr(tool, CHECK, check)


def forget_viewer(end: bool = False) -> bool:
    """The same for the viewer."""
    tool = sys.modules[VIEWER]
    processes = getattr(tool, PROCESS, {})
    gone = [kind for kind, process in processes.items() if process and (end or process.poll() is not None)]
    for kind in gone:
        processes[kind].kill()
        for name in (PROCESS, ADDRESS, STUB):
            getattr(tool, name)[kind] = None
    return bool(gone)

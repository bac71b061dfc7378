"""plotms is started before it is needed: for a cell that names it, and for users who have plotted here before.

Its start takes longer than most plots. Who never plots gets no program that waits in vain.
"""

from __future__ import annotations

import sys
import threading
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from casawrapper.casa.log import file as log_file
from casawrapper.casa.log import location
from casawrapper.casa.programs import appimage, launch
from casawrapper.casa.versions import private_programs
from casawrapper.util.imports import when_imported
from casawrapper.util.interrupts import interruptible, protected

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from casawrapper.casa.programs.process import Application

_WORD = "plotms"
_UNUSED_SECONDS = 600.0


@dataclass
class _Spare:
    """A program that starts, or waits, for the first plot."""

    options: list[str]
    started: Future[tuple[Application, str]] = field(default_factory=Future)


_lock = threading.Lock()
_spare: _Spare | None = None
_wanted = False


def install(shell: InteractiveShell) -> None:
    """Look at each cell of `shell` before and after it runs."""
    shell.events.register("pre_run_cell", lambda info: notice_code(info.raw_cell or ""))
    shell.events.register("post_run_cell", lambda result: _guess(shell, result))
    for package in ("casatools", "casatasks"):
        when_imported(package, lambda module: _begin() if _wanted else None)


def notice_code(code: str) -> None:
    """Begin if `code`, which is about to run or being typed, names plotms."""
    global _wanted
    if _WORD in code:
        _wanted = True
        _begin()


@protected
def take() -> tuple[Application, str]:
    """The program that has been started before, or a new one; an interrupted wait leaves it to the next call."""
    global _spare
    options, spare = _options(), _spare
    found = _started(spare) if spare is not None else None
    with _lock:
        if spare is None or _spare is not spare:
            # There was none, or another thread has taken it.
            spare = found = None
        else:
            _spare = None
    if spare is not None and found is not None and spare.options == options and found[0].poll() is None:
        return found
    if spare is not None:
        _end(spare)
    # A start that has failed is tried again here, where the user sees why it fails.
    return _start(options)


@interruptible
def _started(spare: _Spare) -> tuple[Application, str] | None:
    """What has been started, None if that has failed."""
    wait([spare.started], launch.LONGEST_START)
    return spare.started.result() if spare.started.done() and not spare.started.exception() else None


def _end(spare: _Spare) -> None:
    """End the program as soon as there is one."""
    spare.started.add_done_callback(lambda started: None if started.exception() else started.result()[0].kill())


def _guess(shell: InteractiveShell, result: Any) -> None:
    """Once a cell has used CASA, begin for those who have plotted before: their plotms is unpacked."""
    global _wanted
    code = getattr(getattr(result, "info", None), "raw_cell", None) or ""
    if not _wanted and "casatasks" in sys.modules and ("casatasks" in shell.user_ns or "casatasks" in code):
        _wanted = True
        image = appimage.find_appimage("casaplotms")
        if image is not None and appimage.is_appimage(image) and appimage.cached(image):
            _begin()


def _begin() -> None:
    global _spare
    # Before CASA 6.6.4 the log's name is not known until casatasks is there.
    if "casatools" not in sys.modules or not location.planned_logfile() or private_programs.plotms_runs():
        return
    with _lock:
        if _spare is not None:
            return
        spare = _spare = _Spare(_options())
    threading.Thread(target=_start_spare, args=(spare,), name="casa-kernel-plotms", daemon=True).start()


def _options() -> list[str]:
    from casatools import ctsys

    return [
        "--nopopups",
        f"--logfilename={log_file.shared(location.planned_logfile())}",
        f"--datapath={ctsys.rundata()}",
    ]


def _start(options: list[str]) -> tuple[Application, str]:
    return launch.start("plotms", "casaplotms", lambda pipe: [*options, f"--server={pipe}"])


def _start_spare(spare: _Spare) -> None:
    try:
        spare.started.set_result(_start(spare.options))
    except Exception as error:
        spare.started.set_exception(error)
        return
    timer = threading.Timer(_UNUSED_SECONDS, _end_unused, (spare,))
    timer.name = "casa-kernel-plotms-unused"
    timer.daemon = True
    timer.start()


def _end_unused(spare: _Spare) -> None:
    global _spare
    with _lock:
        if _spare is not spare:
            return
        _spare = None
    _end(spare)

"""plotms under the cell: no window, no display, no FUSE; what it writes is shown."""

from __future__ import annotations

import os
from types import ModuleType

from . import private_names
from .appimage import application
from .application import Application, program_errors
from .door import Arguments, Run
from .environment import display_variable
from .notices import notice
from .pictures import Watch, show_files
from .workspace import private_file


def adapt_tool(tool: ModuleType) -> None:
    """Let casaplotms start its program our way."""
    private_names.replace_plotms_launch(tool, _start)


def adapt(package: ModuleType) -> None:
    """Put plotms behind the door."""
    private_names.guard_task(package.plotms, "plotms", plot)


def plot(arguments: Arguments, run: Run) -> None:
    """Run plotms without a window and show every page that it writes."""
    given = arguments["plotfile"]
    if not (arguments["vis"] or arguments["caltable"] or given):
        notice("plotms has nothing to plot: give it vis='my.ms' or caltable='my.cal' "
               "(there is no plotms window in a notebook).")
        return
    if given:
        # The program's working folder is the one in which it was started.
        arguments["plotfile"] = os.path.abspath(given)
    else:
        arguments["plotfile"] = private_file("plot", f".{arguments['expformat'] or 'png'}")
    arguments["showgui"] = False
    watch = Watch(arguments["plotfile"])
    try:
        with display_variable(), program_errors("plotms"):
            run(arguments)
    except KeyboardInterrupt:
        # It would go on drawing, and refuse the next plot until it is done.
        private_names.end_plotms()
        raise
    pages = watch.written()
    show_files(pages)
    if not pages:
        notice("plotms wrote no picture; its log lines say why (often the selection holds no good data).")
    elif arguments["iteraxis"] and not arguments["exprange"]:
        notice(f"This is the first page along iteraxis='{arguments['iteraxis']}'; "
               "exprange='all' shows every page.")


def _start() -> tuple[Application, str]:
    from casatasks import casalog
    from casatools import ctsys

    # The pipe lies in our own folder: CASA's own is in /tmp and stays there when the program dies.
    pipe = private_file("plotms", ".pipe")
    os.mkfifo(pipe)
    plotms = Application("plotms", [
        application("casaplotms"), "--nopopups", f"--logfilename={casalog.logfile()}", f"--server={pipe}",
        f"--datapath={ctsys.rundata()}"])
    # Not blocking, because a program that dies never opens the pipe.
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    received = bytearray()

    def address() -> str | None:
        try:
            received.extend(os.read(reader, 4096))
        except BlockingIOError:
            return None
        return received.decode().strip() if received.endswith(b"\n") else None

    try:
        found = plotms.wait_for(address)
    finally:
        os.close(reader)
        os.unlink(pipe)
    casalog.post(f"casaplotms started: {found}")
    return plotms, found

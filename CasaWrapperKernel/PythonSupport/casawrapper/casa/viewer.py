"""imview and msview under the cell: the viewer draws into a file, which is shown."""

from __future__ import annotations

import os
from types import ModuleType
from typing import Any

from . import private_names
from .appimage import application
from .application import Application, program_errors
from .door import Arguments, Run
from .notices import notice
from .pictures import Watch, show_files
from .workspace import private_file


def adapt_tool(tool: ModuleType) -> None:
    """Let casaviewer start its program our way."""
    private_names.replace_viewer_launch(tool, _start)


def adapt_imview(task: ModuleType) -> None:
    """Put imview behind the door."""
    private_names.guard_viewer(task, "imview", view_image)


def adapt_msview(task: ModuleType) -> None:
    """Put msview behind the door."""
    private_names.guard_viewer(task, "msview", view_visibilities)


def view_image(arguments: Arguments, run: Run) -> None:
    """Run imview, into a private file if the user named none, and show what it drew."""
    if not (arguments["raster"] or arguments["contour"]):
        notice("imview has nothing to show: give it raster='my.image' or contour='my.image' "
               "(there is no viewer window in a notebook).")
        return
    out: Any = arguments["out"]
    path = out.get("file", "") if isinstance(out, dict) else out
    if not out:
        path = private_file("image", ".png")
        arguments["out"] = {"file": path, "format": "png"}
    _run_and_show(arguments, run, path)


def view_visibilities(arguments: Arguments, run: Run) -> None:
    """The same for msview."""
    if not arguments["infile"]:
        notice("msview has nothing to show: give it infile='my.ms' "
               "(there is no viewer window in a notebook).")
        return
    if not arguments["outfile"]:
        arguments.update(outfile=private_file("ms", ".png"), outformat="png")
    arguments["gui"] = False
    _run_and_show(arguments, run, arguments["outfile"])


def _run_and_show(arguments: Arguments, run: Run, path: object) -> None:
    watch = Watch(path if isinstance(path, str) and path else os.devnull)
    with program_errors("The viewer"):
        run(arguments)
    show_files(watch.written(), crop=True)


def _start(kind: str) -> tuple[Application, str, str]:
    from casatasks import casalog
    from casatools import ctsys

    known = set(_viewers(ctsys.services()))
    command = [application("casaviewer"), f"--casalogfile={casalog.logfile()}",
               f"{kind}={ctsys.registry()['uri']}", f"--datapath={ctsys.rundata()}"]
    if ctsys.getcachedir():
        command.append(f"--cachedir={os.path.expanduser(ctsys.getcachedir())}")
    viewer = Application("casaviewer", command)

    def registered() -> tuple[str, str] | None:
        new = {uri: name for uri, name in _viewers(ctsys.services()).items() if uri not in known}
        return next(iter(new.items()), None)

    address, service = viewer.wait_for(registered)
    return viewer, address, service


def _viewers(services: dict[str, dict[str, str]]) -> dict[str, str]:
    """Address and name of each viewer that has registered with CASA."""
    return {service["uri"]: service["id"] for service in services.values()
            if service.get("id", "").partition(":")[0] == "casaviewer"}

"""imview and msview under the cell: the viewer draws into a file, which is shown."""

from __future__ import annotations

import os
from collections.abc import Callable
from io import BytesIO
from typing import Any

from casawrapper.casa.calls.call import Arguments, Run
from casawrapper.casa.core.files import forget, private_file
from casawrapper.casa.core.places import obstacle
from casawrapper.casa.display.pictures import Watch, show_files, show_picture
from casawrapper.casa.log import file as log_file
from casawrapper.casa.programs import launch, locks
from casawrapper.casa.programs.process import Application
from casawrapper.casa.programs.supervised import draw, turn
from casawrapper.casa.tasks.viewer import checks, contact_sheet
from casawrapper.casa.versions import private_names, private_programs
from casawrapper.util.messages import notice

_PICTURES = ("png", "jpg", "")


def adapt_program() -> None:
    """Let casaviewer start its program our way."""
    private_programs.replace_viewer_launch(_start)


def view_image(arguments: Arguments, run: Run) -> None:
    """Run imview, into a private file if the user named none, and show what it drew."""
    if not (arguments["raster"] or arguments["contour"]):
        notice(
            "imview has nothing to show: give it raster='my.image' or contour='my.image' "
            "(there is no viewer window in a notebook)."
        )
        return
    checks.check(arguments)
    out: Any = arguments["out"]
    path, kind = _target(out)
    if contact_sheet.wanted(arguments["zoom"]):
        _show_channels(arguments, path, kind)
        return
    if not out:
        path = private_file("image", ".png")
        arguments["out"] = {"file": path, "format": "png"}

    def once() -> None:
        run(arguments)
        if kind not in _PICTURES:
            picture["out"] = {**(out if isinstance(out, dict) else {}), "file": seen.path, "format": "png"}
            run(picture)

    picture, seen = dict(arguments), Watch(private_file("image", ".png"))
    _draw_and_show(once, Watch(path), seen, "imview", arguments)


def _target(out: Any) -> tuple[str, str]:
    """The file that imview's `out` names and the kind of it."""
    path = out.get("file", "") if isinstance(out, dict) else out
    kind = out.get("format", "") if isinstance(out, dict) else ""
    return path, (kind or os.path.splitext(path)[1][1:]).lower()


def _show_channels(arguments: Arguments, path: str, kind: str) -> None:
    if arguments["contour"]:
        raise ValueError("Several channels are shown as raster only: leave out contour, or give one channel.")
    figure, words = contact_sheet.draw(arguments["raster"], arguments["zoom"])
    png = BytesIO()
    figure.savefig(png, format="png", bbox_inches="tight")
    show_picture(png.getvalue(), words)
    if path:
        figure.savefig(path, format=kind, bbox_inches="tight")


def view_visibilities(arguments: Arguments, run: Run) -> None:
    """The same for msview."""
    if not arguments["infile"]:
        notice("msview has nothing to show: give it infile='my.ms' (there is no viewer window in a notebook).")
        return
    arguments.update({name: os.path.expanduser(str(arguments[name])) for name in ("infile", "outfile")})
    if not arguments["outfile"]:
        arguments.update(outfile=private_file("ms", ".png"), outformat="png")
    arguments["gui"] = False

    def once() -> None:
        run(arguments)
        if arguments["outformat"].lower() not in _PICTURES:
            run({**arguments, "outfile": seen.path, "outformat": "png"})

    seen = Watch(private_file("ms", ".png"))
    _draw_and_show(once, Watch(arguments["outfile"]), seen, "msview", arguments)


def _draw_and_show(once: Callable[[], None], written: Watch, seen: Watch, task: str, arguments: Arguments) -> None:
    private_names.require(private_names.VIEWER_START)
    try:
        with turn, locks.explained("The viewer", _data(arguments)):
            draw("The viewer", once, private_programs.forget_viewer)
        files = written.written()
        if not any(map(os.path.getsize, files)):
            raise OSError(f"The viewer could not write {written.path}: {obstacle(written.path)}")
        show_files(files, _words(task, arguments), crop=True, pictures=seen.written())
    finally:
        forget(seen.path)
        forget(written.path)


def _data(arguments: Arguments) -> list[str]:
    """The paths of what is drawn."""
    given = [arguments.get(name) for name in ("infile", "raster", "contour")]
    parts = [one for some in given if some for one in (some if isinstance(some, list) else [some])]
    names = [str(part.get("file", "") if isinstance(part, dict) else part) for part in parts]
    return [name for name in names if name]


def _words(task: str, arguments: Arguments) -> str:
    """What the picture shows, for those who cannot see it."""
    zoom = arguments["zoom"]
    channel = zoom.get("channel") if isinstance(zoom, dict) else arguments.get("channel")
    of = ", ".join(dict.fromkeys(os.path.basename(os.path.normpath(name)) for name in _data(arguments)))
    return f"{task}: {of}" + (f", channel {channel}" if channel else "")


def _start(kind: str) -> tuple[Application, str]:
    from casatasks import casalog
    from casatools import ctsys

    def options(pipe: str) -> list[str]:
        # Given a pipe, the viewer needs no registry, which would listen on every network interface.
        # Older ones have no such folder.
        cache = getattr(ctsys, "getcachedir", str)()
        return [
            f"--casalogfile={log_file.shared(casalog.logfile())}",
            f"{kind}={pipe}",
            f"--datapath={ctsys.rundata()}",
            *([f"--cachedir={os.path.expanduser(cache)}"] if cache else []),
        ]

    return launch.start("casaviewer", "casaviewer", options)

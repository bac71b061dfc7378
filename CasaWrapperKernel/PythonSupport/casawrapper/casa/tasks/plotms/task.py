"""plotms under the cell: no window, no display, no FUSE; what it writes is shown."""

from __future__ import annotations

import os
import re
from functools import partial

from casawrapper.casa.calls.call import Arguments, Run
from casawrapper.casa.core.files import forget, private_file
from casawrapper.casa.data import selection
from casawrapper.casa.display.pictures import Watch, show_files
from casawrapper.casa.log.reader import of_this_call
from casawrapper.casa.programs import locks
from casawrapper.casa.programs.process import Application
from casawrapper.casa.programs.supervised import draw, turn
from casawrapper.casa.tasks.plotms import calibration_library, errors, new_files, prestart
from casawrapper.casa.versions import private_names, private_programs
from casawrapper.casa.versions.no_display import NoDisplay
from casawrapper.casa.versions.patience import Patience
from casawrapper.util.messages import notice

_PAPER = ("pdf", "ps")
_ONE = re.compile(r"[^,;&!*~<>]+")
# plotms draws shared axes into all later plots as well, or nothing at all, until it is started anew.
_has_shared_axes = False


def adapt_program() -> None:
    """Let plotms start its program our way and wait no longer than it must."""
    private_programs.replace_plotms_launch(_started)
    private_programs.replace_plotms_time(Patience)
    private_programs.replace_plotms_os(NoDisplay())
    private_programs.replace_plotms_choice_check(errors.allowed)


def plot(arguments: Arguments, run: Run) -> None:
    """Run plotms without a window and show every page that it writes."""
    given = arguments["plotfile"]
    if not (_data(arguments) or given):
        notice(
            "plotms has nothing to plot: give it vis='my.ms' or caltable='my.cal' "
            "(there is no plotms window in a notebook)."
        )
        return
    private_names.require(private_names.PLOTMS_START)
    arguments["showgui"] = False
    _complete_axes(arguments)
    arguments["callib"] = calibration_library.absolute(arguments["callib"])
    kind = arguments["expformat"] or os.path.splitext(given)[1][1:] or "png"
    for name in {"vis", "caltable"} & arguments.keys():
        arguments[name] = os.path.expanduser(arguments[name])
    # The program's working folder is not the user's.
    path = os.path.abspath(os.path.expanduser(given)) if given else private_file("plot", f".{kind}")
    target = os.path.dirname(path)
    if given and new_files.are_needed(path, arguments):
        path = private_file(*os.path.splitext(os.path.basename(path)))
    arguments["plotfile"] = path
    log, overwrite = of_this_call(), arguments["overwrite"]
    written, seen = Watch(path), Watch(private_file("page", ".png"))
    pages, pictures = (new_files.Pages(watch.path, arguments, _data(arguments), log) for watch in (written, seen))

    def draw_page() -> None:
        try:
            run(dict(arguments))
        finally:
            # A second attempt finds what the first has written.
            arguments["overwrite"] = True

    def once() -> None:
        pages.draw(draw_page)
        if kind in _PAPER:
            pictures.make_folders()
            private_programs.save_plotms(seen.path, arguments)

    try:
        try:
            with turn, locks.explained("plotms", [_data(arguments)]):
                _clear_shared_axes(arguments)
                draw(
                    "plotms",
                    once,
                    private_programs.forget_plotms,
                    alone=arguments["clearplots"],
                    explain=partial(errors.explain, arguments, log),
                )
        finally:
            # Also what was drawn before an interrupt.
            pages.flatten()
            pictures.flatten()
            files, existing = new_files.moved(written.written(), target, overwrite)
        _show(arguments, files, seen.written())
    finally:
        forget(seen.path)
        if kind not in _PAPER:  # of which the notebook has a picture only
            forget(path)
    new_files.refuse(existing)


def _complete_axes(arguments: Arguments) -> None:
    y = arguments["yaxis"]
    if isinstance(y, list) and len(y) > 1 and not arguments["xaxis"] and arguments["clearplots"]:
        notice("plotms draws an empty page of several y axes without an x axis, so this is xaxis='time'.")
        arguments["xaxis"] = "time"


def _clear_shared_axes(arguments: Arguments) -> None:
    global _has_shared_axes
    if arguments["clearplots"]:
        if _has_shared_axes:
            private_programs.forget_plotms(end=True)
        _has_shared_axes = False
    _has_shared_axes |= bool(arguments["iteraxis"] and (arguments["xsharedaxis"] or arguments["ysharedaxis"]))


def _show(arguments: Arguments, files: list[str], pictures: list[str]) -> None:
    """Show the `files`, in the form of `pictures` where there are some."""
    show_files(files, _words(arguments), pictures=pictures)
    if not files:
        notice("plotms wrote no picture; its log lines say why (often the selection holds no good data).")
    elif arguments["iteraxis"] and not arguments["exprange"] and _has_more_pages(arguments):
        notice(f"This is the first page along iteraxis='{arguments['iteraxis']}'; exprange='all' shows every page.")


def _has_more_pages(arguments: Arguments) -> bool:
    axis, panels = arguments["iteraxis"], arguments["gridrows"] * arguments["gridcols"]
    # A single one is chosen. Not so with antennas: one means its baselines to all others.
    if axis != "antenna" and _ONE.fullmatch(str(arguments.get(axis, ""))):
        return False
    pages = selection.count(axis, _data(arguments))
    return pages is None or pages > panels


def _data(arguments: Arguments) -> str:
    # There is no caltable before CASA 6.6.5, where vis takes calibration tables too.
    return str(arguments["vis"] or arguments.get("caltable", ""))


def _words(arguments: Arguments) -> str:
    """What the picture shows, for those who cannot see it."""
    data = os.path.basename(os.path.normpath(_data(arguments)))
    y = arguments["yaxis"]
    axes = f"{' and '.join(y) if isinstance(y, list) else y or 'amp'} vs {arguments['xaxis'] or 'time'}"
    if not arguments["vis"] and not (y and arguments["xaxis"]):
        axes = "the usual axes"  # which depend on the kind of calibration table
    chosen = [
        f"{name}='{arguments[name]}'" for name in ("field", "spw", "antenna", "scan", "correlation") if arguments[name]
    ]
    each = [f"for each {arguments['iteraxis']}"] if arguments["iteraxis"] else []
    return f"plotms: {', '.join([f'{axes} of {data}', *chosen, *each])}"


def _started() -> tuple[Application, str]:
    from casatasks import casalog

    program, address = prestart.take()
    casalog.post(f"casaplotms started: {address}")
    return program, address

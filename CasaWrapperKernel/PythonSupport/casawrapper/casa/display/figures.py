"""Show the matplotlib figures that a CASA task draws: once, and without touching the user's own."""

from __future__ import annotations

from contextlib import contextmanager
from io import BytesIO
from typing import Any, Iterator

from IPython import get_ipython
from IPython.display import display

from casawrapper.casa.display.pictures import show_picture
from casawrapper.casa.programs.supervised import turn
from casawrapper.casa.versions.private_tasks import figure_managers

_PICTURE_TYPES = ("image/png", "image/svg+xml", "image/jpeg", "application/pdf")


@contextmanager
def task_figures(words: str, show: bool = True) -> Iterator[None]:
    """Let a task draw as if no figure were open; then show what it left open (if `show`) and close it.

    `words` say what there is to see. A task that clears a figure goes on to its next page: that is shown too.
    One task draws at a time, because threads share the list of open figures.
    """
    with turn, _alone(words, show):
        yield


@contextmanager
def _alone(words: str, show: bool) -> Iterator[None]:
    import matplotlib
    import pylab
    from matplotlib import pyplot

    managers = figure_managers()
    if managers is None:
        yield
        return
    interactive = matplotlib.is_interactive()
    # CASA's tasks draw into figure 1 and close 'the current figure', which may be the user's.
    users_own = dict(managers)
    managers.clear()
    pyplot.ioff()
    clear = pylab.clf

    def clear_shown() -> None:
        if show:
            _show(pyplot.gcf(), words)
        clear()

    pylab.clf = clear_shown
    try:
        yield
        if show:
            for manager in list(managers.values()):
                _show(manager.canvas.figure, words)
    finally:
        pylab.clf = clear
        pyplot.close("all")
        managers.update(users_own)
        matplotlib.interactive(interactive)


def _show(figure: Any, words: str) -> None:
    if not figure.axes:
        return
    shell = get_ipython()
    formatters = shell.display_formatter.formatters if shell is not None else {}
    # The inline backend has registered how its user wants figures (svg, retina, size).
    if any(type(figure) in formatters[kind].type_printers for kind in _PICTURE_TYPES if kind in formatters):
        data, metadata = shell.display_formatter.format(figure)
        display({**data, "text/plain": words}, metadata=metadata, raw=True)
        return
    png = BytesIO()
    figure.savefig(png, format="png", bbox_inches="tight")
    show_picture(png.getvalue(), words)

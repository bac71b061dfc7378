"""The matplotlib figures that a CASA task draws: they are as in plain CASA, and none of its pages is lost.

A figure that is open at the end of the cell is shown then, as all of the user's are. What a task draws and then clears
or closes, to go on with its next page, is shown at that moment. What it has saved as a picture is not drawn again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import wraps
from io import BytesIO
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from casawrapper.casa.display.pictures import show_picture
from casawrapper.casa.display.sink import show
from casawrapper.casa.versions.private_tasks import figure_managers

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_HOOKS = "figure.hooks"
_PICTURE_TYPES = ("image/png", "image/svg+xml", "image/jpeg", "application/pdf")


@dataclass
class _Drawn:
    """What is known of a figure that a task draws."""

    words: str
    seen: bool = False
    file: str = ""
    """The picture as which it was saved last."""


_painter: ContextVar[_Drawn | None] = ContextVar("casa_painter", default=None)
_drawn: WeakKeyDictionary[Any, _Drawn] = WeakKeyDictionary()
_interactive: list[bool] = []
_hooked: list[type] = []


@contextmanager
def drawn_figures(words: str, in_files: bool = False) -> Iterator[None]:
    """Take care of the figures that a task draws meanwhile.

    Parameters
    ----------
    words
        What there is to see.
    in_files
        Whether the user is shown them as the files that the task writes.
    """
    import matplotlib

    _hook()
    if not _interactive:
        _interactive.append(matplotlib.is_interactive())
    before = _painter.get()
    _painter.set(_Drawn(words, seen=in_files))
    try:
        yield
    finally:
        _painter.set(before)
        _say_in_words()
        if in_files:
            for figure in _open_figures():
                if figure in _drawn:
                    figure.stale = False


def install(shell: InteractiveShell) -> None:
    """Let `shell` show at the end of a cell what tasks have drawn in it."""
    # Before the inline backend, which is loaded later, comes to show and close all open figures.
    shell.events.register("post_execute", _spare_what_was_seen)
    shell.events.register("post_run_cell", lambda result: _end_cell())


def on_new_figure(figure: Any) -> None:
    """matplotlib has made a figure (its setting figure.hooks).

    Parameters
    ----------
    figure
        It is taken for the task's that draws at this moment, and left alone if none does.
    """
    painter = _painter.get()
    if painter is not None:
        _drawn[figure] = replace(painter)


def _hook() -> None:
    """Learn of figures that are made, cleared, closed and saved."""
    import matplotlib
    from matplotlib import pyplot
    from matplotlib.backend_bases import FigureManagerBase
    from matplotlib.figure import Figure

    name = f"{__name__}:{on_new_figure.__name__}"
    # The user's own settings may have replaced the list.
    if name not in matplotlib.rcParams.get(_HOOKS, [name]):
        matplotlib.rcParams[_HOOKS] = [*matplotlib.rcParams[_HOOKS], name]
    if _hooked:
        return
    _hooked.append(Figure)
    clear, save, destroy, show = Figure.clear, Figure.savefig, FigureManagerBase.destroy, pyplot.show

    @wraps(clear)
    def clear_after_showing(self: Any, *args: Any, **options: Any) -> Any:
        _show_lost(self)
        found = clear(self, *args, **options)
        on_new_figure(self)
        return found

    @wraps(save)
    def save_and_note(self: Any, fname: Any, *args: Any, **options: Any) -> Any:
        found = save(self, fname, *args, **options)
        if self in _drawn and isinstance(fname, (str, os.PathLike)) and str(fname).endswith(".png"):
            _drawn[self].file = os.path.abspath(fname)
            # What is changed from here on makes it stale again.
            self.stale = False
        return found

    @wraps(destroy)
    def destroy_after_showing(self: Any) -> None:
        _show_lost(self.canvas.figure)
        destroy(self)

    @wraps(pyplot.show)
    def show_unless_a_task_asks(*args: Any, **options: Any) -> Any:
        # The inline backend would show and close the user's figures too; a task's own are shown at the end of the cell.
        return None if _painter.get() is not None else show(*args, **options)

    Figure.clear, Figure.savefig = clear_after_showing, save_and_note
    FigureManagerBase.destroy = destroy_after_showing
    pyplot.show = show_unless_a_task_asks
    # pylab, by which CASA's tasks draw, has a copy of pyplot's names.
    if "pylab" in sys.modules:
        setattr(sys.modules["pylab"], "show", show_unless_a_task_asks)  # noqa: B010


def _open_figures() -> list[Any]:
    return [manager.canvas.figure for manager in list((figure_managers() or {}).values())]


def _say_in_words() -> None:
    """Let IPython's text for a figure be ours; whenever the inline backend is set up, it takes all of them away."""
    from IPython import get_ipython
    from matplotlib.figure import Figure

    shell = get_ipython()
    if shell is not None:
        shell.display_formatter.formatters["text/plain"].for_type(Figure, _in_words)


def _in_words(figure: Any, printer: Any, cycle: bool) -> None:
    """The text beside a picture of `figure`; whoever asks for it shows the figure."""
    drawn = _drawn.get(figure)
    if drawn is None:
        printer.text(repr(figure))
        return
    drawn.seen = True
    printer.text(drawn.words)


def _show_lost(figure: Any) -> None:
    drawn = _drawn.pop(figure, None)
    if drawn is not None and not drawn.seen and figure.axes:
        _show(figure, drawn)


def _spare_what_was_seen() -> None:
    """Close what the inline backend would show a second time, or draw a second time."""
    if not _closes_figures():
        return
    from matplotlib import pyplot

    for figure in _open_figures():
        drawn = _drawn.get(figure)
        if drawn is None or figure.stale:
            continue
        if not drawn.seen and drawn.file and _wants_png():
            drawn.seen = _show_file(drawn)
        if drawn.seen:
            pyplot.close(figure)


def _end_cell() -> None:
    if not _interactive:
        return
    sys.modules["matplotlib"].interactive(_interactive.pop())
    from matplotlib import pyplot

    for figure in _open_figures():
        drawn = _drawn.get(figure)
        if drawn is None:
            continue
        if not drawn.seen and figure.axes:
            drawn.seen = True
            _show(figure, drawn)
        if _closes_figures():
            pyplot.close(figure)


def _closes_figures() -> bool:
    inline = sys.modules.get("matplotlib_inline.config")
    return inline is not None and bool(inline.InlineBackend.instance().close_figures)


def _wants_png() -> bool:
    from IPython import get_ipython
    from matplotlib.figure import Figure

    shell = get_ipython()
    formatters = shell.display_formatter.formatters if shell is not None else {}
    return [kind for kind in _PICTURE_TYPES if kind in formatters and Figure in formatters[kind].type_printers] in (
        [],
        ["image/png"],
    )


def _show_file(drawn: _Drawn) -> bool:
    try:
        with open(drawn.file, "rb") as file:
            show_picture(file.read(), drawn.words)
    except OSError:
        return False
    return True


def _show(figure: Any, drawn: _Drawn) -> None:
    from IPython import get_ipython

    if drawn.file and not figure.stale and _wants_png() and _show_file(drawn):
        return
    shell = get_ipython()
    formatters = shell.display_formatter.formatters if shell is not None else {}
    # The inline backend has registered how its user wants figures (svg, retina, size).
    if any(type(figure) in formatters[kind].type_printers for kind in _PICTURE_TYPES if kind in formatters):
        data, metadata = shell.display_formatter.format(figure)
        show({**data, "text/plain": drawn.words}, metadata)
        return
    png = BytesIO()
    figure.savefig(png, format="png", bbox_inches="tight")
    show_picture(png.getvalue(), drawn.words)

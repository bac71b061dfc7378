"""tclean and its kin: masks that are drawn by hand need a window."""

from __future__ import annotations

import ast
from importlib.util import find_spec
from typing import Any

from casawrapper.casa.calls.call import Adapter, Arguments, Run
from casawrapper.casa.catalog.parameters import parameters
from casawrapper.casa.core.errors import CannotRun

_WITHOUT_WINDOW = (
    "use interactive=False with usemask='auto-multithresh' or with mask='my.mask' (an image, a region file or a box; "
    "CARTA draws them)"
)


def refuse_interactive(task: str) -> Adapter:
    """For the task of this name: interactive masking needs the viewer's window; refuse it before any work is done.

    The adapter raises `CannotRun` with what does the same without a window.
    """

    def adapter(arguments: Arguments, run: Run) -> Any:
        if arguments.get("interactive"):
            raise CannotRun(
                f"interactive=True opens a window, which a notebook cannot show: {_WITHOUT_WINDOW}, or clean "
                f"interactively in the notebook with cubevis:  {_with_cubevis(task, arguments)}"
            )
        return run(arguments)

    return adapter


def _with_cubevis(task: str, arguments: Arguments) -> str:
    """The lines to type."""
    given = _given(task, arguments) if task == "tclean" else "..."
    line = f"from cubevis import iclean; iclean.notebook({given})"
    if find_spec("cubevis") is None:
        return f"%pip install cubevis anywidget  and, after a restart of the kernel,  {line}"
    return line


def _given(task: str, arguments: Arguments) -> str:
    """The arguments of a call that are not the task's defaults, as Python text."""
    known = parameters(task)
    return ", ".join(
        f"{name}={value!r}"
        for name, value in arguments.items()
        if name != "interactive" and not (name in known and _is(value, known[name].default))
    )


def _is(value: Any, text: str) -> bool:
    try:
        return bool(ast.literal_eval(text) == value)
    except (ValueError, SyntaxError):
        return False

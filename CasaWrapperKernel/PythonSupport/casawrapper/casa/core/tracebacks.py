"""What users see when a task fails: what is wrong and where they called it; %tb shows the code of CASA too."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import casawrapper
from casawrapper.casa.core.errors import BRIEF, brief

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_MOST_CALLS = 10
_OURS = os.path.dirname(casawrapper.__file__) + os.sep
_INSIDE = tuple(
    f"{os.sep}{package}{os.sep}" for package in ("casatasks", "casatools", "casaplotms", "casaviewer", "casashell")
)
# The name and source line of the C++ function, after what it says.
_THROWN = re.compile(r"\n\.\.\. thrown by .*")
_CELL_NAMES = ("<module>", "<cell line:")

Traceback = Callable[..., "list[str]"]


def install(shell: InteractiveShell, explain: Callable[[BaseException], str | None]) -> None:
    """Let `shell` show marked errors briefly, and those that `explain` has a sentence for by that sentence.

    Parameters
    ----------
    shell
        The shell whose tracebacks change. In modes of %xmode other than Context they stay as they are.
    explain
        Gives the sentence that is to stand in the place of an error's text, None for an error that says enough itself.
    """
    formatter = shell.InteractiveTB
    formatter.structured_traceback = partial(_structured, formatter, explain, formatter.structured_traceback)


def _structured(
    formatter: Any,
    explain: Callable[[BaseException], str | None],
    full: Traceback,
    etype: Any = None,
    evalue: Any = None,
    etb: Any = None,
    *args: Any,
    **options: Any,
) -> list[str]:
    """IPython's traceback, or the brief one; who has chosen another form with %xmode gets that."""
    sentence = explain(evalue)
    if sentence is not None:
        evalue.args = (sentence,)
        brief(evalue)
    if not getattr(evalue, BRIEF, _is_from_inside(evalue)) or formatter.mode != "Context":
        return full(etype, evalue, etb, *args, **options)
    # The next time the user asks for it, with %tb.
    setattr(evalue, BRIEF, False)
    text = _THROWN.sub("", str(evalue))
    return [
        f"\x1b[0;31m{type(evalue).__name__}\x1b[0m: {text}".removesuffix(": "),
        *_users_calls(evalue.__traceback__),
        "(%tb shows where CASA found this.)",
    ]


def _is_from_inside(error: Any) -> bool:
    """Whether CASA has raised the error, in a tool, which nobody marks."""
    frames = [frame for frame, _ in traceback.walk_tb(getattr(error, "__traceback__", None))]
    return bool(frames) and any(name in frames[-1].f_code.co_filename for name in _INSIDE)


def _users_calls(stack: Any) -> list[str]:
    """A line for each of the user's calls that led into CASA."""
    calls: list[str] = []
    for call in traceback.extract_tb(stack):
        if call.filename.startswith(_OURS) or any(name in call.filename for name in _INSIDE):
            break
        # A cell magic is a call that IPython has made of the cell.
        if f"{os.sep}IPython{os.sep}" not in call.filename and "get_ipython()." not in (call.line or ""):
            calls.append(_line(call))
    return calls[-_MOST_CALLS:]


def _line(call: traceback.FrameSummary) -> str:
    # Cells have no file that their users know.
    file = f"{os.path.basename(call.filename)}, " if call.line and _is_file(call.filename) else ""
    function = "" if call.name.startswith(_CELL_NAMES) else f", in {call.name}"
    return f"{file}line {call.lineno}{function}: {call.line}".removesuffix(": ")


def _is_file(path: str) -> bool:
    return path.endswith(".py") and os.path.isfile(path)

"""Answers to Tab: what IPython and CASA know about the place of the cursor."""

from __future__ import annotations

import threading
from typing import Any

from IPython.core.completer import Completion, provisionalcompleter, rectify_completions
from IPython.core.interactiveshell import InteractiveShell

from casawrapper import casa
from casawrapper.bridge import idle
from casawrapper.util.log import log
from casawrapper.util.threads import leave_alone

_PATIENCE_SECONDS = 5.0
"""Much more than jedi needs (0.2 s, on a busy machine ten times that): JupyterLab waits for a second, others longer."""
_WARM_UP = "a"


class Completions:
    """Completes code with a shell's completer.

    jedi, which IPython asks, takes long for its first answer. It is loaded in the background from the first
    question on, and until it is ready IPython answers from the objects that there are, and waits only if none fits.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._warm_up = threading.Thread(target=_warm_up, name="casa-kernel-jedi", daemon=True)
        leave_alone(self._warm_up)
        # Subshells answer in threads of their own.
        self._lock = threading.Lock()

    def answer(self, code: str, position: int) -> dict[str, Any]:
        """The content of a complete_reply."""
        with self._lock, provisionalcompleter():
            found = self._find(code, position)
        start, end = (found[0].start, found[0].end) if found else (position, position)
        types = [
            {"start": c.start, "end": c.end, "text": c.text, "type": c.type, "signature": c.signature} for c in found
        ]
        return {
            "matches": [c.text for c in found],
            "cursor_start": start,
            "cursor_end": end,
            "metadata": {"_jupyter_types_experimental": types},
        }

    def _find(self, code: str, position: int) -> list[Any]:
        completer = self._shell.Completer
        if not completer.use_jedi or self._has_loaded():
            return self._completions(code, position)
        completer.use_jedi = False
        try:
            found = self._completions(code, position)
        finally:
            completer.use_jedi = True
        if self._warm_up.ident is None:
            self._warm_up.start()
        # Without jedi IPython offers all names where nothing has been typed, inside texts too.
        found = [one for one in found if one.start < one.end or one._origin == "casa"]
        if casa.in_text(code[:position]):
            return found
        if found:
            return [_last_name(one, code) for one in found]
        self._warm_up.join(_PATIENCE_SECONDS)
        return self._completions(code, position) if self._has_loaded() else []

    def _completions(self, code: str, position: int) -> list[Any]:
        """What IPython finds, without the magics that it offers in the middle of a line too."""
        found = list(rectify_completions(code, self._shell.Completer.completions(code, position)))
        if not found or not code[: found[0].start].rpartition("\n")[2].strip():
            return found
        return [one for one in found if code[one.start : one.end].startswith("%") or not one.text.startswith("%")]

    def _has_loaded(self) -> bool:
        return self._warm_up.ident is not None and not self._warm_up.is_alive()


def _last_name(found: Completion, code: str) -> Completion:
    """An attribute without the object before it, as jedi gives it."""
    dot = code.rfind(".", found.start, found.end)
    if dot < 0 or not found.text.startswith(code[found.start : dot + 1]):
        return found
    text = found.text[dot + 1 - found.start :]
    return Completion(dot + 1, found.end, text, type=found.type, signature=found.signature)


def _warm_up() -> None:
    try:
        with idle.busy():
            import jedi

            jedi.Interpreter(_WARM_UP, [{}]).complete()
    except Exception:
        # IPython works without jedi, and says itself what is wrong with it.
        log.warning("jedi could not be loaded.", exc_info=True)

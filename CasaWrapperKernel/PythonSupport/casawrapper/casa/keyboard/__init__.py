"""Completion and Shift-Tab for CASA, in the ways that IPython offers for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core import oinspect

# Imported at once, unlike what reads CASA's files, because it must know of every task that runs.
from casawrapper.casa.data import selection  # noqa: F401
from casawrapper.casa.prompt import Prompt, task_name
from casawrapper.casa.tasks.plotms import prestart  # noqa: F401
from casawrapper.util.log import log

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def install(shell: InteractiveShell, prompt: Prompt) -> None:
    """Let `shell` complete and describe CASA's tasks."""
    _install_completion(shell, prompt)
    # The hook takes one argument since IPython 8.22; before, Shift-Tab shows IPython's own description.
    if hasattr(oinspect, "InspectorHookData"):
        shell.inspector.mime_hooks = {**shell.inspector.mime_hooks, "text/plain": _description}


def _install_completion(shell: InteractiveShell, prompt: Prompt) -> None:
    try:
        from IPython.core.completer import SimpleCompletion, context_matcher
    except ImportError:
        # IPython before 8.6 does not tell a matcher the code around the cursor.
        return

    @context_matcher(identifier="casa", priority=100)
    def casa(context: Any) -> dict[str, Any]:
        lines = context.full_text.split("\n")
        cursor = sum(len(line) + 1 for line in lines[: context.cursor_line]) + context.cursor_position
        try:
            from casawrapper.casa.keyboard.completion import complete

            prestart.notice_code(context.full_text)
            found = complete(context.full_text, cursor, shell.user_ns, prompt.task)
        except Exception:
            # No reason to disturb somebody who types.
            log.exception("A question at the keyboard could not be answered.")
            found = None
        if found is None:
            return {"completions": []}
        return {
            "completions": [SimpleCompletion(text, type=found.kind) for text in found.texts],
            "matched_fragment": found.fragment,
            "suppress": found.alone,
            "ordered": True,
        }

    shell.Completer.custom_matchers.append(casa)


def _description(data: Any) -> list[tuple[str, str]] | None:
    """IPython's parts of a description, a heading and a text each; None for its usual ones."""
    name = task_name(data.obj)
    if data.detail_level or name is None:
        return None
    from casawrapper.casa.catalog.parameters import describe

    text = describe(name)
    return [("Task", text)] if text else None


def description(name: str, user_ns: dict[str, Any]) -> str | None:
    """What Shift-Tab shows of a name of CASA's that is not loaded yet, so that nobody waits for that; else None."""
    from casawrapper.casa.keyboard.completion import describe

    return describe(name, user_ns) if name.partition(".")[0] not in user_ns else None

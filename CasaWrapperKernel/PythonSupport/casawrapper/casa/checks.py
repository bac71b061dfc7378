"""A wrong argument of a task: one sentence with its name, its value and what is allowed."""

from __future__ import annotations

import difflib
import os
import traceback
from types import ModuleType
from typing import Any, Callable

from IPython import get_ipython

from . import private_names

_TYPES = {
    "cInt": "a whole number", "cFloat": "a number", "cStr": "a text", "cBool": "True or False",
    "cDict": "a dictionary", "cRecord": "a dictionary", "cVariant": "any value",
    "cPath": "a path", "cReqPath": "a path that exists",
    "cIntVec": "a list of whole numbers", "cFloatVec": "a list of numbers", "cStrVec": "a list of texts",
    "cBoolVec": "a list of True and False", "cPathVec": "a list of paths",
    "cReqPathVec": "a list of paths that exist",
}
_LONGEST_VALUE = 200


class ParameterError(AssertionError):
    """Arguments that CASA does not take. Shown as its message; %tb shows CASA's own traceback."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self._shown = False

    def _render_traceback_(self) -> list[str]:
        # IPython asks exceptions for this, also when the user asks again, for all of it, with %tb.
        shell = get_ipython()
        if self._shown and shell is not None:
            return shell.InteractiveTB.structured_traceback(type(self), self, self.__traceback__, tb_offset=1)
        self._shown = True
        return [f"\x1b[0;31m{type(self).__name__}\x1b[0m: {self}", *self._users_line(),
                "(%tb shows where CASA found this.)"]

    def _users_line(self) -> list[str]:
        """The line that called the task."""
        calls = traceback.extract_tb(self.__traceback__)
        inside = next((number for number, call in enumerate(calls) if call.name == "__call__"), 0)
        return [f"line {calls[inside - 1].lineno}: {calls[inside - 1].line}"] if inside else []


def adapt(errors: ModuleType) -> None:
    """Let CASA's checks raise our error."""
    private_names.replace_check_text(errors, _raise)


def _raise(found: Any, task: str, values: dict[str, Any], schema: dict[str, Any], text: str) -> str:
    """Raise what `found`, the validator's errors, mean; give CASA's `text` back where that is not clear."""
    wrong = [name for name in schema if name in found and name in values]
    if not isinstance(found, dict) or not wrong:
        return text
    raise ParameterError("\n".join(_sentence(task, name, values[name], schema[name]) for name in wrong))


def _sentence(task: str, name: str, value: Any, rules: dict[str, Any]) -> str:
    shown = repr(value)
    if len(shown) > _LONGEST_VALUE:
        shown = shown[:_LONGEST_VALUE] + "..."
    alternatives = [rules, *rules.get("anyof", ())]
    return f"{task}({name}={shown}): {_problem(name, value, alternatives)}"


def _problem(name: str, value: Any, alternatives: list[dict[str, Any]]) -> str:
    types = [rule["type"] for rule in alternatives if "type" in rule]
    allowed = [choice for rule in alternatives for choice in rule.get("allowed", ()) if choice != ""]
    missing = [path for path in (value if isinstance(value, list) else [value])
               if isinstance(path, str) and not os.path.exists(os.path.expanduser(path))]
    if missing and any("ReqPath" in one for one in types):
        if missing == [""]:
            return f"give {name} the path of something that exists."
        return f"{', '.join(map(repr, missing))} does not exist in {os.getcwd()}."
    if allowed and isinstance(value, str):
        close = difflib.get_close_matches(value, allowed, 1)
        guess = f"Did you mean {close[0]!r}? " if close else ""
        choices = {choice.casefold(): choice for choice in sorted(allowed)}
        return f"{guess}{name} must be one of {', '.join(map(repr, sorted(choices.values())))}."
    kinds: Callable[[str], str] = lambda one: _TYPES.get(one, one)
    return f"{name} must be {' or '.join(dict.fromkeys(map(kinds, types))) or 'something else'}."

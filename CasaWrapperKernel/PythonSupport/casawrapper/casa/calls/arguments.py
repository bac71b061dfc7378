"""A wrong argument of a task: one sentence with its name, its value and what is allowed."""

from __future__ import annotations

import functools
import inspect
import os
from types import ModuleType
from typing import Any, Callable, Sequence

from casawrapper.casa.core.nearest import nearest
from casawrapper.casa.core.places import check_working_folder
from casawrapper.casa.core.tracebacks import brief
from casawrapper.casa.versions import private_tasks

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
    """Arguments that CASA does not take."""


def adapt(casatools: ModuleType) -> None:
    """Let CASA's checks raise our error."""
    private_tasks.replace_check_text(_raise)


def check_calls(task: type, name: str) -> None:
    """Let the class `task` say which of its parameters a wrong name may mean, and where it cannot work."""
    original = task.__call__  # type: ignore[operator]

    @functools.wraps(original)
    def call(self: object, *values: Any, **named: Any) -> Any:
        _refuse_unknown(named, original, name)
        try:
            check_working_folder()
        except FileNotFoundError as error:
            raise brief(error)
        return original(self, *values, **named)

    task.__call__ = call  # type: ignore[operator]


def _refuse_unknown(named: dict[str, Any], call: Callable[..., Any], task: str) -> None:
    # Looked up here and not for every task while CASA is imported.
    known = inspect.signature(call).parameters
    unknown = [name for name in named if name not in known]
    # sdcal hands further arguments on.
    if unknown and not any(one.kind is one.VAR_KEYWORD for one in known.values()):
        raise brief(TypeError("\n".join(f"{task} has no parameter {name!r}. {_guess(name, list(known)[1:])}".rstrip()
                                        for name in unknown)))


def _raise(found: Any, task: str, values: dict[str, Any], schema: dict[str, Any], text: str) -> str:
    """Raise what `found`, the validator's errors, mean; give CASA's `text` back where that is not clear."""
    wrong = [name for name in schema if name in found and name in values]
    if not isinstance(found, dict) or not wrong:
        return text
    raise brief(ParameterError("\n".join(_sentence(task, name, values[name], schema[name]) for name in wrong)))


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
        return f"{', '.join(map(repr, missing))} do{'es' if len(missing) == 1 else ''} not exist in {os.getcwd()}."
    if allowed and isinstance(value, str):
        return must_be_one_of(name, value, allowed)
    kinds: Callable[[str], str] = lambda one: _TYPES.get(one, one)
    return f"{name} must be {' or '.join(dict.fromkeys(map(kinds, types))) or 'something else'}."


def must_be_one_of(name: str, value: str, allowed: Sequence[str]) -> str:
    """The sentence for a `value` that is none of those that are allowed."""
    choices = {choice.casefold(): choice for choice in sorted(allowed)}
    return f"{_guess(value, allowed)}{name} must be one of {', '.join(map(repr, sorted(choices.values())))}."


def _guess(word: str, known: Sequence[str]) -> str:
    meant = nearest(word, known)
    return f"Did you mean {meant!r}? " if meant else ""

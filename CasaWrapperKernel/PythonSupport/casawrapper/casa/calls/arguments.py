"""A wrong argument of a task: one sentence with its name, its value and what is allowed."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Sequence
from typing import Any

from casawrapper.casa.calls.paths import as_text
from casawrapper.casa.core.errors import ParameterError, brief
from casawrapper.casa.core.nearest import nearest
from casawrapper.casa.core.places import check_working_folder

_TYPES = {
    "cInt": "a whole number",
    "cFloat": "a number",
    "cStr": "a text",
    "cBool": "True or False",
    "cDict": "a dictionary",
    "cRecord": "a dictionary",
    "cVariant": "any value",
    "cPath": "a path",
    "cReqPath": "a path that exists",
    "cIntVec": "a list of whole numbers",
    "cFloatVec": "a list of numbers",
    "cStrVec": "a list of texts",
    "cBoolVec": "a list of True and False",
    "cPathVec": "a list of paths",
    "cReqPathVec": "a list of paths that exist",
}
_LONGEST_VALUE = 200
_UNKNOWN = re.compile(r"_(?P<task>\w+)\.__call__\(\) got an unexpected keyword argument '(?P<name>\w+)'")
_parameters: dict[str, tuple[str, ...]] = {}


class CheckedArguments:
    """Stands in the place of a task's validator (casatools.typecheck.CasaValidator); it makes one for each call.

    CASA has one for all calls of a task, so that threads would take each other's arguments.

    Parameters
    ----------
    task
        The task's name, for the sentences about its arguments.
    validator
        CASA's class; an instance of it checks each call.
    parameters
        The names that the task takes, for `explain_unknown`.
    """

    def __init__(self, task: str, validator: type, parameters: Sequence[str]) -> None:
        self._task = task
        self._validator = validator
        self._own = threading.local()
        _parameters[task] = tuple(parameters)

    def validate(self, values: dict[str, Any], rules: dict[str, Any]) -> bool:
        """Whether the task takes these `values`; the `document` then has them in the form that it wants.

        Parameters
        ----------
        values
            The arguments by name, as the user gave them; path objects are taken as their texts.
        rules
            CASA's rules by the same names (a schema of Cerberus).

        Raises
        ------
        FileNotFoundError
            The working folder has been deleted.
        """
        check_working_folder()
        values = as_text(values)
        self._own.values, self._own.rules = values, rules
        self._own.validator = self._validator()
        return bool(self._own.validator.validate(values, rules))

    @property
    def document(self) -> dict[str, Any]:
        """The values that were last checked on this thread."""
        found: dict[str, Any] = self._own.validator.document
        return found

    @property
    def errors(self) -> Any:
        """What is wrong, for CASA to make a text of.

        Raises
        ------
        ParameterError
            In CASA's place, with one sentence for each wrong parameter.
        """
        found, values, rules = self._own.validator.errors, self._own.values, self._own.rules
        wrong = [name for name in rules if name in found and name in values]
        if not isinstance(found, dict) or not wrong:
            return found
        raise brief(ParameterError("\n".join(_sentence(self._task, name, values[name], rules[name]) for name in wrong)))


def explain_unknown(error: BaseException) -> str | None:
    """A sentence for Python's error about a parameter that a task does not have; None for all other errors."""
    found = _UNKNOWN.match(str(error)) if isinstance(error, TypeError) else None
    if found is None or found["task"] not in _parameters:
        return None
    guess = _guess(found["name"], _parameters[found["task"]])
    return f"{found['task']} has no parameter {found['name']!r}. {guess}".rstrip()


def _sentence(task: str, name: str, value: Any, rules: dict[str, Any]) -> str:
    shown = repr(value)
    if len(shown) > _LONGEST_VALUE:
        shown = shown[:_LONGEST_VALUE] + "..."
    alternatives = [rules, *rules.get("anyof", ())]
    return f"{task}({name}={shown}): {_problem(name, value, alternatives)}"


def _problem(name: str, value: Any, alternatives: list[dict[str, Any]]) -> str:
    types = [rule["type"] for rule in alternatives if "type" in rule]
    allowed = [choice for rule in alternatives for choice in rule.get("allowed", ()) if choice != ""]
    missing = [
        path
        for path in (value if isinstance(value, list) else [value])
        if isinstance(path, str) and not os.path.exists(os.path.expanduser(path))
    ]
    if missing and any("ReqPath" in one for one in types):
        if missing == [""]:
            return f"give {name} the path of something that exists."
        return f"{', '.join(map(repr, missing))} do{'es' if len(missing) == 1 else ''} not exist in {os.getcwd()}."
    if allowed and isinstance(value, str):
        return must_be_one_of(name, value, allowed)

    def kinds(one: str) -> str:
        return _TYPES.get(one, one)

    return f"{name} must be {' or '.join(dict.fromkeys(map(kinds, types))) or 'something else'}."


def must_be_one_of(name: str, value: str, allowed: Sequence[str]) -> str:
    """The sentence for a `value` that is none of those that are allowed.

    Parameters
    ----------
    name
        The parameter.
    value
        What the user gave; the sentence begins with what was probably meant, if something allowed is near.
    allowed
        What CASA takes; of words that differ in small and capital letters only one is named.
    """
    choices = {choice.casefold(): choice for choice in sorted(allowed)}
    return f"{_guess(value, allowed)}{name} must be one of {', '.join(map(repr, sorted(choices.values())))}."


def _guess(word: str, known: Sequence[str]) -> str:
    meant = nearest(word, known)
    return f"Did you mean {meant!r}? " if meant else ""

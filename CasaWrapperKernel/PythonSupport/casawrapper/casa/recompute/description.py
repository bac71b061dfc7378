"""A call of a task as the engine must know it: what it reads and makes, and what its answer depends on."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

from casawrapper.casa.calls.call import Arguments, TaskCall
from casawrapper.casa.recompute import effects
from casawrapper.casa.recompute.effects import Effect
from casawrapper.casa.recompute.surroundings import surroundings
from casawrapper.casa.recompute.values import NotPlainError, encode

# Their texts select data, and are no files though a file may have such a name.
# fmt: off
_SELECTIONS = frozenset({
    "field", "spw", "antenna", "scan", "timerange", "uvrange", "correlation", "intent", "observation", "array", "feed",
    "refant", "stokes", "chans", "box", "datacolumn", "mode",
})
# fmt: on
_EXPRESSIONS = ("mask", "region")
_BETWEEN_NAMES = re.compile(r"""[\s'"()\[\],;:*+<>=!&|^]+""")


class UnknownError(Exception):
    """It is not known what a call depends on, or does: why, in words that go on from "because"."""


def describe(call: TaskCall) -> dict[str, Any]:
    """The call for the engine's command ``look``.

    Parameters
    ----------
    call
        One of the user's.

    Raises
    ------
    UnknownError
        It has to run.
    """
    effect = effects.EFFECTS.get(call.name)
    if effect is None:
        raise UnknownError(f"it is not known what {call.name} does to files")
    reason = effects.unknown(effect, call.arguments)
    if reason:
        raise UnknownError(reason)
    outputs = {name: _output(name, effect, call.arguments) for name in effect.makes if call.arguments.get(name)}
    inputs = dict(_inputs(effect, call.arguments))
    try:
        values = {name: encode(value) for name, value in effects.values(call.arguments).items()}
        about = encode(surroundings())
    except NotPlainError as error:
        raise UnknownError(f"{error}, which is among its arguments") from error
    return {
        "task": call.name,
        "surroundings": about,
        "values": values,
        "inputs": inputs,
        "with_history": list(inputs) if effect.history else [],
        "changes": [effect.changes] if effect.changes else [],
        "outputs": outputs,
        "folder": os.getcwd(),
    }


def _output(name: str, effect: Effect, arguments: Arguments) -> dict[str, Any]:
    text = arguments[name]
    if not isinstance(text, str) or text.startswith("~") or "$" in text:
        raise UnknownError(f"{name} does not name one file")
    return {
        "path": os.path.abspath(text),
        "suffixes": list(effect.suffixes(arguments)),
        "replaces": effects.replaces(effect, arguments),
    }


def _inputs(effect: Effect, arguments: Arguments) -> Iterator[tuple[str, str]]:
    """Names and absolute paths; a file that is not there is the task's own to complain of."""
    for name, value in arguments.items():
        if name in _SELECTIONS or name in effect.makes:
            continue
        for place, text in _texts(name, value):
            path = os.path.abspath(os.path.expanduser(text))
            if os.path.exists(path):
                yield place, path
            elif name in effect.reads:
                raise UnknownError(f"{text} is not there")
            elif name in _EXPRESSIONS:
                _refuse_names(name, text)


def _refuse_names(parameter: str, text: str) -> None:
    # An expression of CASA's image language may name images anywhere; a region is text that begins with its shape.
    words = _BETWEEN_NAMES.split(text)
    if (
        parameter == "mask"
        and not re.match(r"\s*\w+\s*\[", text)
        or any(word and os.path.exists(word) for word in words)
    ):
        raise UnknownError(f"{parameter} is an expression, which may name files")


def _texts(place: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if value and "\0" not in value:
            yield place, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _texts(f"{place}.{key}", one)
    elif isinstance(value, (list, tuple)):
        for number, one in enumerate(value):
            yield from _texts(f"{place}[{number}]", one)

"""The private names of CASA's tools in use: see private_names.py."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from types import FunctionType
from typing import Any, Protocol

from casawrapper.casa.versions.private_names import TOOL_METHODS, VALIDATOR, lacks
from casawrapper.util.interrupts import interruptible, protected

Method = Callable[..., Any]

_PLAIN = frozenset((str, int, float, bool))
"""Most calls, and those in long loops, take no more than these."""
_LOG = "logsink"


class Turns(Protocol):
    """Lets calls of different threads wait for each other: `calls/turns.py`."""

    code: AbstractContextManager[Any]

    def begin(self, name: str) -> bool:
        """Wait; whether `end` must follow."""

    def end(self) -> None:
        """The call has ended."""

    def bury(self, last: list[object]) -> None:
        """Let the last reference to a tool go when its C++ code may run."""


def adapt_methods(convert: Callable[[Any], Any], turns: Turns) -> None:
    """Let every method of every tool take what `convert` makes of each of its arguments, and wait for its turn.

    The tools' own classes stay as they are. What they call is an object of the same name that SWIG has made; there this
    is done, and in the validators that the constructors of some have.

    Parameters
    ----------
    convert
        Takes and returns one value.
    turns
        The log's methods, which any thread may call at any moment, do not wait.
    """
    if lacks(TOOL_METHODS):
        return
    package = TOOL_METHODS.module.rpartition(".")[0] + "."
    for path, module in list(sys.modules.items()):
        if path.startswith(package) and isinstance(made := getattr(module, path.removeprefix(package), None), type):
            for name, method in list(vars(made).items()):
                if isinstance(method, FunctionType) and (name == "__init__" or not name.startswith("_")):
                    if made.__name__ == _LOG:
                        setattr(made, name, _converting(method, convert))
                    else:
                        shown = made.__name__ if name == "__init__" else f"{made.__name__}.{name}"
                        setattr(made, name, _in_turn(shown, interruptible(method), convert, turns))
            if made.__name__ != _LOG:
                made.__del__ = _burying(turns)  # type: ignore[attr-defined]
            validator = getattr(sys.modules.get(f"casatools.{made.__name__}"), VALIDATOR, None)
            if validator is not None:
                validator.validate = _checking(validator.validate, convert)


def _converting(method: Method, convert: Callable[[Any], Any]) -> Method:
    @wraps(method)
    def call(self: object, *values: Any, **named: Any) -> Any:
        return method(self, *map(convert, values), **{name: convert(value) for name, value in named.items()})

    return call


# One function and no more: it stands in every traceback, and table.getcell, say, needs only two microseconds.
def _in_turn(name: str, method: Method, convert: Callable[[Any], Any], turns: Turns) -> Method:
    @wraps(method)
    @protected
    def call(self: object, *values: Any, **named: Any) -> Any:
        for value in values:
            if type(value) not in _PLAIN:
                values = tuple(map(convert, values))
                break
        if named:
            named = {name: convert(value) for name, value in named.items()}
        has_begun = turns.begin(name)
        try:
            with turns.code:
                return method(self, *values, **named)
        finally:
            if has_begun:
                turns.end()

    return call


def _burying(turns: Turns) -> Method:
    def let_go(self: object) -> None:
        turns.bury([vars(self).pop("this", None)])

    return let_go


def _checking(validate: Callable[..., bool], convert: Callable[[Any], Any]) -> Callable[..., bool]:
    def call(values: dict[str, Any], *rules: Any, **options: Any) -> bool:
        return validate({name: convert(value) for name, value in values.items()}, *rules, **options)

    return call

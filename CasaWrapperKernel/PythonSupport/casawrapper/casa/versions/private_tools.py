"""The private names of CASA's tools in use: see private_names.py."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

from casawrapper.casa.versions.private_names import TOOL_METHODS, VALIDATOR, lacks

_PLAIN = frozenset((str, int, float, bool))


def convert_arguments(convert: Callable[[Any], Any]) -> None:
    """Let every method of every tool take what `convert` makes of each of its arguments.

    The tools' own classes stay as they are. What they call is an object of the same name that SWIG has made; there this
    is done, and in the validators that the constructors of some have.
    """
    if lacks(TOOL_METHODS):
        return
    package = TOOL_METHODS.module.rpartition(".")[0] + "."
    for path, module in list(sys.modules.items()):
        if path.startswith(package) and isinstance(made := getattr(module, path.removeprefix(package), None), type):
            for name, method in list(vars(made).items()):
                if isinstance(method, FunctionType) and (name == "__init__" or not name.startswith("_")):
                    setattr(made, name, _converting(method, convert))
            validator = getattr(sys.modules.get(f"casatools.{made.__name__}"), VALIDATOR, None)
            if validator is not None:
                validator.validate = _checking(validator.validate, convert)


def _converting(method: Callable[..., Any], convert: Callable[[Any], Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(self: object, *values: Any, **named: Any) -> Any:
        # Most calls, and those in long loops, take no more than these.
        if not (_PLAIN.issuperset(map(type, values)) and _PLAIN.issuperset(map(type, named.values()))):
            values = tuple(map(convert, values))
            named = {name: convert(value) for name, value in named.items()}
        return method(self, *values, **named)

    return call


def _checking(validate: Callable[..., bool], convert: Callable[[Any], Any]) -> Callable[..., bool]:
    def call(values: dict[str, Any], *rules: Any, **options: Any) -> bool:
        return validate({name: convert(value) for name, value in values.items()}, *rules, **options)

    return call

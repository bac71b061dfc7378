"""Functions in the place of others, which look like them to whoever inspects them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any


def alike(original: Callable[..., Any], replacement: Callable[..., Any]) -> Callable[..., Any]:
    """A function that does what `replacement` does and shows what `original` shows.

    Parameters
    ----------
    original
        A function written in Python.
    replacement
        Is called with all arguments of a call: those of named parameters by position, as far as that is possible.

    Returns
    -------
    callable
        Its signature, defaults, annotations, names, documentation, module and source are those of `original`, for
        ``inspect`` and for code that reads ``__code__.co_varnames``.
    """
    assert isinstance(original, FunctionType)
    signature = inspect.signature(original)
    parameters = signature.parameters.values()
    bare = [
        one.replace(annotation=one.empty, default=None if one.default is not one.empty else one.empty)
        for one in parameters
    ]
    head = str(signature.replace(parameters=bare, return_annotation=signature.empty))
    given = ", ".join(_handed_on(one) for one in parameters)
    names: dict[str, Any] = {"__replacement": replacement}
    exec(f"def made{head}:\n    return __replacement({given})", names)  # noqa: S102
    code = names["made"].__code__.replace(
        co_name=original.__code__.co_name,
        co_filename=original.__code__.co_filename,
        co_firstlineno=original.__code__.co_firstlineno,
        co_varnames=original.__code__.co_varnames[: len(names["made"].__code__.co_varnames)],
    )
    made = FunctionType(code, names, original.__name__, original.__defaults__)
    made.__kwdefaults__, made.__annotations__ = original.__kwdefaults__, dict(original.__annotations__)
    made.__qualname__, made.__module__, made.__doc__ = original.__qualname__, original.__module__, original.__doc__
    return made


def _handed_on(parameter: inspect.Parameter) -> str:
    name = parameter.name
    if parameter.kind is parameter.VAR_POSITIONAL:
        return f"*{name}"
    if parameter.kind is parameter.VAR_KEYWORD:
        return f"**{name}"
    return f"{name}={name}" if parameter.kind is parameter.KEYWORD_ONLY else name

"""Runs inside plain CASA and inside the kernel: what inspect, pickle, copy and help answer about CASA's names."""

from __future__ import annotations

import copy
import functools
import importlib
import inspect
import pickle
import pydoc
import re
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

# fmt: off
_CODE = (
    "co_varnames", "co_names", "co_freevars", "co_cellvars", "co_argcount", "co_posonlyargcount", "co_kwonlyargcount",
    "co_nlocals", "co_flags", "co_name", "co_qualname", "co_filename", "co_firstlineno",
)
# fmt: on
_FUNCTION = ("__name__", "__qualname__", "__module__", "__doc__", "__defaults__", "__kwdefaults__", "__annotations__")
_QUESTIONS = (
    "isfunction",
    "ismethod",
    "isclass",
    "isbuiltin",
    "iscoroutinefunction",
    "isgeneratorfunction",
    "isroutine",
)


def task(name: str, package: str = "casatasks") -> dict[str, Any]:
    """All answers about one of the names of a package: a task's object, its call, and the functions behind it."""
    module = importlib.import_module(package)
    value = getattr(module, name)
    found = {f"{name}: {question}": answer for question, answer in _about(value)}
    own = sys.modules.get(f"{package}.{name}")
    if own is not None and own is not value:
        found[f"{name}: the same object in its module"] = getattr(own, name, None) is value
        found[f"{name}: names of its module"] = sorted(vars(own))
    found[f"{name}: the same object when asked again"] = getattr(module, name) is value
    private = sys.modules.get(f"casatasks.private.task_{name}")
    if private is not None:
        found[f"names of {private.__name__}"] = sorted(vars(private))
        for key, one in sorted(vars(private).items()):
            if callable(one) and getattr(one, "__module__", None) == private.__name__:
                found |= {f"{private.__name__}.{key}: {question}": answer for question, answer in _about(one)}
    return found


def tool(name: str) -> dict[str, Any]:
    """All answers about one of casatools' classes, its methods and an object of it."""
    cls = getattr(importlib.import_module("casatools"), name)
    found = {f"{name}: {question}": answer for question, answer in _about(cls)}
    for method in dir(cls):
        if not method.startswith("_"):
            found |= {f"{name}.{method}: {question}": answer for question, answer in _about(getattr(cls, method))}
    made = cls()
    found |= {f"{name}(): {question}": answer for question, answer in _about(made)}
    return found


def names(package: str) -> dict[str, Any]:
    """All answers about a package itself."""
    module = importlib.import_module(package)
    return {
        "dir": dir(module),
        "all": getattr(module, "__all__", None),
        "file": module.__file__,
        "doc": module.__doc__,
        "repr": repr(module),
        "spec": repr(module.__spec__),
        "loader": type(module.__loader__).__name__,
        "order": [name for name in vars(module) if name[:2] != "__"],
        **{f"type of {name}": type(value).__name__ for name, value in vars(module).items() if name[:2] != "__"},
    }


def _about(value: Any) -> Iterator[tuple[str, Any]]:
    """What is the same for every object, and more for a function, a method, and an object that can be called."""
    yield "type", f"{type(value).__module__}.{type(value).__qualname__}"
    yield "classes", [cls.__name__ for cls in type(value).__mro__]
    yield "repr", _without_addresses(repr(value))
    yield "dir", dir(value)
    yield "names", sorted(getattr(value, "__dict__", ()))
    yield "names of its class", sorted(vars(type(value)))
    yield "callable", callable(value)
    yield "FunctionType", isinstance(value, types.FunctionType)
    for question in _QUESTIONS:
        yield question, getattr(inspect, question)(value)
    yield "is itself", value == value and hash(value) == hash(value)
    yield "__wrapped__", hasattr(value, "__wrapped__")
    yield "getdoc", _answer(inspect.getdoc, value)
    yield "getmodule", _answer(lambda: getattr(inspect.getmodule(value), "__name__", None))
    for ask in (
        inspect.signature,
        inspect.getfullargspec,
        inspect.getsourcefile,
        inspect.getfile,
        inspect.getsourcelines,
    ):
        yield ask.__name__, _answer(ask, value)
    yield "help", _without_addresses(pydoc.plain(_answer(pydoc.render_doc, value)))
    yield "pickle", _answer(pickle.dumps, value)
    yield "unpickled is it", _answer(lambda: pickle.loads(pickle.dumps(value)) is value)
    yield "copy", _answer(lambda: (type(copy.copy(value)).__qualname__, copy.copy(value) is value))
    yield "deepcopy", _answer(lambda: (type(copy.deepcopy(value)).__qualname__, copy.deepcopy(value) is value))
    if callable(value):
        yield "partial", _answer(lambda: inspect.signature(functools.partial(value)))
        yield "wraps", _answer(_wrapped, value)
    if isinstance(value, types.FunctionType):
        yield from _about_function(value)
    elif isinstance(vars(type(value)).get("__call__"), types.FunctionType):
        for question, answer in _about(type(value).__call__):
            yield f"__call__ {question}", answer


def _about_function(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    for name in _CODE:
        yield name, getattr(function.__code__, name, None)
    for name in _FUNCTION:
        yield name, _without_addresses(repr(getattr(function, name)))
    yield "closure", function.__closure__ is None
    yield "unwrapped is it", inspect.unwrap(function) is function
    yield "globals", function.__globals__.get("__name__")
    yield "as CASA reads it", function.__code__.co_varnames[: function.__code__.co_argcount]


def _wrapped(value: Callable[..., Any]) -> list[Any]:
    @functools.wraps(value)
    def wrapper() -> None:
        pass

    return [
        getattr(wrapper, "__name__", None),
        wrapper.__doc__,
        sorted(wrapper.__dict__),
        _answer(inspect.signature, wrapper),
    ]


def _answer(ask: Callable[..., Any], *values: Any, **options: Any) -> Any:
    """The answer, or the error that is the answer."""
    try:
        found = ask(*values, **options)
    except Exception as error:
        return f"{type(error).__name__}: {_without_addresses(str(error))}"
    return found if isinstance(found, (bytes, str, bool, type(None))) else _without_addresses(repr(found))


def _without_addresses(text: str) -> str:
    return re.sub(r"0x[0-9a-f]+", "<address>", text)

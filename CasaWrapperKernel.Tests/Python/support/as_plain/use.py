"""Runs inside plain CASA and inside the kernel: what users do with the dictionaries that tasks return."""

from __future__ import annotations

import ast
import copy
import json
import pickle
import pprint
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

_IN_ANOTHER_PROCESS = "import pickle, sys\nvalue = pickle.load(sys.stdin.buffer)\nprint(type(value), repr(value))"


def uses(value: Any) -> dict[str, Any]:
    """What each use of `value` gives, or the error that it ends with."""
    return {name: _outcome(use, value) for name, use in _USES.items()}


def _outcome(use: Callable[[Any], Any], value: Any) -> Any:
    try:
        found = use(value)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return found if isinstance(found, (bytes, str, bool)) else repr(found)


def _types(value: Any) -> Any:
    """The types of a value and of all that is in it."""
    if isinstance(value, Mapping):
        return type(value).__qualname__, {key: _types(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value).__qualname__, [_types(one) for one in value]
    return type(value).__qualname__


def _elsewhere(value: Any) -> str:
    """What a Python that knows nothing of a notebook reads of the pickled value."""
    return subprocess.run(
        [sys.executable, "-I", "-c", _IN_ANOTHER_PROCESS],
        input=pickle.dumps(value),
        check=True,
        capture_output=True,
        timeout=60,
    ).stdout.decode()


def _yaml(value: Any) -> str:
    import yaml

    return str(yaml.safe_dump(value))


def _any_yaml(value: Any) -> str:
    import yaml

    return str(yaml.dump(value))


def _with_names(**values: Any) -> list[str]:
    return list(values)


def _matched(value: Any) -> str:
    match value:
        case {**rest}:
            return f"{type(rest).__qualname__} of {len(rest)}"
        case _:
            return "no dictionary"


_USES: dict[str, Callable[[Any], Any]] = {
    "type": type,
    "type is dict": lambda value: type(value) is dict,
    "isinstance": lambda value: isinstance(value, dict),
    "classes": lambda value: type(value).__mro__,
    "dir": dir,
    "types inside": _types,
    "repr": repr,
    "str": str,
    "format": lambda value: f"{value}",
    "pprint": pprint.pformat,
    "yaml.safe_dump": _yaml,
    "yaml.dump": _any_yaml,
    "json": json.dumps,
    "json with a default": lambda value: json.dumps(value, default=repr, sort_keys=True),
    "json with numbers": lambda value: json.dumps(value, default=lambda one: one.tolist()),
    "pickle": pickle.dumps,
    "pickle protocol 0": lambda value: pickle.dumps(value, 0),
    "unpickled elsewhere": _elsewhere,
    "copy": lambda value: (type(copy.copy(value)), copy.copy(value).keys()),
    "deepcopy": lambda value: (type(copy.deepcopy(value)), repr(copy.deepcopy(value))),
    "its own copy": lambda value: type(value.copy()),
    "or": lambda value: type(value | {}),
    "its type": lambda value: type(value)(value),
    "equal": lambda value: value == value and repr(value) == repr(dict(value)),
    "**": lambda value: _with_names(**value),
    "{**}": lambda value: (type({**value}), {**value}),
    "*": lambda value: [*value],
    "items": lambda value: list(value.items()),
    "match": _matched,
    "literal_eval": lambda value: ast.literal_eval(repr(value)),
    "hash": hash,
    "size": sys.getsizeof,
    "what a notebook asks": lambda value: [
        name for name in ("_repr_html_", "_ipython_display_", "_repr_mimebundle_") if hasattr(value, name)
    ],
}

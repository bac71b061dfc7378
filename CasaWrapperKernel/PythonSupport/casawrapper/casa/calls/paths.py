"""pathlib's paths in the arguments of a call, as the texts that CASA takes."""

from __future__ import annotations

import operator
import os
from typing import Any

from casawrapper.casa.calls.call import Arguments

# Lists of paths are short; what a longer one holds are numbers.
_MOST_PATHS = 1000


def as_text(arguments: Arguments) -> Arguments:
    """The same arguments with a text in the place of each path object, also of those in lists and dictionaries."""
    return {name: text_of(value) for name, value in arguments.items()}


def text_of(value: Any) -> Any:
    """The text of a path object; a new list, tuple or dictionary for one that has some in it; else `value` itself.

    Parameters
    ----------
    value
        Anything. Lists, tuples and dictionaries of more than 1000 items are taken to hold no paths.

    Returns
    -------
    object
        Arrays, numbers and texts are always handed back as they are, never as copies.
    """
    kind = type(value)
    if kind in (list, tuple) and 0 < len(value) <= _MOST_PATHS:
        found = [text_of(one) for one in value]
        return value if all(map(operator.is_, found, value)) else kind(found)
    if kind is dict and 0 < len(value) <= _MOST_PATHS:
        named = as_text(value)
        return value if all(map(operator.is_, named.values(), value.values())) else named
    # Texts of a kind of their own are texts already.
    return os.fsdecode(value) if hasattr(kind, "__fspath__") and not isinstance(value, str) else value

"""Answers that hold as long as the same packages are installed."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Hashable
from typing import TypeVar

T = TypeVar("T")
# Nothing is installed into Python's own folders, nor into the working folder, which changes all the time.
_LIBRARY = os.path.dirname(os.__file__)
_FIXED = {
    "",
    os.curdir,
    _LIBRARY,
    os.path.join(_LIBRARY, "lib-dynload"),
    *(path for path in sys.path if path.endswith(".zip")),
}
_State = tuple[tuple[str, int], ...]


def while_installed(function: Callable[..., T]) -> Callable[..., T]:
    """Remember what `function` gives until something is installed: sys.path or one of its folders changes.

    Parameters
    ----------
    function
        Its arguments can be keys of a dictionary, and are given by position. What it returns is shared by all who ask,
        so nobody may change it.
    """
    remembered: dict[_State, dict[Hashable, T]] = {}

    @functools.wraps(function)
    def answer(*arguments: Hashable) -> T:
        state = _state()
        if state not in remembered:
            remembered.clear()
        answers = remembered.setdefault(state, {})
        if arguments not in answers:
            answers[arguments] = function(*arguments)
        return answers[arguments]

    return answer


def _state() -> _State:
    return tuple((path, _changed(path)) for path in sys.path if path not in _FIXED)


def _changed(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0

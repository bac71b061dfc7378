"""Coroutines that have begun before it was known that they need an event loop."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from typing import Any, TypeVar

T = TypeVar("T")


async def resumed(coroutine: Coroutine[Any, Any, T], waits_for: Any) -> T:
    """Go on with a `coroutine` whose last step has said what it `waits_for`.

    Parameters
    ----------
    coroutine
        One that has been sent None once, outside of an event loop.
    waits_for
        What it gave then.

    Returns
    -------
    object
        What the coroutine returns; its errors are raised.
    """
    found: T = await _Begun(coroutine, waits_for)
    return found


class _Begun:
    def __init__(self, coroutine: Coroutine[Any, Any, T], waits_for: Any) -> None:
        self._coroutine = coroutine
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, Any]:
        waits_for = self._waits_for
        try:
            while True:
                try:
                    value = yield waits_for
                except BaseException as error:
                    waits_for = self._coroutine.throw(error)
                else:
                    waits_for = self._coroutine.send(value)
        except StopIteration as end:
            return end.value

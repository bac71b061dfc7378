"""What the main thread does in small steps while nobody asks anything of it."""

from __future__ import annotations

import asyncio
import contextvars
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from casawrapper.bridge import host

BEGIN_SECONDS = 0.3
"""So long after a request begins a time with nothing to do: front ends send several one after the other."""
_AGAIN_SECONDS = 2.0
_OURS = "casa-kernel-"

_turn = threading.Condition()
_busy = 0


@contextmanager
def busy() -> Iterator[None]:
    """A time in which another of the kernel's threads may import modules: no step begins, and one is waited for."""
    global _busy
    with _turn:
        _busy += 1
    try:
        yield
    finally:
        with _turn:
            _busy -= 1


class Idle:
    """Takes the steps on an event loop's thread.

    Parameters
    ----------
    loop
        The event loop of the main thread.
    step
        Does a little and says whether there is more to do.
    is_free
        Says whether no request is being answered.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, step: Callable[[], bool], is_free: Callable[[], bool]) -> None:
        self._loop = loop
        self._step = step
        self._is_free = is_free
        self._next: asyncio.TimerHandle | None = None
        self._known = set(threading.enumerate())

    def wait(self, seconds: float) -> None:
        """Begin when nothing has happened for so long."""
        if self._next is not None:
            self._next.cancel()
        # An empty context, or it would be done in the name of a request.
        self._next = self._loop.call_later(seconds, self._take_step, context=contextvars.Context())

    def _take_step(self) -> None:
        self._next = None
        if not self._is_free() or host.in_child():
            return
        with _turn:
            if _busy or self._is_in_use():
                self.wait(_AGAIN_SECONDS)
            elif self._step():
                self.wait(0)

    def _is_in_use(self) -> bool:
        """Whether code of the user's runs beside the cells, or something looks at all that Python does."""
        threads = (one for one in threading.enumerate() if one not in self._known)
        return (
            bool(asyncio.all_tasks(self._loop))
            or sys.gettrace() is not None
            or not all(thread.name.startswith(_OURS) for thread in threads)
        )

"""CASA calls of different threads take turns: those of tasks, and those of the tools' methods outside of tasks.

CASA's C++ code is not made for two calls at once, on whatever data: they end the process. Even ``quanta`` beside
``visstat``, or the table tool on a set that a task has open, ended it within six seconds (docs/reliability.md). A
widget's button, a comm handler in a subshell or a thread of the user's may make one while a cell runs another.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from threading import get_ident, get_native_id
from typing import Any, NamedTuple

from casawrapper.casa.calls.call import CallRecord
from casawrapper.casa.calls.pipeline import Proceed
from casawrapper.util.interrupts import interruptible, protected
from casawrapper.util.messages import notice
from casawrapper.util.running import cell_number

_PATIENCE_SECONDS = 1.0
_THREADS = "/proc/self/task"


class _Holder(NamedTuple):
    """Who has the turn; kept as a plain tuple, since calls of tools may take no more than two microseconds."""

    name: str
    cell: int
    thread: int
    native_thread: int

    def who(self) -> str:
        """The caller, for the user."""
        if self.cell:
            return f"cell {self.cell}"
        names = [thread.name for thread in threading.enumerate() if thread.ident == self.thread]
        return names[0] if names else "another thread"

    def has_ended(self) -> bool:
        """Whether its thread has ended without giving the turn back: C code can do that, and Python does not notice."""
        return os.path.isdir(_THREADS) and not os.path.exists(f"{_THREADS}/{self.native_thread}")


class _Place(NamedTuple):
    """Who waits."""

    thread: int
    is_next: threading.Event


class Turns:
    """A turn that one thread has at a time; calls inside that thread's call belong to it.

    A finalizer may run in the midst of these methods and call a tool: nothing here makes a thread wait for itself.

    Parameters
    ----------
    is_on
        Off, no call waits for another one.
    """

    def __init__(self, is_on: bool = True) -> None:
        self.code: AbstractContextManager[Any] = nullcontext()
        """To be entered where a tool's C++ code runs, for which Python's other threads need not wait."""
        self._is_on = is_on
        self._thread = 0
        self._call: tuple[str, int, int, int] | None = None
        self._waiting: deque[_Place] = deque()
        self._buried: deque[object] = deque()
        self._free()
        os.register_at_fork(after_in_child=self._start_anew)

    def stage(self, record: CallRecord, proceed: Proceed) -> Any:
        """Let a call of a task wait for the calls of other threads; an interrupt ends the wait.

        After one second of waiting the user is told for whom.
        """
        has_begun = self.begin(record.call.name)
        try:
            return proceed()
        finally:
            if has_begun:
                self.end()

    @protected
    def begin(self, name: str) -> bool:
        """Wait for the turn as `stage` does; for protected code, so that no interrupt parts begin and end.

        Parameters
        ----------
        name
            Of the call, as the user knows it: ``listobs``, ``table.open``.

        Returns
        -------
        bool
            Whether it is to be given back by `end`: not by calls inside another one.
        """
        thread = get_ident()
        if self._thread == thread or not self._is_on:
            return False
        if self._waiting or not self._turn.acquire(False):
            self._wait(name)
        self._thread = thread
        self._call = (name, cell_number.get(), thread, get_native_id())
        return True

    @protected
    def end(self) -> None:
        """Give the turn back."""
        if self._buried:
            with self.code:
                self._buried.clear()
        self._thread, self._call = 0, None
        self._turn.release()
        if self._waiting:
            self._wake()

    def is_taken(self) -> bool:
        """Whether a call of any thread runs."""
        call = self._call
        return call is not None and not self._is_abandoned(call)

    @contextmanager
    def without_code(self) -> Iterator[None]:
        """No other thread's C++ code runs meanwhile, unless it does so for more than a second."""
        taken = self._is_on and self._code.acquire(timeout=_PATIENCE_SECONDS)
        try:
            yield
        finally:
            if taken:
                self._code.release()

    @protected
    def bury(self, last: list[object]) -> None:
        """Let go of what runs C++ code when it goes, now if no other thread has the turn, else at its end.

        Parameters
        ----------
        last
            Holds the last reference to it, and is emptied: a finalizer, which calls this, must not wait.
        """
        if not self._is_on or self._thread == get_ident():
            with self.code:
                last.clear()
        elif not self._waiting and self._turn.acquire(False):
            try:
                with self.code:
                    last.clear()
            finally:
                self._turn.release()
        else:
            self._buried.extend(last)
            last.clear()

    @protected
    def _wait(self, name: str) -> None:
        place, since, told = _Place(get_ident(), threading.Event()), time.monotonic(), None
        self._waiting.append(place)
        try:
            while self._waiting[0].thread != place.thread or not self._turn.acquire(False):
                _sleep(place.is_next)
                place.is_next.clear()
                call = self._call
                if call is not None and self._is_abandoned(call):
                    if self._waiting[0] is place and self._call is call:
                        self._free()
                elif call is not None and call is not told and time.monotonic() >= since + _PATIENCE_SECONDS:
                    told = call
                    _tell(name, _Holder(*call))
        finally:
            self._waiting.remove(place)
            self._wake()

    def _wake(self) -> None:
        with suppress(IndexError):
            self._waiting[0].is_next.set()

    @staticmethod
    def _is_abandoned(call: tuple[str, int, int, int]) -> bool:
        return _Holder(*call).has_ended()

    def _free(self) -> None:
        self._code = threading.RLock()
        if self._is_on:
            self.code = self._code
        # Of the same thread, so that a finalizer between taking it and noting that can take it too.
        self._turn = threading.RLock()
        self._thread, self._call = 0, None

    def _start_anew(self) -> None:
        # A forked child has only the thread that forked: nobody else has a turn there.
        self._waiting.clear()
        call = self._call
        if self._thread != get_ident() or call is None:
            self._free()
        else:
            self._call = (*call[:3], get_native_id())


@interruptible
def _sleep(place: threading.Event) -> None:
    place.wait(_PATIENCE_SECONDS)


def _tell(name: str, holder: _Holder) -> None:
    notice(f"{name} waits for {holder.name}, which {holder.who()} runs: CASA can do one thing at a time.")


turns = Turns(os.environ.get("CASA_KERNEL_TURNS", "").lower() != "off")
"""The turns of this process; ``CASA_KERNEL_TURNS=off`` in its environment switches them off."""

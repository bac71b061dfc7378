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
from contextlib import suppress
from threading import get_ident, get_native_id
from typing import Any, NamedTuple

from casawrapper.casa.calls.call import CallRecord
from casawrapper.casa.calls.pipeline import Proceed
from casawrapper.util.interrupts import interruptible, protected
from casawrapper.util.messages import notice
from casawrapper.util.running import cell_number

_SWITCH = "CASA_KERNEL_TURNS"
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


class Turns:
    """A turn that one thread has at a time; calls inside that thread's call belong to it."""

    def __init__(self) -> None:
        self.code = threading.RLock()
        """To be held while a tool's C++ code runs, which Python's other threads need not wait for."""
        self._turn = threading.Lock()
        self._thread = 0
        self._call: tuple[str, int, int, int] | None = None
        self._waiting: deque[threading.Event] = deque()
        self._told: dict[int, tuple[str, int, int, int]] = {}
        os.register_at_fork(after_in_child=self._start_anew)

    def stage(self, record: CallRecord, proceed: Proceed) -> Any:
        """Let a call of a task wait for the calls of other threads; an interrupt ends the wait.

        After one second of waiting the user is told for whom. With ``CASA_KERNEL_TURNS=off`` in the environment no call
        waits.
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
        if self._thread == thread:
            return False
        if self._waiting or not self._turn.acquire(False):
            if os.environ.get(_SWITCH, "").lower() == "off":
                return False
            self._wait(name)
        self._thread = thread
        self._call = (name, cell_number.get(), thread, get_native_id())
        return True

    @protected
    def end(self) -> None:
        """Give the turn back."""
        self._thread, self._call = 0, None
        self._turn.release()
        if self._waiting:
            self._wake()

    def is_taken(self) -> bool:
        """Whether a call of any thread runs."""
        call = self._call
        return call is not None and not _Holder(*call).has_ended()

    @protected
    def _wait(self, name: str) -> None:
        place, since = threading.Event(), time.monotonic()
        self._waiting.append(place)
        try:
            while self._waiting[0] is not place or not self._turn.acquire(False):
                _sleep(place)
                place.clear()
                self._look_after(name, since)
        finally:
            self._waiting.remove(place)
            self._wake()

    def _wake(self) -> None:
        with suppress(IndexError):
            self._waiting[0].set()

    def _look_after(self, name: str, since: float) -> None:
        call, thread = self._call, get_ident()
        if call is None:
            return
        holder = _Holder(*call)
        if holder.has_ended():
            self._thread, self._call, self._turn = 0, None, threading.Lock()
        elif time.monotonic() >= since + _PATIENCE_SECONDS and self._told.get(thread) is not call:
            self._told[thread] = call
            notice(f"{name} waits for {holder.name}, which {holder.who()} runs: CASA can do one thing at a time.")

    def _start_anew(self) -> None:
        # A forked child has only the thread that forked: nobody else has a turn there.
        self.code = threading.RLock()
        self._waiting.clear()
        if self._thread != get_ident():
            self._thread, self._call, self._turn = 0, None, threading.Lock()


@interruptible
def _sleep(place: threading.Event) -> None:
    place.wait(_PATIENCE_SECONDS)


turns = Turns()
"""The turns of this process."""

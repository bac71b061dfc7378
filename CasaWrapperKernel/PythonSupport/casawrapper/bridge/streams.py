"""sys.stdout and sys.stderr of a cell, and the questions it asks."""

from __future__ import annotations

import getpass
import io
import os
import sys
import threading
from typing import Any

import _casa_host

from casawrapper.bridge import host


class HostStream(io.TextIOBase):
    """A text stream whose ``write`` is the host's own function: a print costs no Python call."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: str, descriptor: int) -> None:
        self.name = name
        self._descriptor = descriptor
        self.write = getattr(_casa_host, "write_" + name)

    def fileno(self) -> int:
        """The descriptor that the host captures, so that child processes given this stream show under the cell."""
        return self._descriptor

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True


def install() -> None:
    """Put the host's streams and questions in place of Python's own."""
    sys.stdout = sys.__stdout__ = HostStream("stdout", 1)
    sys.stderr = sys.__stderr__ = HostStream("stderr", 2)
    import builtins

    builtins.input = _input
    getpass.getpass = _getpass
    threading.Thread.start = _start_under_cell(threading.Thread.start)
    os.register_at_fork(after_in_child=_write_to_descriptors)


def _input(prompt: Any = "", /) -> str:
    """Ask the user for a line of text, in a box under the cell."""
    return host.ask(str(prompt), password=False)


def _getpass(prompt: str = "Password: ", stream: Any = None) -> str:
    """Ask the user for a line of text that is not shown."""
    return host.ask(prompt, password=True)


def _start_under_cell(start: Any) -> Any:
    """Threads print under the cell that started them; Python gives a new thread an empty context."""

    def start_with_request(self: threading.Thread) -> None:
        job, run = host.current_job.get(), self.run

        def run_under_cell() -> None:
            host.enter(job)
            run()

        self.run = run_under_cell
        start(self)

    return start_with_request


def _write_to_descriptors() -> None:
    """In a forked child the host's threads are gone; what it prints comes to the parent through descriptors 1 and 2."""
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        stream = open(descriptor, "w", encoding="utf-8", errors="replace", buffering=1, closefd=False)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)

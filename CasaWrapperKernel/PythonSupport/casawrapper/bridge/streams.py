"""sys.stdout and sys.stderr of a cell, and the questions it asks."""

from __future__ import annotations

import getpass
import io
import os
import signal
import sys
import threading
from typing import Any, TextIO

import _casa_host
from casawrapper.bridge import host

_streams: list[HostStream] = []


class HostStream(io.TextIOBase):
    """A text stream whose ``write`` is the host's own function: a print costs no Python call.

    Parameters
    ----------
    name
        stdout or stderr.
    descriptor
        The process's own: 1 or 2.
    """

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: str, descriptor: int) -> None:
        self.name = name
        self._descriptor = descriptor
        setattr(self, "write", getattr(_casa_host, "write_" + name))  # noqa: B010
        _streams.append(self)

    def fileno(self) -> int:
        """The descriptor that the host captures, so that child processes given this stream show under the cell."""
        return self._descriptor

    def write_to(self, file: TextIO) -> None:
        """In a forked child: from here on what is written goes there, whoever has kept this stream."""
        setattr(self, "write", file.write)  # noqa: B010
        setattr(self, "flush", file.flush)  # noqa: B010

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True


def install() -> None:
    """Put the host's streams and questions in place of Python's own."""
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        _replace(name, HostStream(name, descriptor))
    import builtins

    builtins.input = _input
    getpass.getpass = _getpass
    setattr(threading.Thread, "start", _start_under_cell(threading.Thread.start))  # noqa: B010
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

        setattr(self, "run", run_under_cell)  # noqa: B010
        start(self)

    return start_with_request


def _write_to_descriptors() -> None:
    """In a forked child the host's threads are gone; what it prints comes to the parent through descriptors 1 and 2."""
    for stream in _streams:
        # The child prints to it until it ends; so do logging's handlers, which keep the stream they were made with.
        file = open(stream.fileno(), "w", encoding="utf-8", errors="replace", buffering=1, closefd=False)  # noqa: SIM115
        stream.write_to(file)
        if getattr(sys, stream.name) is stream:
            _replace(stream.name, file)
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # not the host's handler, which ends the kernel


def _replace(name: str, stream: TextIO | io.TextIOBase) -> None:
    setattr(sys, name, stream)
    setattr(sys, f"__{name}__", stream)

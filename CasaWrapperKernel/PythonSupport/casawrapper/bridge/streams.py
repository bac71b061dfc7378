"""sys.stdout and sys.stderr of a cell, and the questions it asks."""

from __future__ import annotations

import getpass
import io
import os
import signal
import sys
from typing import Any, TextIO

import _casa_host
from casawrapper.bridge import handed_in, host

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

    @property
    def parent_header(self) -> dict[str, Any]:
        """The header of the request that the running code belongs to (ipykernel's streams have it)."""
        return host.parent_header()

    def set_parent(self, parent: dict[str, Any]) -> None:
        """From here on the running code belongs to this request."""
        host.set_parent(parent)

    @property
    def session(self) -> Any:
        """What ``get_ipython().kernel.session`` is."""
        from IPython import get_ipython

        return get_ipython().kernel.session

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
    handed_in.install()
    os.register_at_fork(after_in_child=_write_to_descriptors)


def _input(prompt: Any = "", /) -> str:
    """Ask the user for a line of text, in a box under the cell."""
    return host.ask(str(prompt), password=False)


def _getpass(prompt: str = "Password: ", stream: Any = None) -> str:
    """Ask the user for a line of text that is not shown."""
    return host.ask(prompt, password=True)


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

"""Start plotms or the viewer and learn where it listens."""

from __future__ import annotations

import os
from collections.abc import Callable

from casawrapper.casa.core.files import private_file
from casawrapper.casa.programs import pgplot
from casawrapper.casa.programs.appimage import EXTRACT_SECONDS, application
from casawrapper.casa.programs.private_socket import reachable
from casawrapper.casa.programs.process import START_SECONDS, Application
from casawrapper.util.interrupts import protected

LONGEST_START = EXTRACT_SECONDS + START_SECONDS
"""After how many seconds `start` has given up at the latest."""


@protected
def start(name: str, package: str, options: Callable[[str], list[str]]) -> tuple[Application, str]:
    """The running program of `package` and its address; `options(pipe)` is what it is started with.

    Whatever ends this early, an interrupt too, ends the program.

    Parameters
    ----------
    name
        What the user knows the program by, for the sentences about it.
    package
        casaplotms or casaviewer.
    options
        Gives the arguments of the program, from the path of the pipe into which it is to write its address.

    Returns
    -------
    tuple of Application and str
        The address is one that gRPC connects to, of a socket in a private folder.

    Raises
    ------
    CasaSetupError
        The package has no program for this machine.
    RuntimeError
        The program cannot be unpacked, has ended, or has not said its address within `START_SECONDS`.
    OpenToEverybody
        It would listen on all network interfaces.
    """
    # CASA's own pipe is in /tmp and stays there when the program dies.
    pipe = private_file(name, ".pipe")
    folder = os.path.dirname(pipe)
    run = application(package)
    os.mkfifo(pipe)
    # Not blocking, because a program that dies never opens the pipe.
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    received = bytearray()

    def announced() -> str | None:
        try:
            received.extend(os.read(reader, 4096))
        except BlockingIOError:
            return None
        return received.decode().strip() if received.endswith(b"\n") else None

    try:
        program = Application(name, [run, *options(pipe)], folder, pgplot.variables(run, folder))
        try:
            return program, reachable(program.wait_for(announced), folder)
        except BaseException:
            program.kill()
            raise
    finally:
        os.close(reader)
        os.unlink(pipe)

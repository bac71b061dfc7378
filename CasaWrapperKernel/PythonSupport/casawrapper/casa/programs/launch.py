"""Start plotms or the viewer and learn where it listens."""

from __future__ import annotations

import os
from typing import Callable

from casawrapper.casa.core.files import private_file
from casawrapper.casa.programs import pgplot
from casawrapper.casa.programs.appimage import application
from casawrapper.casa.programs.private_socket import reachable
from casawrapper.casa.programs.process import Application


def start(name: str, package: str, options: Callable[[str], list[str]]) -> tuple[Application, str]:
    """The running program of `package` and its address; `options(pipe)` is what it is started with."""
    # CASA's own pipe is in /tmp and stays there when the program dies.
    pipe = private_file(name, ".pipe")
    folder = os.path.dirname(pipe)
    os.mkfifo(pipe)
    run = application(package)
    program = Application(name, [run, *options(pipe)], folder, pgplot.variables(run, folder))
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
        return program, reachable(program.wait_for(announced), folder)
    except BaseException:
        # Also an interrupt: nobody else knows of the program.
        program.kill()
        raise
    finally:
        os.close(reader)
        os.unlink(pipe)

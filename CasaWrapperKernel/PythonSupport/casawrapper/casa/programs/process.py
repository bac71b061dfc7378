"""Start one of CASA's GUI programs so that it draws without a screen and ends with this process."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from casawrapper.casa.core.files import private_file, private_folder
from casawrapper.util.interrupts import interruptible

START_SECONDS = 30.0
_END_SECONDS = 5.0

# The shell leaves a watcher that reads our end of a pipe and then becomes the program. When this
# process goes, even by SIGKILL, the pipe closes and the watcher ends the program's process group,
# which it is itself a member of, so that the group's number cannot have been given to others.
_WATCHED = """
exec 3<&0
{ cat <&3 >/dev/null; kill -s TERM -- "-$$"; } >/dev/null 2>&1 &
exec "$@" 3<&- </dev/null
"""

T = TypeVar("T")


class Application:
    """A running program in a session of its own: an interrupt of the notebook does not reach it.

    Parameters
    ----------
    name
        For the sentences about it.
    command
        The program and its arguments.
    folder
        Its working folder.
    variables
        Environment variables beside those of this process.

    Raises
    ------
    OSError
        `folder` or the temporary folder is not there; of a command that is not there `wait_for` knows.
    """

    def __init__(self, name: str, command: list[str], folder: str, variables: dict[str, str]) -> None:
        self.name = name
        self._errors = private_file(name, ".err")
        with open(self._errors, "wb") as errors:
            self.process = subprocess.Popen(
                ["/bin/sh", "-c", _WATCHED, name, *command],
                start_new_session=True,
                env={**_environment(), **variables},
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )

    @interruptible
    def wait_for(self, look: Callable[[], T | None], seconds: float = START_SECONDS) -> T:
        """What `look` gives once it gives something; fails early when the program dies.

        Parameters
        ----------
        look
            Is asked about 50 times a second, and once more after the program has ended.
        seconds
            How long to wait.

        Returns
        -------
        object
            The first thing that is not None.

        Raises
        ------
        RuntimeError
            The program has ended or the time is over; the message has the last line of its standard error.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            dead = self.process.poll() is not None
            found = look()
            if found is not None:
                return found
            if dead:
                code = self.process.returncode
                raise RuntimeError(
                    f"{self.name} ended before it could draw (exit code {code}"
                    f"{self._last_words()}).  casa-kernel doctor  checks what it needs."
                )
            time.sleep(0.02)
        raise RuntimeError(
            f"{self.name} did not start within {seconds:.0f} s{self._last_words()}. Run the "
            "cell again if the machine was busy;  casa-kernel doctor  checks what it needs."
        )

    def poll(self) -> int | None:
        """Exit code, or None while the program runs (CASA asks as it would ask a Popen)."""
        return self.process.poll()

    def kill(self) -> None:
        """End the program and what it started, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        # One that waits for a disk that does not answer ends when that does.
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_END_SECONDS)

    def _last_words(self) -> str:
        with open(self._errors, errors="replace") as file:
            lines = [line.strip() for line in file if line.strip()]
        return f", saying '{lines[-1][:200]}'" if lines else ""


def _environment() -> dict[str, str]:
    # As CASA does: a program that sees MPI's variables believes that it is an MPI server.
    environment = {key: value for key, value in os.environ.items() if "MPI" not in key}
    if not os.access(os.path.expanduser("~"), os.W_OK):
        # A node may lack the home, or have it for reading only: the viewer ends there, and plotms draws nothing.
        environment["HOME"] = private_folder()
    return {**environment, "QT_QPA_PLATFORM": "offscreen"}

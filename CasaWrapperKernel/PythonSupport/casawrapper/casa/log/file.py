"""The file that CASA logs to. Of one that it cannot open CASA says nothing, and every line is lost."""

from __future__ import annotations

import functools
import os
from contextlib import suppress
from types import ModuleType

from casawrapper.casa.log import channel
from casawrapper.util.imports import when_imported
from casawrapper.util.messages import notice


def install() -> None:
    """Follow CASA to every file that the user names."""
    when_imported("casatools", _adapt)


def expanded(name: str) -> str:
    """The file that CASA means by a name.

    Parameters
    ----------
    name
        As casalog.setlogfile takes it: with ``~``, environment variables, or "" for casa.log.

    Returns
    -------
    str
        An absolute path; ``/dev/null`` for the name "null".
    """
    # With the name "null" CASA writes nowhere, but the next name would then end the process.
    return os.devnull if name == "null" else os.path.abspath(os.path.expandvars(os.path.expanduser(name or "casa.log")))


def obstacle(path: str) -> str | None:
    """Why CASA could not add to this file, None if it can; makes the file as CASA does.

    Parameters
    ----------
    path
        A file as `expanded` gives it.

    Returns
    -------
    str or None
        The words of the operating system, such as "Is a directory".
    """
    try:
        # Not blocking, for a pipe that nobody reads.
        os.close(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o666))
    except OSError as error:
        return error.strerror
    return None


def shared(path: str | None) -> str:
    """The file, for a program that is to log to it as well: it opens the name anew, and its folder may be gone.

    Parameters
    ----------
    path
        CASA's log file, None while there is none. Its folder is made anew where that is possible.

    Returns
    -------
    str
        The same path, "" for none.
    """
    if not path:
        return ""
    with suppress(OSError):
        os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


def follow(path: str) -> None:
    """Show what CASA logs there from now on.

    Parameters
    ----------
    path
        An absolute path. Nothing can be shown of a pipe or a device, and the user is told so, unless it is
        ``/dev/null``.
    """
    if path != os.devnull and os.path.exists(path) and not os.path.isfile(path):
        # Whoever reads a pipe takes the lines away from the one that they are for.
        notice(f"CASA now logs to {path}, which is no file: nothing of it can be shown under the cells.")
        return
    # One file by two names would show its lines twice.
    known = (part["path"] for part in channel.host("state").get("parts", ()))
    path = next((name for name in known if _are_same(name, path)), path)
    channel.host("follow", path=path)


def _are_same(one: str, other: str) -> bool:
    return os.path.exists(one) and os.path.exists(other) and os.path.samefile(one, other)


def _adapt(casatools: ModuleType) -> None:
    set_file = casatools.logsink.setlogfile

    @functools.wraps(set_file)
    def setlogfile(self: object, filename: str = "", *args: object, **kwargs: object) -> object:
        if not isinstance(filename, (str, bytes)):
            return set_file(self, filename, *args, **kwargs)  # CASA's own error
        path = expanded(os.fsdecode(filename))
        problem = obstacle(path)
        if problem:
            notice(
                f"CASA cannot log to {path} ({problem}): its log goes on in {casatools.logsink.logfile(self)}. "
                "Name a file that you may write."
            )
            return False
        follow(path)  # before CASA adds to it: what it holds already is not of this session
        return set_file(self, path, *args, **kwargs)

    casatools.logsink.setlogfile = setlogfile

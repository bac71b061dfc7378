"""%casalog: what of CASA's log is shown, and where all of it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from IPython.core.error import UsageError

from casawrapper.casa.log import channel

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_LEVELS = ("DEBUG2", "DEBUG1", "INFO5", "INFO4", "INFO3", "INFO2", "INFO1", "INFO", "WARN", "SEVERE")
_TAIL = 20


def install(shell: InteractiveShell) -> None:
    """Give `shell` the magic."""
    shell.register_magic_function(casalog, "line", "casalog")


def casalog(line: str) -> None:
    """Control how CASA's log is shown.

    %casalog             say how things stand and where the log file is
    %casalog on | off    show the log under each cell, or do not; CASA's warnings are then printed
    %casalog level WARN  show lines of this priority and above; DEBUG1, INFO5 and the like also make CASA log them
    %casalog last        show the log of the last cell again
    %casalog tail [N]    print the last N lines of the log (20)
    %casalog save FILE   write the log of this session into a file
    """
    word, _, rest = line.strip().partition(" ")
    command = _COMMANDS.get(word.lower())
    if command is None:
        raise UsageError(f"%casalog has no '{word}': say %casalog on, off, level LEVEL, last, tail N or save FILE.")
    command(rest.strip())


def _state(rest: str) -> None:
    _no_more(rest)
    state = channel.host("state")
    if not state:
        print("This kernel does not show CASA's log.")
        return
    path, opened = state["parts"][-1]["path"], state["parts"][-1]["open"]
    where = f"the file is {path}" if os.path.isfile(path) else f"the file will be {path}"
    if opened != path and not os.path.isfile(path):
        where = f"the file {path} has been moved or removed (%casalog save FILE writes all of it into another)"
    if path == os.devnull:
        where = "there is no file, since your CASA configuration says nologfile, or casalog.setlogfile was told so"
    print(
        f"CASA's log is {'shown' if state['on'] else 'not shown'} under the cells; "
        f"this session has {state['counts']} so far, and {where}."
    )


def _switch(on: bool) -> Callable[[str], None]:
    def switch(rest: str) -> None:
        _no_more(rest)
        channel.host("switch", on=on)

    return switch


def _level(rest: str) -> None:
    level = rest.upper()
    if level not in _LEVELS:
        raise UsageError(f"%casalog level needs one of {', '.join(_LEVELS)}, not '{rest}'.")
    _let_casa_log(level)
    channel.host("level", level=level)


def _let_casa_log(level: str) -> None:
    # CASA writes what is finer than INFO only when asked to, and the file keeps INFO in any case.
    finer = _LEVELS.index(level) < _LEVELS.index("INFO")
    if finer or "casatasks" in sys.modules:
        from casatasks import casalog as sink

        sink.filter(level if finer else "INFO")


def _last(rest: str) -> None:
    _no_more(rest)
    channel.show("last", "No cell before this one has logged anything.")


def _tail(rest: str) -> None:
    if rest and not (rest.isdecimal() and int(rest)):
        raise UsageError(f"%casalog tail needs a number of lines, not '{rest}'.")
    from collections import deque

    for line in deque(_lines(), int(rest or _TAIL)):
        print(line.decode(errors="replace"), end="")


def _save(rest: str) -> None:
    path = os.path.expanduser(rest.strip("'\""))
    if not path:
        raise UsageError("%casalog save needs the name of a file.")
    try:
        with open(path, "xb") as file:
            file.writelines(_lines())
    except FileExistsError:
        raise UsageError(f"%casalog save: {path} exists already; take another name or delete it.") from None
    except OSError as error:
        raise UsageError(f"%casalog save: {path} cannot be written ({error.strerror}).") from None
    print(f"The log of this session is in {os.path.abspath(path)}")


def _lines() -> Iterator[bytes]:
    """The lines that this session has logged, oldest first."""
    for part in channel.host("state").get("parts", ()):
        if os.path.isfile(part["open"]):
            with open(part["open"], "rb") as file:
                file.seek(part["start"])
                yield from file


def _no_more(rest: str) -> None:
    if rest:
        raise UsageError(f"%casalog: '{rest}' is one word too many.")


_COMMANDS: dict[str, Callable[[str], None]] = {
    "": _state,
    "on": _switch(True),
    "off": _switch(False),
    "level": _level,
    "last": _last,
    "tail": _tail,
    "save": _save,
}

"""A program waits for ever for data that somebody writes, without a word: after a while it is said who that is."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from casawrapper.util.messages import notice

_PATIENCE_SECONDS = 5.0
_LOCKS, _FILE = "/proc/locks", "table.lock"


@contextmanager
def explained(program: str, paths: list[str]) -> Iterator[None]:
    """Say after 5 s who has locked one of the tables `paths`, or a subtable, if `program` is not done by then.

    Parameters
    ----------
    program
        The beginning of the sentence.
    paths
        Absolute or relative to the working folder; empty ones are left out.
    """
    real = [os.path.realpath(path) for path in paths if path]
    # Asked here, since another thread may call nothing of CASA's; and only now, since a closed tool's answer is logged.
    tables = _open_tables() if any(map(writer, real)) else {}
    timer = threading.Timer(_PATIENCE_SECONDS, _say, (program, real, tables))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def writer(path: str) -> tuple[str, int] | None:
    """Which table, of the one at `path` and its subtables, is locked for writing, and by which process.

    Returns
    -------
    tuple of str and int, or None
        The path of the table, and the number of the process; None if none of them is locked by a process of this
        machine.
    """
    try:
        tables = [path, *(entry.path for entry in os.scandir(path) if entry.is_dir())]
        with open(_LOCKS) as file:
            locks = [line.split() for line in file]
    except OSError:
        return None
    # casacore's lock for writing is that of the first byte.
    held = {
        int(lock[5].rpartition(":")[2]): int(lock[4])
        for lock in locks
        if lock[1] == "POSIX" and lock[3] == "WRITE" and lock[6] == "0"
    }
    for table in tables:
        try:
            number = os.stat(os.path.join(table, _FILE)).st_ino
        except OSError:
            continue
        if number in held:
            return table, held[number]
    return None


def _open_tables() -> dict[str, str]:
    """The user's name for each table tool that has a table open, by the path of that."""
    from IPython import get_ipython

    shell: Any = get_ipython()
    names = dict(shell.user_ns) if shell is not None else {}
    tools = [(name, tool) for name, tool in names.items() if type(tool).__module__ == "casatools.table"]
    return {os.path.realpath(path): name for name, tool in tools if not name.startswith("_") and (path := tool.name())}


def _say(program: str, paths: list[str], tables: dict[str, str]) -> None:
    found = next(filter(None, map(writer, paths)), None)
    if found is None:
        return
    path, process = found
    if process != os.getpid():
        notice(f"{program} waits for {path}, which process {process} has locked for writing.")
    elif path in tables:
        notice(
            f"{program} waits for {path}, which {tables[path]} has open for writing: interrupt this cell, then "
            f"{tables[path]}.close()."
        )
    else:
        notice(
            f"{program} waits for {path}, which a tool of this notebook has open for writing: interrupt this cell, "
            "then close that, as with ms.close() or cb.close()."
        )

"""The tasks that list: their text under the cell, without CASA's questions; what is printed stays CASA's own."""

from __future__ import annotations

import ctypes
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from casawrapper.casa.calls.call import Arguments, Run
from casawrapper.casa.core.files import private_file
from casawrapper.casa.display.answers import be_quiet
from casawrapper.casa.display.sink import show
from casawrapper.casa.log.reader import of_this_call
from casawrapper.util.messages import notice

_MOST_LINES = 200
_ORIGIN = "listobs::ms::summary"
_QUESTION = re.compile(r"Type Q to quit, [^\n]*? or RETURN to continue \[continue\]: ")


def list_observation(arguments: Arguments, run: Run) -> Any:
    """Run listobs and show its listing, which CASA writes into its log."""
    if arguments["listfile"]:
        return run(arguments)
    log = of_this_call()
    if not log.is_there:
        arguments.update(listfile=private_file("listobs", ".txt"), overwrite=True)
        result = run(arguments)
        with open(arguments["listfile"]) as file:
            listing = file.read()
    else:
        result = run(arguments)
        listing = "\n".join(log.messages(_ORIGIN))
    if not listing.strip():
        notice("The log holds no listing (casalog.filter?); listobs(..., listfile='x.txt') writes a file.")
        return result
    show({"text/plain": listing.strip("\n")})
    be_quiet(result)
    return result


def list_in_pages(arguments: Arguments, run: Run) -> Any:
    """Run listvis or listcal, which would ask after each page whether to go on, and show the first page."""
    if arguments["listfile"]:
        return run(arguments)
    # CASA asks after each of its pages, some of which have one line only.
    with _answering("\n" * _MOST_LINES + "q\n") as printed:
        result = run(arguments)
    pages = _QUESTION.split(printed[0])
    lines = "".join(pages).strip("\n").splitlines()
    show({"text/plain": "\n".join(lines[:_MOST_LINES])})
    if len(lines) > _MOST_LINES or len(pages) > _MOST_LINES:
        notice(f"These are the first {_MOST_LINES} lines: select less, or give listfile='x.txt' for all.")
    return result


@contextmanager
def _answering(answer: str) -> Iterator[list[str]]:
    """Answer a question of C++ code by `answer`; the list then has what that code printed."""
    printed: list[str] = []
    flush = ctypes.CDLL(None).fflush
    reader, writer = os.pipe()
    os.write(writer, answer.encode())
    os.close(writer)
    flush(None)
    saved = os.dup(0), os.dup(1)
    with tempfile.TemporaryFile() as output:
        try:
            os.dup2(reader, 0)
            os.dup2(output.fileno(), 1)
            yield printed
        finally:
            flush(None)
            for number, descriptor in enumerate(saved):
                os.dup2(descriptor, number)
            for descriptor in (reader, *saved):
                os.close(descriptor)
            output.seek(0)
            printed.append(output.read().decode(errors="replace"))

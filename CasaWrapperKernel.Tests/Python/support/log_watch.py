"""When a line comes into CASA's log file, and when its cell shows it.

CASA's own times are whole seconds, so a thread looks at the file every millisecond or so.
"""

from __future__ import annotations

import re
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kernel_client import Cell, FrontEnd, Message
from log_blocks import as_block

_LIVE = 60
"""A block that is shown while lines come in holds the newest lines only."""

_RULE = re.compile(r"#{40,}")
_COUNT = re.compile(r"\(([\d,]+) lines?\b")


@dataclass
class Line:
    """A line of the log file that a block shows."""

    message: str
    not_before: float
    """When the file did not have it yet."""


class _Added:
    """What is added to a file from now on."""

    def __init__(self, path: Path) -> None:
        self.lines: list[Line] = []
        self._file = path.open("rb")
        self._file.seek(0, 2)
        self._rest = b""
        self._last = time.monotonic()

    def read(self) -> None:
        now = time.monotonic()
        *whole, self._rest = (self._rest + self._file.read()).split(b"\n")
        messages = [line.decode().split("\t", 3)[-1] for line in whole]
        self.lines += [Line(message, self._last) for message in messages if not _RULE.fullmatch(message)]
        self._last = now

    def close(self) -> None:
        self._file.close()


@contextmanager
def watched(path: Path) -> Iterator[list[Line]]:
    """The lines that the log file gets meanwhile."""
    added, done = _Added(path), threading.Event()

    def watch() -> None:
        while not done.wait(0.001):
            added.read()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield added.lines
    finally:
        done.set()
        thread.join()
        added.read()
        added.close()


def delays(messages: list[Message], lines: list[Line]) -> list[float]:
    """How long at most after each of a cell's lines its block had it, in seconds.

    The lines must be all that the block holds, each once and in this order.
    """
    blocks = [(message["received"], block) for message in messages if (block := as_block(message)) is not None]
    assert len({block.display_id for _, block in blocks}) == 1, blocks
    states = [(received, _count(block.title), block.text) for received, block in blocks]
    *_, (_, count, text) = states
    assert count == len(lines), f"{count} lines instead of {[line.message for line in lines]}: {text}"
    position, found = 0, []
    for number, line in enumerate(lines, 1):
        position = text.index(line.message, position) + len(line.message)
        received, count, shown = next(state for state in states if state[1] >= number)
        assert count - number >= _LIVE or line.message in shown, f"{line.message!r} is not in {shown}"
        found.append(received - line.not_before)
    return found


def in_time(what: str, times: list[float]) -> None:
    """The lines were live: half of them, at least, within 0.2 s (the machine may be busy)."""
    median, worst = statistics.median(times), max(times)
    print(f"| {what} | {len(times)} | {median * 1000:.0f} ms | {worst * 1000:.0f} ms |")
    assert median < 0.2 and worst < 1, sorted(times)


def listen(front: FrontEnd, seconds: float) -> None:
    """Note when messages arrive in this time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        front.unread("iopub")


def all_of(front: FrontEnd, cell: Cell, seconds: float = 1.3) -> list[Message]:
    """A cell's messages with those that come after its end; in this time a block is whole."""
    listen(front, seconds)
    parent = cell.reply["parent_header"]["msg_id"]
    later = [m for m in front.inbox if m["parent_header"].get("msg_id") == parent]
    front.inbox = [m for m in front.inbox if m["parent_header"].get("msg_id") != parent]
    return cell.messages + later


def _count(title: str) -> int:
    found = _COUNT.search(title)
    assert found, title
    return int(found[1].replace(",", ""))

"""The log blocks of a cell, as a test reads them."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from kernel_client import Cell, Message, summary

_SCRIPT = re.compile(r"<script>.*?</script>", re.DOTALL)
_PART = re.compile(r"<details[^>]*?( open)?><summary[^>]*>(.*?)</summary>(.*?)(?=<details|$)", re.DOTALL)


@dataclass
class Part:
    """One part that folds: the whole, a task, the warnings."""

    title: str
    text: str
    is_open: bool


@dataclass
class Block:
    """One state of a log output, as it is where scripts are stripped."""

    html: str
    plain: str
    display_id: str

    @property
    def parts(self) -> list[Part]:
        return [Part(text(title), text(body), bool(is_open)) for is_open, title, body in _PART.findall(self.html)]

    @property
    def title(self) -> str:
        return self.parts[0].title

    def part(self, beginning: str) -> Part:
        """The first part below the whole whose title begins so."""
        found = [part for part in self.parts[1:] if part.title.startswith(beginning)]
        assert found, [part.title for part in self.parts]
        return found[0]

    @property
    def text(self) -> str:
        return text(self.html)


def text(markup: str) -> str:
    """Markup as its reader sees it."""
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def as_block(message: Message) -> Block | None:
    """The log block that a message shows, None if it shows something else."""
    content = message["content"]
    if message["msg_type"] not in ("display_data", "update_display_data"):
        return None
    markup = content["data"].get("text/html", "")
    if not content.get("transient", {}).get("display_id", "").startswith("casa-log-"):
        return None
    return Block(_SCRIPT.sub("", markup), content["data"]["text/plain"], content["transient"]["display_id"])


def states(cell: Cell) -> list[Block]:
    """All that a cell's log block was, in order."""
    return [block for block in map(as_block, cell.messages) if block is not None]


def final(cell: Cell) -> Block:
    """A cell's one log block as it stands at the end."""
    shown = states(cell)
    assert shown, f"no log block: {summary(cell.messages)}"
    assert len({block.display_id for block in shown}) == 1
    return shown[-1]

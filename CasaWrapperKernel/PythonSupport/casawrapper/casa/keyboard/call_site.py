"""Which argument of which call the cursor stands in, in code that is still being typed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_PIECE = re.compile(r"""#[^\n]*|(?P<quote>\'\'\'|\"\"\"|'|")|[()\[\]{}]|,|\n|[^#'"()\[\]{},\n]+""")
_CALLEE = re.compile(r"(?<![\w.])([A-Za-z_][\w.]*)\s*$")
_FORMATTED = re.compile(r"(?<!\w)(?:[fF][rR]?|[rR][fF])$")
_NAMED = re.compile(r"(?:\s|#[^\n]*\n)*([A-Za-z_]\w*)\s*=(?!=)\s*(.*)", re.DOTALL)
_LATER = re.compile(r"""[,\s](\w+\s*=\s*(?:'[^'\n]*'|"[^"\n]*"|\w+))(?=\s*[,)])""")
_CLOSING = {")": "(", "]": "[", "}": "{"}


@dataclass
class CallSite:
    """The innermost call around the cursor, as far as it has been typed."""

    callee: str
    given: dict[str, str] = field(default_factory=dict)
    positional: list[str] = field(default_factory=list)
    parameter: str | None = None
    """The name of the argument under the cursor, None where no `name=` stands yet."""
    word: str = ""
    """What of the value, or of the name, stands before the cursor."""
    quoted: bool = False
    start: int = 0
    """Where `word` begins in the code."""
    quote: str = ""
    """The character that ends the text that `word` is the beginning of."""


@dataclass
class _Bracket:
    character: str
    callee: str
    begin: int
    arguments: list[str] = field(default_factory=list)


def call_at(code: str, cursor: int) -> CallSite | None:
    """The call in which `cursor` stands; None outside of calls."""
    head = code[:cursor]
    brackets, quote_start, piece_start = _scan(head)
    call = next((one for one in reversed(brackets) if one.character == "(" and one.callee), None)
    if call is None:
        return None
    site = CallSite(call.callee)
    for text in call.arguments:
        _add(site, text)
    current = head[call.begin :]
    named = _NAMED.match(current)
    site.parameter = named[1] if named else None
    site.quoted = quote_start is not None
    site.start = quote_start if quote_start is not None else piece_start
    site.word = head[site.start :]
    site.quote = head[site.start - 1] if site.quoted else ""
    if site.quoted and _in_braces(head, site.start):
        return None
    if not site.quoted:
        if brackets[-1] is not call or not named and current.strip() and not current.strip().isidentifier():
            return None
        text = named[2] if named else current.lstrip()
        site.word, site.start = text, cursor - len(text)
    for text in _rest(code[cursor:]):
        _add(site, text)
    return site


def in_text(head: str) -> bool:
    """Whether the end of the code is inside of a text."""
    return _scan(head)[1] is not None


def _scan(head: str) -> tuple[list[_Bracket], int | None, int]:
    """The brackets still open at the end, where an open text begins, and where the last piece begins."""
    brackets: list[_Bracket] = []
    position = 0
    while (piece := _PIECE.match(head, position)) is not None:
        text, position = piece.group(), piece.end()
        if piece["quote"]:
            end = re.compile(rf"(?:\\.|(?!{text}).)*{text}", re.DOTALL).match(head, position)
            broken = len(text) == 1 and "\n" in head[position : end.end() if end else None]
            if broken:
                # A text that was never closed: what follows its line is code again.
                position = head.index("\n", position)
            elif end is None:
                return brackets, position, position
            else:
                position = end.end()
        elif text in "([{":
            callee = _CALLEE.search(head[: piece.start()])
            brackets.append(_Bracket(text, callee[1] if callee and text == "(" else "", position))
        elif text in _CLOSING:
            if brackets and brackets[-1].character == _CLOSING[text]:
                brackets.pop()
        elif text == "," and brackets:
            brackets[-1].arguments.append(head[brackets[-1].begin : piece.start()])
            brackets[-1].begin = position
    return brackets, None, position


def _in_braces(head: str, start: int) -> bool:
    """Whether the text that begins at `start` is an f-string, and its end an expression in it."""
    word = head[start:].replace("{{", "").replace("}}", "")
    return word.count("{") > word.count("}") and _FORMATTED.search(head[:start].rstrip("'\"")) is not None


def _rest(tail: str) -> list[str]:
    """The named arguments with plain values that follow the cursor in the same call."""
    return _LATER.findall(tail.partition("\n\n")[0])


def _add(site: CallSite, text: str) -> None:
    named = _NAMED.match(text)
    if named:
        site.given.setdefault(named[1], named[2].strip())
    elif text.strip():
        site.positional.append(text.strip())

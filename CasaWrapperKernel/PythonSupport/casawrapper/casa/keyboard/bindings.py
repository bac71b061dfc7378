"""What the names in a cell that is still being typed will stand for, as far as its plain lines say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_BEGIN = r"(?:^|[\n;])[ \t]*"
_TEXT = r"'[^'\n]*'|\"[^\"\n]*\""
_VALUE = re.compile(rf"{_BEGIN}(\w+)[ ]*=[ ]*({_TEXT}|\[(?:[ ]*(?:{_TEXT})[ ]*,?)*\])[ \t]*(?=[\n;#])")
_MADE = re.compile(rf"{_BEGIN}(\w+)[ ]*=[ ]*(?:\w+\.)?(\w+)\([ ]*\)")
_FROM = re.compile(rf"{_BEGIN}from[ ]+casa\w+[ ]+import[ ]+\(?([^\n;#)]+)")
_AS = re.compile(r"(\w+)[ ]+as[ ]+(\w+)")
_MODULE = re.compile(rf"{_BEGIN}import[ ]+(casa\w+)(?:[ ]+as[ ]+(\w+))?")
_VERB = re.compile(rf"{_BEGIN}(?:inp|default|tget|go)(?:[ ]*\([ ]*|[ ]+)['\"]?(\w+)")


@dataclass
class Bindings:
    """What a cell binds before the cursor."""

    values: dict[str, str] = field(default_factory=dict)
    """Names of texts, and of lists of texts, and the text of the value."""
    aliases: dict[str, str] = field(default_factory=dict)
    """Names that stand for another one of CASA's, such as tc for tclean."""
    made: dict[str, str] = field(default_factory=dict)
    """Names of what a call without arguments gives, and the name that is called, such as msmetadata."""
    task: str | None = None
    """The task that a verb of the prompt names last."""


def bindings(head: str) -> Bindings:
    """What the code before the cursor binds."""
    aliases = {short: name for found in _FROM.finditer(head) for name, short in _AS.findall(found[1])}
    aliases |= {found[2] or found[1]: found[1] for found in _MODULE.finditer(head)}
    verbs = [found[1] for found in _VERB.finditer(head)]
    return Bindings(
        {found[1]: found[2] for found in _VALUE.finditer(head)},
        aliases,
        {found[1]: found[2] for found in _MADE.finditer(head)},
        verbs[-1] if verbs else None,
    )

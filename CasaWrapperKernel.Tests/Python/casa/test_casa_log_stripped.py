"""The log where scripts and styles are stripped: everything, and the warnings alone, are each one click away.

What strips them is imitated with the same library, or the same list, as the front end has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest
from kernel_client import FrontEnd, Kernel
from log_blocks import final, text

pytestmark = pytest.mark.deadline(120)
MS = "ngc5921_raw.ms"
HOSTILE = "</pre></details><script>alert(1)</script><img src=x onerror=alert(2)><a href='javascript:alert(3)'>x</a>"
CELL = (
    f"casalog.post('at first')\nvishead('{MS}', mode='get', hdkey='telescope');\ncasalog.post({HOSTILE!r}, 'WARN')\n"
    "casalog.post('in two\\nlines', 'SEVERE')\ncasalog.post('at last')"
)
# What GitHub lets pass of a notebook's HTML: no style, no id, no data-*, no class, and scripts go with their text.
# fmt: off
GITHUB_ELEMENTS = frozenset([
    "a", "abbr", "b", "bdo", "blockquote", "br", "caption", "cite", "code", "dd", "del", "details", "dfn", "div", "dl",
    "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li",
    "mark", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub",
    "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "ul", "var", "wbr",
])
# fmt: on
# fmt: off
GITHUB_ATTRIBUTES = [
    "align", "alt", "border", "color", "dir", "height", "label", "lang", "name", "open", "role", "span", "tabindex",
    "title", "type", "value", "width",
]
# fmt: on
EMPTY = {"br", "hr", "img", "input", "wbr"}


@pytest.fixture(scope="module")
def kernel(start_kernel: Callable[..., Kernel], folder: Path) -> Iterator[Kernel]:
    kernel = start_kernel(cwd=folder)
    assert kernel.connect().run("import casatasks", timeout=60).status == "ok"
    yield kernel


@dataclass
class Element:
    """An element as a browser makes it of markup."""

    name: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    def all(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.all()

    def named(self, name: str) -> list[Element]:
        return [element for element in self.all() if element.name == name]

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    @property
    def seen(self) -> str:
        """What one sees of it when those of its parts that are closed show their titles only."""
        shown = self.children
        if self.name == "details" and "open" not in self.attributes:
            shown = shown[:1]
        return "".join(child if isinstance(child, str) else child.seen for child in shown)


class _Tree(HTMLParser):
    """Markup as a tree; every element must be closed where it was opened."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.open = [Element("")]
        self.feed(markup)
        self.close()
        assert len(self.open) == 1, f"<{self.open[-1].name}> is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.open[-1].children.append(element)
        if tag not in EMPTY:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().name == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def tree(markup: str) -> Element:
    return _Tree(markup).open[0]


def markup(front: FrontEnd) -> str:
    """The block of the cell, without its script."""
    cell = front.run(CELL, timeout=60)
    assert cell.status == "ok", cell.reply["content"]
    return final(cell).html


def check_one_click(block: Element) -> None:
    """The two parts of a block, both closed, and what a click on each shows."""
    everything, warnings = (
        part for part in block.named("details") if "Show log" in part.text or "Warnings only" in part.text
    )
    assert re.fullmatch(
        r"Show log of vishead: returned a tuple of 2, \d\.\d s \(\d+ lines, 1 warning, 1 error\)"
        r"\s*Warnings only \(2\)\s*",
        block.seen.strip(),
    ), block.seen
    everything.attributes["open"] = ""
    for line in ("at first", "Begin Task: vishead", "telescope: ", "End Task: vishead", HOSTILE, "in two\n", "at last"):
        assert everything.seen.count(line) == 1, line
    del everything.attributes["open"]
    warnings.attributes["open"] = ""
    for line in (HOSTILE, "in two\n", " lines\n"):
        assert warnings.seen.count(line) == 1, line
    assert "INFO" not in warnings.seen and "WARN" in warnings.seen and "SEVERE" in warnings.seen


def test_as_it_is_without_its_script(front: FrontEnd) -> None:
    check_one_click(tree(markup(front)))


def test_as_github_shows_it(front: FrontEnd) -> None:
    bleach = pytest.importorskip("bleach")
    whole = markup(front)
    stripped = tree(bleach.clean(whole, tags=GITHUB_ELEMENTS, attributes={"*": GITHUB_ATTRIBUTES}, strip=True))
    assert stripped.text == text(whole)
    assert {name for element in stripped.all() for name in element.attributes} <= {"open"}
    check_one_click(stripped)
    # No colour is left: words and bold type tell what matters.
    assert [element.text for element in stripped.named("b") if "SEVERE" in element.text]
    assert all("WARN" in b.text or "SEVERE" in b.text or "lines" in b.text for b in stripped.named("b"))


def test_as_nbconvert_shows_it_when_it_strips(front: FrontEnd) -> None:
    strings = pytest.importorskip("nbconvert.filters.strings")
    whole = markup(front)
    stripped = tree(strings.clean_html(whole))
    # It lets no element fold, and shows the tags of those that do: nothing is hidden.
    assert not {"details", "summary", "script", "img"} & {element.name for element in stripped.all()}
    seen = stripped.seen
    everything, title, warnings = seen.partition("Warnings only (2)")
    assert title and "Show log of vishead" in everything and "at last" in everything
    assert warnings.count(HOSTILE) == 1 and " INFO " not in warnings and warnings.count("SEVERE") == 1


def test_the_colours_are_legible_on_white_and_on_dark_grey(front: FrontEnd) -> None:
    colours = set(re.findall(r"[^-]color: (#[0-9a-f]{6})", markup(front)))
    assert len(colours) == 3
    for colour in colours:
        for background in ("#ffffff", "#1f1f1f"):
            assert _contrast(colour, background) > 3.8, (colour, background)


def _contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2, for which 3 is enough for large or bold type, 4.5 for any."""
    low, high = sorted(map(_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

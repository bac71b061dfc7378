"""What differs on purpose between plain CASA and the kernel; every other difference is a fault."""

from __future__ import annotations

import re
from dataclasses import dataclass

from as_plain.compare import Difference


@dataclass(frozen=True)
class Allowed:
    """`call`, `aspect` and `text` are patterns of a difference; `reason` is why it is wanted (see docs/casa.md)."""

    call: str
    aspect: str
    text: str
    reason: str

    def covers(self, call: str, difference: Difference) -> bool:
        return all(
            re.fullmatch(pattern, found, re.DOTALL) is not None
            for pattern, found in ((self.call, call), (self.aspect, difference.aspect), (self.text, difference.text))
        )


ALLOWED = [
    Allowed(
        ".*",
        "error text",
        "AssertionError: .* in plain CASA, ParameterError: .*",
        "a wrong argument is one sentence with its name, its value and what is allowed",
    ),
    Allowed(
        ".*",
        "error text",
        r"TypeError: .* unexpected keyword argument .* in plain CASA, TypeError: \w+ has no parameter .*",
        "a wrong name of an argument is one sentence, and what may have been meant",
    ),
    Allowed(
        "(tclean|deconvolve|sdintimaging|simanalyze)_interactive",
        ".*",
        ".*",
        "interactive=True waits for a window: it is refused before any work, with the ways out",
    ),
    Allowed(
        "(simobserve|simanalyze_drawn|simobserve_on_the_screen)",
        ".*",
        ".*",
        "CASA 6.7 fails with numpy 2.4 (TypeError), and comes to its end here",
    ),
    Allowed(
        "plotbandpass_no_file",
        "value|log|stdout|stderr",
        ".*",
        "without a figfile CASA draws nothing; here the pages are shown",
    ),
    Allowed(
        "wvrgcal.*",
        "death|error text|log|stdout|stderr",
        ".*",
        "where CASA ends the process, or raises an error without words, the kernel says which data are missing",
    ),
    Allowed(
        "clearstat",
        "files",
        r"clearstat\.last is only in the kernel",
        "a task that is called by its name without arguments is the CASA prompt's, which notes what it takes",
    ),
    Allowed(".*", "stdout", r"(@@.*?@@\n\+\[casa-kernel\] [^\n]*\n?)+", "what the kernel says of its own accord"),
]


def not_allowed(call: str, differences: list[Difference]) -> list[Difference]:
    """The differences of a call that no entry covers."""
    return [one for one in differences if not any(entry.covers(call, one) for entry in ALLOWED)]

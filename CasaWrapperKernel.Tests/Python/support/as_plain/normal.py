"""Text without what is another in every run: the time, the session's folder, process numbers, measured seconds."""

from __future__ import annotations

import re
import time

_YEARS = "|".join(str(time.gmtime().tm_year + one) for one in (-1, 0, 1))
_CLOCK = r"\d\d:\d\d(?::\d\d(?:\.\d+)?)?"
# Dates of observations stay: nobody has observed these data in these years.
_RULES = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (rf"(?:{_YEARS})[-/]\d\d[-/]\d\d(?:[ /T]{_CLOCK})?Z?", "<time>"),
        (rf"\d\d-\w\w\w-(?:{_YEARS})(?:[ /]{_CLOCK})?", "<time>"),
        (rf"\w\w\w \w\w\w [ \d]\d {_CLOCK} (?:{_YEARS})", "<time>"),
        (r"casa-\d{8}-\d{6}\.log", "<casa log>"),
        (r"0x[0-9a-f]{6,}", "<address>"),
        (r"\b(real|user|system) [\d.]+s", r"\1 <seconds>"),
        (r"(took|Time (?:to|for|taken)\b[^:\n]*?:?) [\d.e+-]+", r"\1 <seconds>"),
        (r"PERFS<.*", "PERFS<seconds>"),
        (r"(Available mem\.:|Free Space in MB:) [\d.]+", r"\1 <memory>"),
        # Names that CASA makes up for what it needs for a moment.
        (r"contsub(\.tab)?[a-z0-9_]{8}\b|concat_aux_[\d.]+|\btab\d+_\d+|_immath_tmp\d+|__tmp_(\w+)_\d+", "<temporary>"),
        (r"__sdcal_composite_mode_ps_\d+|temp_sdfit_[\d.]+|tmp-nrobeamaverage-(\S+)-[\d.]+", "<temporary>"),
    )
]


def normal(text: str, folder: str) -> str:
    """`text`, written by a session in `folder`, as every session in every folder writes it."""
    text = text.replace(folder, "<folder>")
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def normal_bytes(data: bytes, folder: str) -> bytes:
    """The same for a file of any kind."""
    return normal(data.decode("latin-1"), folder).encode("latin-1", "replace")

"""Calibration libraries for plotms, whose program has a working folder of its own."""

from __future__ import annotations

import os
import re
from typing import Any

from casawrapper.casa.core.files import private_file

_TABLE = re.compile(r"(?P<head>\bcaltable\s*=\s*(?P<quote>['\"]))(?P<path>.*?)(?P=quote)")


def absolute(callib: Any) -> Any:
    """The same library with the full paths of its calibration tables."""
    given = callib if isinstance(callib, list) else [callib]
    if len(given) == 1 and isinstance(given[0], str) and os.path.isfile(given[0].strip()):
        with open(given[0].strip()) as file:
            text = file.read()
        path = private_file("callib", ".txt")
        with open(path, "w") as file:
            file.write(_full(text))
        return [path] if isinstance(callib, list) else path
    texts = [_full(text) if isinstance(text, str) else text for text in given]
    return texts if isinstance(callib, list) else texts[0]


def _full(text: str) -> str:
    return _TABLE.sub(lambda found: found["head"] + os.path.abspath(found["path"]) + found["quote"], text)

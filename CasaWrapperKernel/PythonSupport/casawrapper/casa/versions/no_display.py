"""What lets plotms run without DISPLAY, which its task wants though its program draws without a screen."""

from __future__ import annotations

import os
from typing import Any


class NoDisplay:
    """Stands in for the module `os` in CASA's plotms task, which asks getenv('DISPLAY') and runs only if there is one.

    Nobody else sees the answer: a program that the user starts must not take it for a real display.
    """

    @staticmethod
    def getenv(key: str, default: str | None = None) -> str | None:
        """The variable `key` of the environment; DISPLAY always has a value."""
        return os.getenv(key, ":casa-kernel-has-none" if key == "DISPLAY" else default)

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

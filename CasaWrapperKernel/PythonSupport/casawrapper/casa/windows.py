"""CASA's programs that are nothing but a window: said to be of no use here instead of failing."""

from __future__ import annotations

import functools
from types import ModuleType

from .notices import notice


def adapt(package: ModuleType) -> None:
    """Replace casalogger's function."""
    original = package.casalogger

    @functools.wraps(original)
    def casalogger(*args: object, **kwargs: object) -> None:
        notice("The log window cannot be shown in a notebook; the kernel shows the log under each cell.")

    package.casalogger = casalogger

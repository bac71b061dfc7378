"""CASA's programs that are nothing but a window: said to be of no use here instead of failing."""

from __future__ import annotations

import functools
from types import ModuleType

from .importhook import when_imported
from .notices import notice


def install() -> None:
    """Leave the hook that adapts casalogger when it is imported."""
    when_imported("casalogger", _adapt)


def _adapt(package: ModuleType) -> None:
    original = package.casalogger

    @functools.wraps(original)
    def casalogger(*args: object, **kwargs: object) -> None:
        notice("The log window cannot be shown in a notebook; the kernel shows the log under each cell.")

    package.casalogger = casalogger

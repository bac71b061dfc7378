"""Which file CASA logs to."""

from __future__ import annotations

import sys

_planned: str | None = None


def plan(path: str) -> None:
    """CASA will log to `path` as soon as it is loaded."""
    global _planned
    _planned = path


def planned_logfile() -> str | None:
    """The file that CASA logs to, or will log to as soon as it is loaded; None while it has no configuration."""
    return current_logfile() or _planned


def current_logfile() -> str | None:
    """The file that CASA logs to at this moment, or None while CASA is not loaded."""
    casalog = getattr(sys.modules.get("casatasks"), "casalog", None)
    return casalog.logfile() if casalog is not None else None

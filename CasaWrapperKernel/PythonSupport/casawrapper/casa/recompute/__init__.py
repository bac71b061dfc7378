"""Calls of tasks whose data and arguments are as they were do not run: what they made comes back."""

from __future__ import annotations

from casawrapper.casa.recompute.control import off, on, status, why
from casawrapper.casa.recompute.report import report

__all__ = ["off", "on", "report", "status", "why"]

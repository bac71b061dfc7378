"""A program of CASA's that runs beside this process."""

from __future__ import annotations

from typing import Protocol


class Program(Protocol):
    """A running program, as far as CASA's own code must know it."""

    def poll(self) -> int | None:
        """Exit code, or None while the program runs."""

    def kill(self) -> None:
        """End the program and what it started, at once."""

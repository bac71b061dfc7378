"""CASA's tools in a notebook."""

from __future__ import annotations

from types import ModuleType

from casawrapper.casa.calls.paths import text_of
from casawrapper.casa.calls.turns import turns
from casawrapper.casa.versions import private_tools


def adapt(casatools: ModuleType) -> None:
    """Let every method of a tool take pathlib's paths, and wait for the CASA calls of other threads."""
    private_tools.adapt_methods(text_of, turns)

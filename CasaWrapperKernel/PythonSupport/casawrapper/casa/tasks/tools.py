"""CASA's tools in a notebook."""

from __future__ import annotations

from types import ModuleType

from casawrapper.casa.calls.paths import text_of
from casawrapper.casa.versions import private_tools


def adapt(casatools: ModuleType) -> None:
    """Let every method of a tool take pathlib's paths."""
    private_tools.convert_arguments(text_of)

"""Which of our modules adapts which module of CASA; ours are imported only when CASA's are."""

from __future__ import annotations

import importlib
from functools import partial
from types import ModuleType

from casawrapper.casa.versions import private_names
from casawrapper.util.imports import when_imported

# CASA's module, and the module and function here that adapt it once it is there.
ADAPTATIONS = (
    ("casatools", "setup.close_registry", "adapt"),
    ("casatools", "tasks.window_programs", "adapt_table"),
    ("casatools", "tasks.tools", "adapt"),
    ("casatasks", "tasks.table", "adapt_tasks"),
    ("casaplotms", "tasks.table", "adapt_plotms"),
    ("casaviewer", "tasks.table", "adapt_viewer"),
    ("casalogger", "tasks.window_programs", "adapt"),
    ("casatablebrowser", "tasks.window_programs", "adapt"),
    ("casafeather", "tasks.window_programs", "adapt"),
)


def install() -> None:
    """Leave the hooks for everything in the table, and say what a version of CASA lacks."""
    for package in ("casatools", "casatasks", "casaplotms", "casaviewer"):
        when_imported(package, private_names.announce)
    for casa_module, module, function in ADAPTATIONS:
        when_imported(casa_module, partial(_adapt, module, function))


def _adapt(module: str, function: str, casa_module: ModuleType) -> None:
    ours = importlib.import_module(f".{module}", __package__)
    getattr(ours, function)(casa_module)

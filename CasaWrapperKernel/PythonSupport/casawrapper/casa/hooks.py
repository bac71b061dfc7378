"""Which of our modules adapts which module of CASA; ours are imported only when CASA's are."""

from __future__ import annotations

import importlib
from functools import partial
from types import ModuleType

from .importhook import when_imported

# CASA's module, and the module and function here that adapt it once it is there.
ADAPTATIONS = (
    ("casatools", "registry", "adapt"),
    ("casatools", "windows", "adapt_table"),
    ("casatools.errors", "checks", "adapt"),
    ("casatasks", "tasks", "adapt"),
    ("casatasks.private.simutil", "private_names", "let_arrays_be_numbers"),
    ("casatasks.private.task_simanalyze", "private_names", "give_simanalyze_tools"),
    ("casaplotms", "plotms", "adapt"),
    ("casaplotms.private.plotmstool", "plotms", "adapt_tool"),
    ("casaplotms.private.task_plotms", "patience", "adapt"),
    ("casaplotms.private.task_plotms", "plotmserrors", "adapt"),
    ("casaviewer", "viewer", "adapt"),
    ("casaviewer.private.viewertool", "viewer", "adapt_tool"),
    ("casaviewer.private.task_imview", "viewer", "adapt_imview"),
    ("casaviewer.private.task_msview", "viewer", "adapt_msview"),
    ("casalogger", "windows", "adapt"),
    ("casatablebrowser", "windows", "adapt_browser"),
    ("casafeather", "windows", "adapt_feather"),
)


def install() -> None:
    """Leave the hooks for everything in the table."""
    for casa_module, module, function in ADAPTATIONS:
        when_imported(casa_module, partial(_adapt, module, function))


def _adapt(module: str, function: str, casa_module: ModuleType) -> None:
    ours = importlib.import_module(f".{module}", __package__)
    getattr(ours, function)(casa_module)

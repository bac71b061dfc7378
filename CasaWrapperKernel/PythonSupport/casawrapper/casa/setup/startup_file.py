"""The user's startup.py, which CASA runs before the first prompt."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from casawrapper.casa.catalog import package_folder

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_FOLDER = os.path.join("~", ".casa")
_SETTING = "startupfile"


def install(shell: InteractiveShell, provide: Callable[[str, dict[str, Any]], None], config: str) -> None:
    """Run the startup file before the first cell; `config` is the user's configuration file, which may name it."""

    def run_once(info: object = None) -> None:
        shell.events.unregister("pre_run_cell", run_once)
        path = startup_file(config)
        if path is None:
            return
        with open(path, encoding="utf-8") as file:
            provide(file.read(), shell.user_ns)
        shell.safe_execfile(path, shell.user_ns)

    shell.events.register("pre_run_cell", run_once)


def startup_file(config: str) -> str | None:
    """The path of the file to run; None if there is none or CASA is not installed."""
    usual = os.path.expanduser(os.path.join(_FOLDER, "startup.py"))
    # CASA's configuration is imported only for users who have one of these files: it takes a moment.
    if not os.path.isfile(usual) and not any(map(_mentions_it, _existing(config))):
        return None
    try:
        chosen = getattr(importlib.import_module("casaconfig.config"), _SETTING, usual)
    except ImportError:
        # CASA before 6.6.4 runs the usual file and no other.
        chosen = usual if package_folder("casatools") else None
    path = os.path.abspath(os.path.expanduser(chosen)) if chosen else ""
    return path if os.path.isfile(path) else None


def _existing(config: str) -> list[str]:
    return [path for path in (config, os.environ.get("CASASITECONFIG", "")) if os.path.isfile(path)]


def _mentions_it(path: str) -> bool:
    with open(path, encoding="utf-8", errors="replace") as file:
        return _SETTING in file.read()

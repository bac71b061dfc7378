"""What a user sets in `casaconfig.config` before the first use of CASA counts, though CASA has been imported already.

CASA itself reads its configuration once, while it is imported.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from casawrapper.casa.setup.options import CONFIG


def follow() -> None:
    """Pass on what is set from now on."""
    config = sys.modules.get(CONFIG)
    if config is not None:
        config.__class__ = _Settings


class _Settings(ModuleType):
    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name in _SETTERS and value is not None:
            _SETTERS[name](value)


def _set_log(path: Any) -> None:
    sys.modules["casatasks"].casalog.setlogfile(os.fspath(path))


def _set_measures(path: Any) -> None:
    sys.modules["casatools"].ctsys.setmeasurespath(os.path.abspath(os.path.expanduser(path)))


def _set_data(paths: Any) -> None:
    system = sys.modules["casatools"].ctsys
    # As CASA's import has it: the measures are found there too.
    folders = [os.path.abspath(os.path.expanduser(path)) for path in paths]
    system.setpath([*folders, *(path for path in [system.measurespath()] if path and path not in folders)])


_SETTERS: dict[str, Callable[[Any], None]] = {
    "logfile": _set_log,
    "measurespath": _set_measures,
    "datapath": _set_data,
}

"""CASA's site configuration in an environment that brings its own data."""

from __future__ import annotations

import os
import sys

_VARIABLE = "CASASITECONFIG"


def choose() -> None:
    """Let CASA read ``<sys.prefix>/share/casa/config.py``, where there is one and nobody has said otherwise."""
    config = os.path.join(sys.prefix, "share", "casa", "config.py")
    if not os.environ.get(_VARIABLE) and os.path.exists(config):
        os.environ[_VARIABLE] = config

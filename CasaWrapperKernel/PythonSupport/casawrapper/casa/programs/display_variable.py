"""DISPLAY for CASA's programs, which draw without a screen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def display_variable() -> Iterator[None]:
    """Give DISPLAY a value during a call of CASA that refuses to run without one.

    Only for the call: a program that the user starts must not take a dummy for a real display.
    """
    if os.environ.get("DISPLAY"):
        yield
        return
    os.environ["DISPLAY"] = ":casa-kernel-has-none"
    try:
        yield
    finally:
        os.environ.pop("DISPLAY", None)

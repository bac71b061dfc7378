"""Reading Python code for the kernel's own purposes: nothing that it may say of the code is for the user."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


def parse(source: str, path: str = "<unknown>") -> ast.Module:
    """The syntax tree of `source`, without its warnings (of invalid escape sequences, say).

    Raises
    ------
    SyntaxError
        It is no Python.
    """
    with quietly():
        return ast.parse(source, path)


@contextmanager
def quietly() -> Iterator[None]:
    """Compile something without the warnings that Python has of it."""
    with warnings.catch_warnings():
        for kind in (SyntaxWarning, DeprecationWarning):
            warnings.simplefilter("ignore", kind)
        yield

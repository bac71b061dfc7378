"""protobuf beside CASA's plotting packages, whose older code only loads into a newer protobuf in pure Python."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from casawrapper.casa import catalog

PACKAGES = ("casaplotms", "casaviewer")
"""Those of CASA that use protobuf."""

VARIABLE = "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"
_LAST_GOOD = (3, 20)
# What protoc wrote before 3.19, and protobuf's compiled forms refuse since 3.21.
_OLD_CODE = "_descriptor.FieldDescriptor("


@contextmanager
def fitting(*packages: str) -> Iterator[None]:
    """Around the import of `packages`: protobuf, if it is loaded meanwhile, takes the form that they can use."""
    if "google.protobuf" in sys.modules or not any(map(needs_python, packages)):
        yield
        return
    with in_python():
        yield


@contextmanager
def in_python() -> Iterator[None]:
    """Let protobuf be in pure Python if it is loaded meanwhile.

    It reads its variable once, and in that form it is far slower for everybody in the process. Programs that are
    started later do not get the variable.
    """
    if VARIABLE in os.environ:
        yield
        return
    os.environ[VARIABLE] = "python"
    try:
        yield
    finally:
        os.environ.pop(VARIABLE, None)


def needs_python(package: str) -> bool:
    """Whether the installed protobuf can load this package in pure Python only."""
    folder = catalog.package_folder(package)
    return folder is not None and version() > _LAST_GOOD and any(map(_is_old, _generated(folder)))


def version() -> tuple[int, ...]:
    """Major and minor version of the installed protobuf, () if there is none."""
    from importlib import metadata

    try:
        return tuple(int(part) for part in metadata.version("protobuf").split(".")[:2])
    except (metadata.PackageNotFoundError, ValueError):
        return ()


def _generated(folder: str) -> list[str]:
    return glob.glob(os.path.join(glob.escape(folder), "**", "*_pb2.py"), recursive=True)


def _is_old(path: str) -> bool:
    with open(path, encoding="utf-8", errors="replace") as file:
        return _OLD_CODE in file.read()

"""File names for cells, so that a debugger's breakpoints find their code.

A front end computes the name itself, from the parts that ``debugInfo`` tells it (folder, seed, suffix). Libraries know
a cell by it: numba and joblib cache what it defines, line_profiler and executing find its source.
"""

from __future__ import annotations

import os
import secrets
import tempfile

from IPython.core.compilerop import CachingCompiler

from casawrapper.util.temp_folders import own

HASH_SEED = 0xC70F6907
SUFFIX = ".py"
_M = 0x5BD1E995
_32_BITS = 0xFFFFFFFF


# The name is ipykernel's, which libraries look for as ``ipykernel_<digits>``. Its last digits are not to be guessed,
# since in the temporary folder anybody could make it before us.
_FOLDER = os.path.join(tempfile.gettempdir(), f"ipykernel_{os.getpid()}{secrets.randbelow(10**12):012}", "")


def prefix() -> str:
    """The beginning of every cell's file name; the folder is there once a cell has been stored."""
    return _FOLDER


def store(code: str) -> str:
    """Write a cell to its file, for the debugger to read. Returns the path."""
    if not os.path.isdir(_FOLDER):
        os.mkdir(_FOLDER, mode=0o700)
        own(_FOLDER)
    with open(file_name(code), "w", encoding="utf-8", errors="surrogatepass") as file:
        file.write(code)
    return file.name


def file_name(code: str) -> str:
    """The name of the file that stands for this cell."""
    return f"{_FOLDER}{murmur2(code.encode('utf-8', 'surrogatepass'), HASH_SEED)}{SUFFIX}"


def murmur2(data: bytes, seed: int) -> int:
    """MurmurHash2 of 32 bits (Austin Appleby, public domain), which JupyterLab computes of each cell."""
    h = seed ^ len(data)
    whole = len(data) & ~3
    for i in range(0, whole, 4):
        k = int.from_bytes(data[i : i + 4], "little") * _M & _32_BITS
        k = (k ^ k >> 24) * _M & _32_BITS
        h = (h * _M & _32_BITS) ^ k
    if whole < len(data):
        h = (h ^ int.from_bytes(data[whole:], "little")) * _M & _32_BITS
    h = (h ^ h >> 13) * _M & _32_BITS
    return h ^ h >> 15


class CellCompiler(CachingCompiler):
    """Compiles each cell under its file name."""

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        return file_name(raw_code)

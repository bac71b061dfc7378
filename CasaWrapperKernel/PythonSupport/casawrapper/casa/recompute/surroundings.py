"""What the answers of tasks depend on beside their arguments and data: which CASA it is, and its own data."""

from __future__ import annotations

import functools
import os
import sys
from contextlib import suppress


def surroundings() -> dict[str, str]:
    """Versions by name; they are hashed into the identity of every call."""
    casatools, casatasks = sys.modules["casatools"], sys.modules["casatasks"]
    return {
        "casatools": casatools.version_string(),
        "casatasks": casatasks.version_string(),
        "data": _data(tuple(casatools.ctsys.resolve(name) for name in ("geodetic", "ephemerides", "nrao"))),
        "processes": os.environ.get("OMPI_COMM_WORLD_SIZE", "1"),
    }


@functools.cache
def _data(folders: tuple[str, ...]) -> str:
    """Names, sizes and times of CASA's measures, models and beams, which it replaces as a whole."""
    found = []
    for folder in folders:
        for path, folders_in, files in os.walk(folder):
            folders_in.sort()
            for file in sorted(files):
                if file != "table.lock":
                    with suppress(OSError):
                        status = os.stat(os.path.join(path, file))
                        found.append(f"{os.path.join(path, file)} {status.st_size} {status.st_mtime_ns}")
    import hashlib

    return hashlib.sha256("\n".join(found).encode(errors="surrogateescape")).hexdigest()[:16]

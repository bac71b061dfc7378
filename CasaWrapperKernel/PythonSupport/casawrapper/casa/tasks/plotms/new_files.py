"""plotms names the pages of an iteration itself, and never asks whether files of these names are there already."""

from __future__ import annotations

import os
import shutil

from casawrapper.casa.calls.call import Arguments


def are_needed(path: str, arguments: Arguments) -> bool:
    """Whether plotms may write over files that it does not look for, so that it must draw elsewhere."""
    # If `path` itself is there, or cannot be written, the call ends with CASA's own error.
    return (bool(arguments["iteraxis"]) and not arguments["overwrite"] and not os.path.exists(path)
            and os.access(os.path.dirname(path), os.W_OK))


def moved(files: list[str], folder: str) -> tuple[list[str], list[str]]:
    """Where the `files` are once they are in `folder`, and those names that are taken there: then none is moved."""
    targets = [os.path.join(folder, os.path.basename(file)) for file in files]
    if targets == files:
        return files, []
    existing = [target for target in targets if os.path.lexists(target)]
    if existing:
        return files, existing
    for file, target in zip(files, targets):
        shutil.move(file, target)
    return targets, []


def refuse(existing: list[str]) -> None:
    """Complain of the files that are there, if there are some."""
    if existing:
        more = f" and {len(existing) - 1} more" if len(existing) > 1 else ""
        raise RuntimeError(f"plotms has kept {os.path.relpath(existing[0])}{more}, which are there already, and shows the "
                           "new pages only here: give overwrite=True, or another plotfile, to have them as files.")

"""The pages of an iteration: plotms names them by what they show, and never asks whether these are there already.

A field such as C/2020 F3 leads into a folder that is not there, and the page is lost.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator

from casawrapper.casa.calls.call import Arguments
from casawrapper.casa.core.files import is_private
from casawrapper.casa.data import reading
from casawrapper.casa.log.reader import LogSince

_ORIGIN = "PlotMS::plot"
_STEP = re.compile(r"Stepping to iteration = (\d+) \(of \d+\): \w*: (.*)")
# In the log and in the name of a page.
_SEPARATORS = {"baseline": (" & ", "_with_")}


class Pages:
    """The pages of one call, which plotms draws as `path`, to which it adds the iteration.

    They get folders only in private places. `log` begins with the call.
    """

    def __init__(self, path: str, arguments: Arguments, data: str, log: LogSince) -> None:
        self._path, self._data, self._log = path, data, log
        self._axis = arguments["iteraxis"] if is_private(path) else ""
        self._panels = arguments["gridrows"] * arguments["gridcols"]

    def draw(self, run: Callable[[], object]) -> None:
        """Let `run` draw, and once more where pages had no folder."""
        try:
            run()
        except Exception:
            if not self.make_folders():
                raise
        else:
            if not self.make_folders():
                return
        run()

    def make_folders(self) -> bool:
        """Make the folders in which plotms wants to put pages, once it has drawn; whether there was one to make."""
        stem, made = os.path.splitext(self._path)[0], False
        for name in self._names() if self._axis else ():
            folder = os.path.dirname(f"{stem}_{self._axis.capitalize()}{name}")
            if not os.path.isdir(folder):
                os.makedirs(folder)
                made = True
        return made

    def flatten(self) -> None:
        """Put the pages beside each other, with _ in the place of each /; only what plotms has drawn is there."""
        home = os.path.dirname(self._path)
        for folder, _, files in os.walk(home, topdown=False) if self._axis else ():
            if folder != home:
                for file in files:
                    page = os.path.join(folder, file)
                    shutil.move(page, os.path.join(home, os.path.relpath(page, home).replace(os.sep, "_")))
                os.rmdir(folder)

    def _names(self) -> Iterator[str]:
        steps = self._steps()
        for first in range(0, len(steps), self._panels):
            yield ",".join(steps[first : first + self._panels])
        if not steps:
            # plotms logs no single step.
            yield from _labels(self._axis, self._data)

    def _steps(self) -> list[str]:
        found = {int(step[1]): step[2] for step in map(_STEP.match, self._log.messages(_ORIGIN)) if step}
        separator, wanted = _SEPARATORS.get(self._axis, ("", ""))
        return [found[number].replace(separator, wanted) for number in sorted(found)]


def are_needed(path: str, arguments: Arguments) -> bool:
    """Whether the names of the pages are plotms' own, so that it must draw elsewhere first."""
    # If `path` itself is there, or cannot be written, the call ends with CASA's own error.
    return (
        bool(arguments["iteraxis"])
        and (arguments["overwrite"] or not os.path.exists(path))
        and os.access(os.path.dirname(path), os.W_OK)
    )


def moved(files: list[str], folder: str, overwrite: bool) -> tuple[list[str], list[str]]:
    """Where the `files` are once they are in `folder`, and those names that are taken there: then none is moved."""
    targets = [os.path.join(folder, os.path.basename(file)) for file in files]
    if targets == files:
        return files, []
    existing = [] if overwrite else [target for target in targets if os.path.lexists(target)]
    if existing:
        return files, existing
    for file, target in zip(files, targets, strict=True):
        shutil.move(file, target)
    return targets, []


def refuse(existing: list[str]) -> None:
    """Complain of the files that are there, if there are some."""
    if existing:
        more = f" and {len(existing) - 1} more" if len(existing) > 1 else ""
        raise RuntimeError(
            f"plotms has kept {os.path.relpath(existing[0])}{more}, which are there already, and shows "
            "the new pages only here: give overwrite=True, or another plotfile, to have them as files."
        )


def _labels(axis: str, data: str) -> list[str]:
    """What plotms calls the steps along `axis`, in the data themselves."""
    try:
        if axis == "field":
            return reading.column(os.path.join(data, "FIELD"), "NAME")
        if axis not in ("antenna", "baseline"):
            return []
        names, stations = (reading.column(os.path.join(data, "ANTENNA"), name) for name in ("NAME", "STATION"))
    except (OSError, RuntimeError):
        # plotms says what is wrong with the data.
        return []
    antennas = [f"{name}@{station}" for name, station in zip(names, stations, strict=True)]
    if axis == "antenna":
        return antennas
    return [f"{one}_with_{other}" for one in antennas for other in antennas if "/" in one + other]

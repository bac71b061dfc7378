"""wvrgcal: data without which CASA 6.7 ends the process are missed before it begins."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from casawrapper.casa.calls.call import Arguments, Run
from casawrapper.casa.core.errors import CannotRun
from casawrapper.casa.data.reading import open_table
from casawrapper.util.messages import notice

# By this alone CASA recognises a radiometer's spectral window.
_CHANNELS = 4


def calibrate(arguments: Arguments, run: Run) -> Any:
    """Say what is missing in the data, or run."""
    folder = os.path.expanduser(arguments["vis"])
    windows = [
        number
        for number, channels in enumerate(_column(folder, "SPECTRAL_WINDOW", "NUM_CHAN"))
        if channels == _CHANNELS
    ]
    if not windows:
        raise CannotRun(
            f"{arguments['vis']} has no data of water vapour radiometers: none of its spectral "
            f"windows has {_CHANNELS} channels. wvrgcal needs data of ALMA with them."
        )
    wrong = sorted(set(arguments["wvrspw"]) - set(windows))
    if wrong:
        raise CannotRun(f"wvrspw={wrong} is no spectral window of the radiometers; those are {windows}.")
    if not _sees_the_sky(folder, arguments["wvrspw"] or windows):
        raise CannotRun(
            f"wvrgcal finds no radiometer data of the sky in {arguments['vis']}: the intents of all "
            "their states lack ON_SOURCE or have CALIBRATE_ATMOSPHERE."
        )
    if not arguments["usefieldtab"] and not _rows(folder, "POINTING"):
        notice(f"The POINTING table of {arguments['vis']} is empty, so wvrgcal runs with usefieldtab=True.")
        arguments["usefieldtab"] = True
    try:
        return run(arguments)
    except Exception as error:
        # CASA raises an exception without words because of the one that has them.
        if str(error) or error.__cause__ is None:
            raise
        reason = error.__cause__
        if isinstance(reason, FileNotFoundError):
            raise CannotRun(
                "wvrgcal could not use these data and arguments: the SEVERE lines of its log say why."
            ) from error
        raise CannotRun(f"wvrgcal: {reason}") from error


def _sees_the_sky(folder: str, windows: list[int]) -> bool:
    """Whether some data of the radiometers are of the sky, or all are flagged, which CASA itself says."""
    kinds = [
        number
        for number, window in enumerate(_column(folder, "DATA_DESCRIPTION", "SPECTRAL_WINDOW_ID"))
        if window in windows
    ]
    sky = [
        number
        for number, intent in enumerate(_column(folder, "STATE", "OBS_MODE"))
        if "ON_SOURCE" in intent and "CALIBRATE_ATMOSPHERE" not in intent
    ]
    if not kinds:
        return False
    with _open(folder, "") as tool:
        # CASA looks at the first kind of data only, and at nothing that is flagged.
        good = f"DATA_DESC_ID == {kinds[0]} && not any(FLAG)"
        return not _found(tool, good) or bool(sky) and _found(tool, f"{good} && STATE_ID in {sky}")


def _found(tool: Any, condition: str) -> bool:
    selected = tool.query(condition)
    try:
        return bool(selected.nrows())
    finally:
        selected.close()


def _column(folder: str, table: str, name: str) -> Any:
    with _open(folder, table) as tool:
        return tool.getcol(name) if tool.nrows() else []


def _rows(folder: str, table: str) -> int:
    with _open(folder, table) as tool:
        return int(tool.nrows())


@contextmanager
def _open(folder: str, table: str) -> Iterator[Any]:
    try:
        with open_table(os.path.join(folder, table)) as tool:
            yield tool
    except FileNotFoundError:
        raise CannotRun(
            f"{folder} is no measurement set with which wvrgcal can work: it has no {table} table."
        ) from None

"""Why a file cannot be written, or nothing be read any more, in words that say what to do."""

from __future__ import annotations

import os

from casawrapper.casa.core.errors import brief


def obstacle(path: str) -> str:
    """Why no file `path` can be written.

    Parameters
    ----------
    path
        A file that could not be written, absolute or relative to the working folder.

    Returns
    -------
    str
        The end of a sentence: a missing folder, missing rights or a full disk; where it is none of these, a question.
    """
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        return f"the folder {folder} does not exist."
    if not os.access(folder, os.W_OK):
        return f"you may not write into the folder {folder}."
    if not os.statvfs(folder).f_bavail:
        return f"the disk of {folder} is full."
    return f"is that a file name, and may you write into {folder}?"


def check_working_folder() -> None:
    """Complain where the working folder has been deleted: CASA's own code crashes there, or waits for ever.

    Raises
    ------
    FileNotFoundError
        The working folder has been deleted; the message says how to go to another one.
    """
    try:
        os.getcwd()
    except FileNotFoundError:
        raise brief(
            FileNotFoundError(
                "The folder in which this kernel works has been deleted: say  %cd FOLDER  with one that exists."
            )
        ) from None

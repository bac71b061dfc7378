"""A private folder of this process for files that the user did not ask for, and links to those of the user's own."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from html import escape
from urllib.parse import quote

from casawrapper.util.temp_folders import own

# Front ends take links as relative to the notebook, in whose folder the kernel is started.
_notebook_folder = os.getcwd()
_numbers = itertools.count(1)
_folder: tuple[int, str] | None = None


def private_folder() -> str:
    """The folder, made at first need and removed when the process exits.

    Returns
    -------
    str
        An absolute path in Python's temporary folder; a forked child gets one of its own.

    Raises
    ------
    OSError
        No folder can be made there.
    """
    global _folder
    # A forked child must not share, and at its exit remove, its parent's folder.
    if _folder is None or _folder[0] != os.getpid():
        path = tempfile.mkdtemp(prefix="casa-kernel-")
        _folder = (os.getpid(), path)
        own(path)
    return _folder[1]


def private_file(stem: str, suffix: str) -> str:
    """A path in a new sub-folder of its own, so that whatever appears there belongs to one call.

    Parameters
    ----------
    stem, suffix
        The parts of the file's name; the suffix begins with its point.

    Returns
    -------
    str
        An absolute path. The sub-folder is there and empty, the file is not there yet.

    Raises
    ------
    OSError
        No folder can be made in the temporary folder.
    """
    folder = os.path.join(private_folder(), f"{next(_numbers):04d}")
    os.makedirs(folder)
    return os.path.join(folder, stem + suffix)


def is_private(path: str) -> bool:
    """Whether `path` lies in this process's private folder, which no user looks into."""
    return _folder is not None and path.startswith(_folder[1] + os.sep)


def forget(path: str) -> None:
    """Remove a private file that has been shown, with its sub-folder; any other file is the user's and stays.

    Parameters
    ----------
    path
        What `private_file` has given, or any other path.
    """
    if is_private(path):
        shutil.rmtree(os.path.dirname(path), ignore_errors=True)


def link(path: str, html: str, style: str = "") -> str:
    """`html` as a link to a file of the user's; as it is for a private one.

    Parameters
    ----------
    path
        The file, absolute or relative to the working folder of this moment.
    html
        What the user sees and clicks at; it is taken as it is, so its texts are escaped already.
    style
        CSS of the link.

    Returns
    -------
    str
        HTML. The link is relative to the folder in which the kernel was started, which is the notebook's.
    """
    if is_private(path):
        return html
    target = escape(quote(os.path.relpath(path, _notebook_folder)))
    return f"<a href='{target}' target='_blank' style='{style}'>{html}</a>"

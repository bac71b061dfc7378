"""The viewer's letters: PGPLOT takes file names of about 128 characters and draws no text if its font lies deeper."""

from __future__ import annotations

import os
import re
from glob import glob

_FOLDER = ("usr", "lib", "pgplot")
_FILES = {"PGPLOT_FONT": "grfont.dat", "PGPLOT_RGB": "rgb.txt"}
# AppRun, a Perl program, sets the variables, and so does the viewer itself.
_ASSIGNMENTS = re.compile(rb"(\$ENV\{PGPLOT_\w+\}) = ")
_CONSTANTS = re.compile(rb"PGPLOT(?=_(?:FONT|RGB)=\0)")


def let_be_given(root: str) -> None:
    """Let no program in `root` set a variable of PGPLOT's that is set already.

    Parameters
    ----------
    root
        The folder into which an AppImage has been unpacked; files in it are changed.

    Raises
    ------
    OSError
        A file cannot be read or written.
    """
    _change(os.path.join(root, "AppRun"), _ASSIGNMENTS, rb"\1 //= ")
    for path in glob(os.path.join(root, "usr", "bin", "*")):
        # Variables by other names, which nobody reads.
        _change(path, _CONSTANTS, b"pgplot")


def _change(path: str, old: re.Pattern[bytes], new: bytes) -> None:
    with open(path, "r+b") as file:
        code = file.read()
        if old.search(code):
            file.seek(0)
            file.write(old.sub(new, code))


def variables(run: str, folder: str) -> dict[str, str]:
    """What tells the program `run` the short way to PGPLOT's files, through a link in `folder`.

    Parameters
    ----------
    run
        The path of an AppRun.
    folder
        A private folder, which has no link of that kind yet.

    Returns
    -------
    dict
        Environment variables; none for a program without PGPLOT.
    """
    files = os.path.join(os.path.dirname(run), *_FOLDER)
    if not os.path.isdir(files):
        return {}
    link = os.path.join(folder, "pgplot")
    os.symlink(files, link)
    return {name: os.path.join(link, file) for name, file in _FILES.items()}

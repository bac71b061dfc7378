"""Turn PDF and PostScript into PNG pages with whatever program the machine has."""

from __future__ import annotations

import shutil
import subprocess
from glob import escape, glob

from .workspace import private_file

_SECONDS = 60


def pages_of(path: str, resolution: int = 110) -> list[bytes]:
    """PNG data of each page of `path`; none if no program here can draw it."""
    out = private_file("page", "")
    with open(path, "rb") as file:
        is_pdf = file.read(4) == b"%PDF"
    commands = [["gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-sDEVICE=png16m", "-dTextAlphaBits=4",
                 "-dGraphicsAlphaBits=4", f"-r{resolution}", f"-sOutputFile={out}-%04d.png", path]]
    if is_pdf:
        commands.insert(0, ["pdftoppm", "-png", "-r", str(resolution), path, out])
        commands.append(["mutool", "draw", "-r", str(resolution), "-o", f"{out}-%04d.png", path])
    for command in commands:
        if shutil.which(command[0]) and _works(command):
            pages = sorted(glob(escape(out) + "*.png"))
            return [_read(page) for page in pages]
    return []


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=_SECONDS).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()

"""Let CASA's programs listen on a socket in their own folder, not on every network interface of the machine.

plotms and the viewer obey whoever connects to them, without asking who it is. The address is a constant in
the program, so it is changed there, in our own unpacked copy.
"""

from __future__ import annotations

import os
import re
from glob import glob

from casawrapper.casa.core.errors import OpenToEverybody

# The text '0.0.0.0:%d' as the compiler put it into the code: eight bytes, then, after a few
# instructions, the last four, which overlap the first by one.
_ANY_INTERFACE = re.compile(rb"(?<=\x48\xb8)0\.0\.0\.0:(?P<between>.{4,40}?):%d\0", re.DOTALL)
_SCHEME = "unix:"
# A socket's address has room for 107 bytes.
_LONGEST_PATH = 100


def close_off(root: str) -> None:
    """Change the programs below `root`.

    Parameters
    ----------
    root
        The folder into which an AppImage has been unpacked.

    Raises
    ------
    OpenToEverybody
        If there is no such address in them, as when a compiler has laid it out in another way.
    OSError
        If a program cannot be read or written.
    """
    changed = 0
    for path in glob(os.path.join(root, "usr", "bin", "*")):
        with open(path, "r+b") as file:
            code = file.read()
            # A program has several servers, and two cannot share a name.
            for number, place in enumerate(_ANY_INTERFACE.finditer(code), 1):
                name = f"{_SCHEME}gui-{number}".encode().ljust(11, b"\0")
                file.seek(place.start())
                file.write(name[:8] + place["between"] + name[7:])
                changed += 1
    if not changed:
        raise OpenToEverybody(os.path.basename(os.path.dirname(root)))


def reachable(address: str, folder: str) -> str:
    """Where to connect to a program that runs in `folder` and gave `address`.

    Parameters
    ----------
    address
        What the program has written, such as "unix:gui-1".
    folder
        An absolute path.

    Returns
    -------
    str
        "unix:" and an absolute path; one by way of an open descriptor of this process if the folder lies too deep.

    Raises
    ------
    OpenToEverybody
        If it listens anywhere but in its folder.
    """
    name = address.removeprefix(_SCHEME)
    if name == address or os.path.dirname(name):
        raise OpenToEverybody(f"The program at {address}")
    path = os.path.join(folder, name)
    if len(os.fsencode(path)) > _LONGEST_PATH:
        path = f"/proc/self/fd/{os.open(folder, os.O_PATH)}/{name}"
    return _SCHEME + path

"""Temporary folders that know whether their process lives, so that those of killed kernels do not gather.

The folder of a process is removed when it exits. One that was killed is swept by the next process that needs a
folder: never another user's, and never one that may be of another machine that shares the temporary folder.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import socket
import tempfile
import threading
from contextlib import suppress

_PREFIXES = ("casa-kernel-", "ipykernel_")
# Those of ipykernel itself have no owner's file and are left alone.
_OWNER = ".owner"
_MACHINE_ID = "/etc/machine-id"
_BOOT_ID = "/proc/sys/kernel/random/boot_id"
_swept = False


def own(folder: str) -> None:
    """Remove `folder`, new in the temporary folder, when this process exits, or some time after its death.

    Parameters
    ----------
    folder
        An absolute path, whose name begins with ``casa-kernel-`` or ``ipykernel_``; a forked child leaves it alone.
    """
    _mark(folder)
    atexit.register(_remove, os.getpid(), folder)
    global _swept
    if not _swept:
        _swept = True
        threading.Thread(target=sweep, name="casa-leftovers", daemon=True).start()


def sweep() -> None:
    """Remove the folders of dead processes."""
    try:
        with os.scandir(tempfile.gettempdir()) as entries:
            folders = [
                entry.path
                for entry in entries
                if entry.name.startswith(_PREFIXES)
                and entry.is_dir(follow_symlinks=False)
                and entry.stat().st_uid == os.getuid()
            ]
    except OSError:
        return
    for folder in folders:
        with suppress(OSError):  # gone already, or not to be removed
            _sweep(folder)


def _mark(folder: str) -> None:
    owner = os.open(os.path.join(folder, _OWNER), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        # Until the process has ended, and its forks.
        fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return  # a disk without locks: an empty file says nothing, so that nobody sweeps the folder
    os.write(owner, "\n".join(_here()).encode())


def _sweep(folder: str) -> None:
    with open(os.path.join(folder, _OWNER), "r+", encoding="utf-8") as owner:
        fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        boot, _, machine = owner.read().partition("\n")
        here = _here()
        # Locks are of one machine only on many shared disks, so a free one tells nothing of another machine's.
        if boot and (boot == here[0] or machine and machine == here[1]):
            for name in os.listdir(folder):
                if name != _OWNER:
                    path = os.path.join(folder, name)
                    shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
            shutil.rmtree(folder)


def _here() -> tuple[str, str]:
    """This boot, and this machine where it can be told from others."""
    machine = _read(_MACHINE_ID)
    return _read(_BOOT_ID), f"{machine} {socket.gethostname()}" if machine else ""


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return ""


def _remove(owner: int, folder: str) -> None:
    # A forked child must not remove its parent's folder.
    if owner == os.getpid():
        shutil.rmtree(folder, ignore_errors=True)

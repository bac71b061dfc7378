"""Find CASA's GUI programs and unpack their AppImages, so that neither FUSE nor luck is needed."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape, glob

from casawrapper.casa.core.errors import CasaSetupError, again
from casawrapper.casa.programs import pgplot
from casawrapper.casa.programs.private_socket import close_off
from casawrapper.casa.versions.private_names import PROGRAMS
from casawrapper.util.interrupts import interruptible

EXTRACT_SECONDS = 300
_SCRATCH = ".unpacking-"
# Nobody unpacks for so long: the kernel was killed over it.
_DEAD_SECONDS = 12 * EXTRACT_SECONDS
# casaplotms honours --datapath only when it runs from a folder of this name.
_ROOT = "squashfs-root"
# What is done to an unpacked application: another edition is unpacked anew.
_EDITION = "private-2"
_NO_WAY = "its pictures can be made on Linux x86_64 only."


def find_appimage(package: str) -> str | None:
    """Path of the application that the Python package `package` ships, None if it ships none here.

    Returns
    -------
    str or None
        Of several, the one for this machine's processor; another one's if there is none for it. None also if the
        package is not installed.
    """
    spec = importlib.util.find_spec(package)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        candidates = sorted(glob(os.path.join(location, PROGRAMS, "*.AppImage")))
        own = [path for path in candidates if platform.machine() in os.path.basename(path)]
        if own or candidates:
            return (own or candidates)[0]
    return None


def is_appimage(path: str) -> bool:
    """Whether `path` is a real AppImage and not a script or link that an administrator put in its place.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    with open(path, "rb") as file:
        head = file.read(11)
    return head[:4] == b"\x7fELF" and head[8:10] == b"AI"


def machine() -> str:
    """What programs must be made for.

    Returns
    -------
    str
        System and processor, such as "Linux x86_64".
    """
    return f"{platform.system()} {platform.machine()}"


def is_supported() -> bool:
    """Whether CASA has programs with windows for this machine."""
    return machine() == "Linux x86_64"


@interruptible
def application(package: str) -> str:
    """Path of the program to start for `package`, unpacked at first need.

    Parameters
    ----------
    package
        casaplotms or casaviewer.

    Returns
    -------
    str
        The AppRun of the unpacked AppImage, or what an administrator has put in the place of that.

    Raises
    ------
    CasaSetupError
        The package has no program for this machine.
    RuntimeError
        It cannot be unpacked in any of the `cache_folders`.
    OpenToEverybody
        It would listen on all network interfaces, and cannot be changed not to.
    """
    image = find_appimage(package)
    if image is None:
        raise CasaSetupError(
            f"The package {package}, as it is installed here, has no program for {machine()}: "
            f"{'run  %pip install ' + again(package) + '  and this cell again.' if is_supported() else _NO_WAY}"
        )
    return _unpacked(image) if is_appimage(image) else image


def cache_folders() -> list[str]:
    """Where unpacked applications are kept, the best place first.

    Returns
    -------
    list of str
        One in the user's cache (``XDG_CACHE_HOME``), one in the temporary folder; they need not be there.
    """
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return [os.path.join(home, "casa-kernel"), os.path.join(tempfile.gettempdir(), f"casa-kernel-cache-{os.getuid()}")]


def cached(image: str) -> str | None:
    """The AppRun of an `image` that has been unpacked before.

    Returns
    -------
    str or None
        None if it has not been unpacked, or only into a folder that others may write to.
    """
    for folder in cache_folders():
        run = os.path.join(folder, _key(image), _ROOT, "AppRun")
        if _is_ours(folder) and os.access(run, os.X_OK):
            return run
    return None


def _unpacked(image: str) -> str:
    run = cached(image)
    problems = []
    for folder in cache_folders() if run is None else ():
        try:
            return _extract(image, folder)
        except (OSError, subprocess.SubprocessError) as error:
            problems.append(f"{folder}: {error}")
    if run is None:
        raise RuntimeError(
            f"{os.path.basename(image)} could not be unpacked ({'; '.join(problems)}). "
            "It needs about 150 MB: free some, or set XDG_CACHE_HOME to a folder with space."
        )
    return run


def _extract(image: str, folder: str) -> str:
    os.makedirs(folder, mode=0o700, exist_ok=True)
    if not _is_ours(folder):
        raise PermissionError("this folder belongs to somebody else")
    target = os.path.join(folder, _key(image))
    with _lock(target + ".lock"):
        if not os.access(os.path.join(target, _ROOT, "AppRun"), os.X_OK):
            _extract_into(image, folder, target)
    return os.path.join(target, _ROOT, "AppRun")


def _extract_into(image: str, folder: str, target: str) -> None:
    # Time is the one thing that is also known of kernels on other machines with this home.
    for left in glob(os.path.join(escape(folder), _SCRATCH + "*")):
        if time.time() - os.path.getmtime(left) > _DEAD_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    scratch = tempfile.mkdtemp(prefix=_SCRATCH, dir=folder)
    try:
        subprocess.run(
            [image, "--appimage-extract"],
            cwd=scratch,
            check=True,
            timeout=EXTRACT_SECONDS,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if not os.access(os.path.join(scratch, _ROOT, "AppRun"), os.X_OK):
            raise OSError("nothing that can be started came out (is the folder mounted noexec?)")
        close_off(os.path.join(scratch, _ROOT))
        pgplot.let_be_given(os.path.join(scratch, _ROOT))
        shutil.rmtree(target, ignore_errors=True)
        # The rename is what makes a half unpacked application invisible to other kernels.
        os.rename(scratch, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _key(image: str) -> str:
    # By content, because the modification time differs between installations of one version.
    size = os.path.getsize(image)
    with open(image, "rb") as file:
        digest = hashlib.sha256(file.read(1 << 16))
        file.seek(max(0, size - (1 << 16)))
        digest.update(file.read())
    name = os.path.basename(image).removesuffix(".AppImage")
    return f"{name}-{size}-{digest.hexdigest()[:12]}-{_EDITION}"


def _is_ours(folder: str) -> bool:
    # The second cache lies in a folder that everybody may write to: run nothing that others put there.
    try:
        status = os.stat(folder)
    except OSError:
        return False
    return status.st_uid in (0, os.getuid()) and not status.st_mode & 0o022


@contextmanager
def _lock(path: str) -> Iterator[None]:
    import fcntl

    end = time.monotonic() + EXTRACT_SECONDS
    with open(path, "w") as file:
        # Without a lock two kernels unpack it, which is only slow: one that holds it may be suspended.
        while time.monotonic() < end:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.1)
            except OSError:
                # Some network file systems have no locks.
                break
        yield

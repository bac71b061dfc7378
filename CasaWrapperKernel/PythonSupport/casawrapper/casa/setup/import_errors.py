"""One clear sentence for each known way in which CASA fails to import."""

from __future__ import annotations

import errno
import os
import resource
import sys

from casawrapper.casa.core.errors import CasaSetupError

_DATA_ERRORS = {
    "AutoUpdatesNotAllowed",
    "BadLock",
    "BadReadme",
    "NoNetwork",
    "NoReadme",
    "RemoteError",
    "UnsetMeasurespath",
}


def explain(error: BaseException) -> str | None:
    """What is wrong with this CASA installation and its cure, or None if `error` is not a known one."""
    text = str(error)
    if isinstance(error, CasaSetupError):
        return None
    if type(error).__name__ in _DATA_ERRORS or "measures data is not available" in text:
        return _measures_data()
    if isinstance(error, OSError) and error.errno == errno.EMFILE:
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return (
            f"This process may have no more than {files} files open at once, and CASA with plots needs 128: "
            "raise the limit where Jupyter is started (ulimit -n 128)."
        )
    if isinstance(error, MemoryError) or "failed to map segment" in text or "cannot allocate memory" in text.lower():
        return (
            "There is not enough memory, or address space, to load CASA, which needs 2.4 GB of the latter: raise the "
            "limit where Jupyter is started (ulimit -v)."
        )
    if isinstance(error, ModuleNotFoundError) and error.name:
        if error.name.startswith("_") and isinstance(error.__context__, ImportError):
            # The second attempt of CASA's tools to load a library; the first one says why it cannot.
            return explain(error.__context__)
        package = error.name.partition(".")[0]
        return (
            f"CASA needs the Python package '{package}', which is not installed: "
            f"run  %pip install {package}  and restart the kernel."
        )
    if "Descriptors cannot" in text:
        return (
            "The installed protobuf is too new for CASA's plotting packages: run  "
            "%pip install 'protobuf<3.21'  and restart the kernel (or import CASA before anything that "
            "imports google.protobuf)."
        )
    if "OPENSSL_" in text or "GLIBC" in text:
        return (
            f"This CASA release was built for a newer Linux than this one ({text}): install an older "
            "casatools, or use a newer system or container."
        )
    return None


def _measures_data() -> str:
    config = sys.modules.get("casaconfig.config")
    if config is None:
        # Before CASA 6.6.4 the data were a package.
        return "CASA has no measures data: run  %pip install casadata  and restart the kernel."
    folder = getattr(config, "measurespath", None)
    other = "or set measurespath in ~/.casa/config.py to a casadata folder that is already there"
    if not folder:
        return (
            "CASA has no measures data, because measurespath is not set: set it in ~/.casa/config.py to "
            "a casadata folder."
        )
    if not os.path.isdir(folder):
        return (
            f"CASA has no measures data: the folder {folder} does not exist. Fetch them (830 MB, once) with  "
            f"!mkdir -p {folder} && {sys.executable} -m casaconfig --update-all  and run this cell again, {other}."
        )
    if not os.access(folder, os.W_OK):
        return (
            f"CASA has no measures data: the folder {folder} lacks them and you may not write there. "
            f"Ask its owner to fill it, {other}."
        )
    return (
        f"CASA has no usable measures data in {folder}: empty that folder and restart the kernel with "
        f"a network connection (CASA then downloads about 830 MB into it, once), {other}."
    )

"""`python -m casawrapper.casa.doctor`: what of CASA is here and works, as one JSON list.

Each element has `check`, `ok`, `detail`, `cure` (empty when ok) and `mended`. CASA is imported in another process only.
With --fix, what can be mended by adding files where CASA or the kernel would add them is mended; CASA's start-up
options are understood.
"""

from __future__ import annotations

import argparse
import ctypes.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache, partial
from importlib import metadata

import casawrapper
from casawrapper.casa.catalog import package_folder
from casawrapper.casa.core.errors import again
from casawrapper.casa.programs import appimage
from casawrapper.casa.setup import protobuf, site_config
from casawrapper.casa.setup.options import Options
from casawrapper.casa.versions.private_names import OLD_DATA

_NEEDED = ("casatools", "casatasks")
# Packages that CASA works without, and what does not; the last ones need not be there at all.
_USEFUL = {
    "casaplotms": "plotms needs it",
    "casaviewer": "imview and msview need it",
    "casashell": "inp, go and the other verbs of the CASA prompt need it",
    "casalogger": "",
    "casampi": "",
}
_CONFIG_SINCE = (6, 6, 4)
_APPLICATIONS = {"casaplotms": "plotms", "casaviewer": "imview and msview"}
_ROOT = os.path.dirname(os.path.dirname(casawrapper.__file__))
_TRYOUT, _IMPORT_SECONDS = "casawrapper.casa.doctor.probe", 45
_MIN_CACHE_MB, _MIN_TEMP_MB = 500, 1000
_SECONDS_PER_DAY = 86400


@dataclass
class Check:
    """One finding."""

    check: str
    ok: bool
    detail: str
    cure: str = ""
    mended: bool = False


def checks(options: Options, fix: bool) -> list[Check]:
    """Every finding; a check that breaks is reported as one that failed."""
    found: list[Check] = []
    for group in (
        _python,
        _packages,
        _requirements,
        partial(_measures, options, fix),
        partial(_imports, options),
        partial(_applications, fix),
        _disk,
    ):
        try:
            found.extend(group())
        except Exception as error:
            name = getattr(group, "func", group).__name__.strip("_")
            found.append(
                Check(name, False, f"could not be checked: {error!r}", "report this to the makers of casa-kernel")
            )
    return found


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str | None) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version or "")[:3])


def _pip(package: str) -> str:
    return f"{sys.executable} -m pip install {package}"


def _result(name: str, ok: bool, detail: str, cure: str) -> Check:
    return Check(name, ok, detail, "" if ok else cure)


def _python() -> Iterator[Check]:
    ok = (3, 10) <= sys.version_info[:2] <= (3, 13)
    yield _result(
        "python",
        ok,
        f"{platform.python_version()} at {sys.executable}",
        "use Python 3.10 to 3.13, for which CASA 6.7 is made",
    )
    ipython = _version("ipython")
    yield _result("ipython", _numbers(ipython) >= (8, 5), ipython or "not installed", _pip("'ipython>=8.5'"))


def _data_package() -> str:
    """The package by which this version of CASA finds its data."""
    casa = _version("casatools")
    return OLD_DATA[0] if casa and _numbers(casa) < _CONFIG_SINCE else "casaconfig"


def _packages() -> Iterator[Check]:
    for package in (*_NEEDED, _data_package()):
        yield _result(package, _version(package) is not None, _version(package) or "not installed", _pip(package))
    for package, use in _USEFUL.items():
        ok = _version(package) is not None or not (use and _version("casatools"))
        yield _result(package, ok, _version(package) or "not installed", f"{_pip(package)}  ({use})")


def _requirements() -> Iterator[Check]:
    six = _version("six")
    yield _result("six", six is not None, six or "not installed", _pip("six") + "  (casatasks needs it)")
    if _version("casaplotms") or _version("casaviewer"):
        ok = os.environ.get(protobuf.VARIABLE) == "python" or not any(map(protobuf.needs_python, protobuf.PACKAGES))
        yield _result(
            "protobuf",
            ok,
            _version("protobuf") or "not installed",
            _pip("'protobuf<3.21'") + "  (the kernel else runs protobuf in its slower Python mode)",
        )
    numpy = _version("numpy")
    yield _result(
        "numpy",
        _numbers(numpy) < (2, 4),
        numpy or "not installed",
        _pip("'numpy<2.4'") + "  (with newer ones imregrid(template='GALACTIC') fails)",
    )


def _measures(options: Options, fix: bool) -> Iterator[Check]:
    candidates = _data_folders(options)
    if candidates is None:
        yield Check("measures data", False, "casaconfig cannot be read", _pip("casaconfig"))
        return
    if folder := _with_data(candidates):
        yield Check("measures data", True, folder)
        yield _leap_seconds(folder)
        return
    where = ", ".join(candidates) or "any folder (measurespath is not set)"
    if _data_package() == OLD_DATA[0]:
        yield Check("measures data", False, f"not in {where}", _pip(again(OLD_DATA[0])))
        return
    if fix and candidates and not os.path.isdir(candidates[0]):
        yield _made(candidates[0])
    yield Check(
        "measures data",
        False,
        f"not in {where}",
        f"{sys.executable} -m casaconfig --update-all  (with a network connection), or set measurespath in "
        "~/.casa/config.py or in a site config ($CASASITECONFIG) to where they are",
    )


@cache
def _data_folders(options: Options) -> list[str] | None:
    """Where CASA's configuration says that the data are; None where there is no configuration."""
    if _data_package() == OLD_DATA[0]:
        return [os.path.join(package_folder(OLD_DATA[0]) or "", OLD_DATA[1])]
    site_config.choose()
    # casaconfig only evaluates the config files; in another process because they may hold any code.
    code = (
        "import json, sys\nfrom casaconfig import config\n"
        "print('\\n' + json.dumps([config.measurespath, list(config.datapath)]))"
    )
    arguments = ["--configfile", options.config_path()]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60)
    if done.returncode:
        return None
    measures, folders = json.loads(done.stdout.splitlines()[-1])
    return [path for path in [measures, *(options.folders() or folders)] if path]


def _with_data(candidates: list[str]) -> str | None:
    return next(
        (
            folder
            for folder in candidates
            if os.access(os.path.join(folder, "geodetic", "IERSeop2000", "table.dat"), os.R_OK)
        ),
        None,
    )


def _imports(options: Options) -> Iterator[Check]:
    data = _with_data(_data_folders(options) or [])
    if not _version("casatools") or data is None:
        return
    with tempfile.TemporaryDirectory() as home:
        # An empty home, so that CASA neither reads nor writes the user's files.
        environment = {**os.environ, "HOME": home, "PYTHONPATH": f"{_ROOT}:{os.environ.get('PYTHONPATH', '')}"}
        try:
            done = subprocess.run(
                [sys.executable, "-m", _TRYOUT, data],
                capture_output=True,
                text=True,
                timeout=_IMPORT_SECONDS,
                cwd=home,
                env=environment,
            )
        except subprocess.TimeoutExpired:
            yield Check(
                "imports",
                False,
                f"CASA could not be imported within {_IMPORT_SECONDS} s",
                "ask again when the machine and its disks are less busy",
            )
            return
    if done.returncode:
        yield Check(
            "imports",
            False,
            f"Python ended with exit code {done.returncode} while it imported CASA",
            f"{sys.executable} -c 'import casatasks'  shows why",
        )
        return
    tried = json.loads(done.stdout.splitlines()[-1])
    for package, (failure, missing) in tried.items():
        if failure:
            text, _, cure = failure.partition(": run  ")
            yield Check(f"{package} import", False, text, cure or _pip(again(package)))
        for sentence in missing:
            yield Check(
                "private names", False, sentence, "use a newer casa-kernel, or a version of CASA that this one knows"
            )
    if not any(failure or missing for failure, missing in tried.values()):
        yield Check("imports", True, f"{', '.join(tried)}: all that the kernel uses is there")


def _made(folder: str) -> Check:
    try:
        os.makedirs(folder)
    except OSError as error:
        return Check(
            "data folder",
            False,
            f"{folder} cannot be made ({error.strerror})",
            "set measurespath in ~/.casa/config.py to a folder of your own",
        )
    return Check("data folder", True, f"made {folder}, where CASA will put its data", mended=True)


def _leap_seconds(folder: str) -> Check:
    table = os.path.join(folder, "geodetic", "TAI_UTC")
    stamp = _table_date(table)
    days = (time.time() - stamp) / _SECONDS_PER_DAY if stamp else None
    detail = f"{days:.0f} days old" if days is not None else "age unknown"
    return _result(
        "leap seconds",
        days is not None and days < 365,
        f"{table}, {detail}",
        f"{sys.executable} -m casaconfig --measures-update --force  (CASA else logs SEVERE lines, but "
        "its times stay right unless a leap second has been added since)",
    )


def _table_date(table: str) -> float | None:
    """The date that is written in the table, as the files' own times change when they are copied."""
    try:
        with open(os.path.join(table, "table.dat"), "rb") as file:
            dates = re.findall(rb"(\d{4})/(\d\d)/(\d\d)/\d\d:\d\d", file.read())
    except OSError:
        return None
    if not dates:
        return None
    year, month, day = map(int, max(dates))
    return time.mktime((year, month, day, 0, 0, 0, 0, 0, -1))


def _applications(fix: bool) -> Iterator[Check]:
    for package, tasks in _APPLICATIONS.items():
        if _version(package) is None:
            continue
        image = appimage.find_appimage(package)
        if image is None:
            cure = _pip(again(package)) if appimage.is_supported() else f"{tasks} work on Linux x86_64 only"
            yield Check(f"{package} application", False, f"none for {appimage.machine()}", cure)
        elif not appimage.is_appimage(image):
            yield Check(f"{package} application", os.access(image, os.X_OK), f"{image} (not an AppImage)")
        else:
            yield _appimage(f"{package} application", package, image, fix)
    perl = shutil.which("perl", path=f"/usr/bin:/bin:{os.environ.get('PATH', '')}")
    yield _result(
        "perl",
        perl == "/usr/bin/perl",
        perl or "not installed",
        "install perl as /usr/bin/perl (it starts plotms and the viewer)",
    )
    fuse = os.access("/dev/fuse", os.R_OK) and ctypes.util.find_library("fuse") is not None
    yield Check("fuse", True, "there" if fuse else "not there (not needed: the kernel unpacks the AppImages)")


def _appimage(name: str, package: str, image: str, fix: bool) -> Check:
    unpacked = appimage.cached(image)
    runs = bool(unpacked) or os.access(image, os.X_OK)
    if not fix or unpacked or not runs:
        state = f"unpacked as {unpacked}" if unpacked else "to be unpacked at first use"
        return _result(name, runs, f"{image}, {state}", f"chmod +x {image}")
    try:
        return Check(name, True, f"unpacked as {appimage.application(package)}", mended=True)
    except RuntimeError as error:
        problem, _, cure = str(error).partition(". ")
        return Check(name, False, problem, cure)


def _disk() -> Iterator[Check]:
    for name, folder, minimum in (
        ("cache folder", appimage.cache_folders()[0], _MIN_CACHE_MB),
        ("temporary folder", tempfile.gettempdir(), _MIN_TEMP_MB),
    ):
        there = folder
        while not os.path.isdir(there):
            there = os.path.dirname(there)
        free = shutil.disk_usage(there).free // 1_000_000
        writable = os.access(there, os.W_OK)
        yield _result(
            name,
            writable and free >= minimum,
            f"{folder}, {free} MB free{'' if writable else ', not writable'}",
            f"free {minimum} MB there, or choose another with "
            f"{'XDG_CACHE_HOME' if name.startswith('cache') else 'TMPDIR'}",
        )


def main() -> None:
    """Write the findings as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--fix", action="store_true")
    parser.add_argument("--nologfile", action="store_true")
    for name in ("logfile", "cachedir", "datapath", "configfile"):
        parser.add_argument(f"--{name}")
    given = vars(parser.parse_args())
    fix = given.pop("fix")
    print(json.dumps([asdict(check) for check in checks(Options(**given), fix)], indent=1))

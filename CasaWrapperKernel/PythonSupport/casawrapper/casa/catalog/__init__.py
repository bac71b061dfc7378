"""The names of the CASA prompt, read from the files of the installed packages without importing them."""

from __future__ import annotations

import ast
import importlib.util
import os

from casawrapper.casa.catalog.installed import while_installed
from casawrapper.casa.versions.private_names import TOOL_LIST
from casawrapper.util.parsing import parse

# Short names of the tools as CASA's users know them, for installations without casashell's own list.
_TOOLS = {
    "imager": "im",
    "calibrater": "cb",
    "ms": "ms",
    "quanta": "qa",
    "table": "tb",
    "agentflagger": "af",
    "measures": "me",
    "image": "ia",
    "imagepol": "po",
    "simulator": "sm",
    "componentlist": "cl",
    "coordsys": "cs",
    "regionmanager": "rg",
    "spectralline": "sl",
    "vpmanager": "vp",
    "msmetadata": "msmd",
    "functional": "fn",
    "imagemetadata": "imd",
    "atmosphere": "at",
    "calanalysis": "ca",
    "mstransformer": "mt",
    "singledishms": "sdms",
    "linearmosaic": "lm",
}
_TASKS = """
    accor apparentsens applycal asdmsummary bandpass blcal calstat casalog clearcal clearstat concat conjugatevis
    cvel cvel2 deconvolve defintent delmod exportasdm exportfits exportuvfits feather fixplanets fixvis flagcmd
    flagdata flagmanager fluxscale fringefit ft gaincal gencal getantposalma getcalmodvla getephemtable
    hanningsmooth imbaseline imcollapse imcontsub imdev imfit imhead imhistory immath immoments impbcor importasap
    importasdm importatca importfits importfitsidi importgmrt importmiriad importnro importuvfits importvla impv
    imrebin imreframe imregrid imsmooth imstat imsubimage imtrans imval initweights listcal listfits listhistory
    listobs listpartition listsdm listvis makemask mstransform msuvbin nrobeamaverage partition phaseshift plotants
    plotbandpass plotprofilemap plotweather polcal polfromgain predictcomp rerefant rmfit rmtables sdatmcor
    sdbaseline sdcal sdfit sdfixscan sdgaincal sdimaging sdintimaging sdpolaverage sdsidebandsplit sdsmooth
    sdtimeaverage setjy simalma simanalyze simobserve slsearch smoothcal specfit specflux specsmooth splattotable
    split spxfit statwt tclean testconcat tsdimaging uvcontsub uvcontsub_old uvmodelfit uvsub virtualconcat vishead
    visstat widebandpbcor wvrgcal
"""
MODULES = ("casatools", "casatasks")
# This package's own, which is there like CASA's names, and what it has for users.
WRAPPER = "casawrapper"
WRAPPERS = ("image", "ms", "table")
VERBS = ("inp", "go", "default", "tget", "tput", "saveinputs", "taskhelp", "toolhelp", "execfile", "doc")
# Package, and name at the prompt to name in that package.
APPLICATIONS = {
    "casaplotms": {"plotms": "plotms"},
    "casaviewer": {"imview": "imview", "msview": "msview", "viewer": "imview"},
    "casatablebrowser": {"browsetable": "browsetable"},
    "casafeather": {"casafeather": "casafeather"},
    "casalogger": {"casalogger": "casalogger"},
}


def package_folder(package: str) -> str | None:
    """Where the top-level package `package` is installed.

    Returns
    -------
    str or None
        None if it is not installed, or is a module without a folder.
    """
    spec = importlib.util.find_spec(package)
    return next(iter(spec.submodule_search_locations or ()), None) if spec else None


@while_installed
def task_names() -> frozenset[str]:
    """The tasks of casatasks, with casalog; those of CASA 6.7 where there are only CASA's tools."""
    folder = package_folder("casatasks")
    if folder is None and package_folder("casatools"):
        return frozenset(_TASKS.split())
    for node in _statements(folder, "__init__.py"):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return frozenset(ast.literal_eval(node.value)) - {"version", "version_string"}
    return frozenset()


@while_installed
def tools() -> dict[str, str]:
    """Each tool object's name and the class of casatools that it is made from, such as tb: table.

    Returns
    -------
    dict
        In the order of casashell's list; empty where CASA has no tools.
    """
    classes: dict[str, str] = {}
    found: dict[str, str] = {}
    for node in _statements(package_folder("casashell"), *TOOL_LIST):
        if isinstance(node, ast.ImportFrom) and node.module == "casatools":
            classes.update({alias.asname or alias.name: alias.name for alias in node.names})
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            constructor = getattr(node.value.func, "id", "")
            if constructor in classes and isinstance(node.targets[0], ast.Name):
                found[node.targets[0].id] = classes[constructor]
    return found or ({short: name for name, short in _TOOLS.items()} if package_folder("casatools") else {})


@while_installed
def casa_names() -> frozenset[str]:
    """Every name that is there at the CASA prompt and can be there in a notebook; none without CASA."""
    if not task_names():
        return frozenset()
    applications = (name for attributes in APPLICATIONS.values() for name in attributes)
    return frozenset(
        {*task_names(), *tools(), *constructors(), *MODULES, *VERBS, *applications, "ctsys", "argv", "config", WRAPPER}
    )


def original_name(name: str) -> str | None:
    """The task that is called `name` at the prompt, such as imview for viewer; None if there is none."""
    return next(
        (attributes[name] for attributes in APPLICATIONS.values() if name in attributes),
        name if name in task_names() else None,
    )


def constructors() -> dict[str, str]:
    """The tools' constructors, such as tbtool: table.

    Returns
    -------
    dict
        By the name at the prompt, the class of casatools.
    """
    return {f"{short}tool" if name != "vlafiller" else name: name for short, name in tools().items()}


def _statements(folder: str | None, *path: str) -> list[ast.stmt]:
    if folder is None:
        return []
    try:
        with open(os.path.join(folder, *path), encoding="utf-8") as file:
            return parse(file.read()).body
    except (OSError, SyntaxError):
        return []

"""What each task of CASA is known to read, make and change; a task that is not here always runs.

Made from the parameters of CASA 6.7's tasks, and from what real runs of them did to the files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from casawrapper.casa.calls.call import Arguments

Refuse = Callable[[Arguments], str | None]
"""Why a call with these arguments does more than the task is known for, None if it does not."""


@dataclass(frozen=True)
class Effect:
    """What a call does to files."""

    reads: tuple[str, ...]
    """The parameters that name what it reads. Whatever else of the arguments is the name of a file is read as well."""
    makes: tuple[str, ...] = ()
    """The parameters that name what it makes; without a value it makes nothing."""
    needs: bool = True
    """Whether it is known only with a value for the first of these."""
    suffixes: Callable[[Arguments], Sequence[str]] = lambda arguments: ()
    """The endings of what it makes, where the parameter is only the beginning of the names; else none."""
    changes: str = ""
    """The parameter that names what it changes in place."""
    replaces: bool = False
    """Whether what it makes takes the place of what is there, without being told so."""
    history: bool = False
    """Whether the history of what it reads counts too."""
    refuse: Refuse | None = None


# With these a call depends on more files than it names, on a window, or on other processes.
_NEVER = (
    "callib",
    "cfcache",
    "createmms",
    "display",
    "docallib",
    "interactive",
    "outlierfile",
    "parallel",
    "taql",
    "vptable",
    "writemodel",
)

_IMAGES = (".psf", ".residual", ".image", ".model", ".sumwt", ".pb", ".weight", ".mask", ".gridwt", ".alpha", ".beta")


# By the number of the moment; the first is that of -1.
_MOMENTS = (
    ".average",
    ".integrated",
    ".weighted_coord",
    ".weighted_dispersion_coord",
    ".median",
    ".median_coord",
    ".standard_deviation",
    ".rms",
    ".abs_mean_dev",
    ".maximum",
    ".maximum_coord",
    ".minimum",
    ".minimum_coord",
)


def unknown(effect: Effect, arguments: Arguments) -> str | None:
    """Why it is not known what a call with these arguments does.

    Parameters
    ----------
    effect
        The task's.
    arguments
        All of them.

    Returns
    -------
    str or None
        In words that go on from "because"; None if it is known.
    """
    for name in _NEVER:
        if arguments.get(name):
            return f"what {name} names or does is not known"
    if effect.makes and effect.needs and not arguments.get(effect.makes[0]):
        return f"{effect.makes[0]} names nothing"
    return effect.refuse(arguments) if effect.refuse else None


def replaces(effect: Effect, arguments: Arguments) -> bool:
    """Whether CASA puts what it makes in the place of what is there.

    Parameters
    ----------
    effect
        The task's.
    arguments
        All of them.
    """
    return effect.replaces or arguments.get("overwrite") is True


def _cleans(arguments: Arguments) -> str | None:
    if arguments["savemodel"] != "none":
        return "it writes a model into the data"
    if not isinstance(arguments["imagename"], str):
        return "it makes several images"
    if arguments["gridder"] not in ("standard", "wproject", "widefield"):
        return f"what the gridder {arguments['gridder']} reads is not known"
    return None


def _of_moments(arguments: Arguments) -> Sequence[str]:
    moments = arguments["moments"]
    return [_MOMENTS[number + 1] for number in moments] if isinstance(moments, list) and len(moments) > 1 else ()


def _asks(arguments: Arguments) -> str | None:
    return None if arguments["mode"] in ("list", "summary", "get") else "it may change the header"


def _adds(arguments: Arguments) -> str | None:
    return "it adds to what is there" if arguments["append"] else None


def _logs(arguments: Arguments) -> str | None:
    return "it adds to its logfile" if arguments["logfile"] else None


_SOLVES = Effect(("vis", "gaintable"), ("caltable",), replaces=True, refuse=_adds)
_SPLITS = Effect(("vis",), ("outputvis",))
_TRANSFORMS = Effect(("imagename",), ("outfile",))
_IN_PLACE = Effect(("vis",), changes="vis")

EFFECTS: dict[str, Effect] = {
    **dict.fromkeys(("gaincal", "bandpass", "polcal"), _SOLVES),
    **dict.fromkeys(("split", "mstransform", "phaseshift", "cvel2", "uvcontsub"), _SPLITS),
    **dict.fromkeys(
        ("imsubimage", "impbcor", "imcollapse", "imrebin", "imtrans", "impv", "specsmooth", "imdev", "imsmooth"),
        _TRANSFORMS,
    ),
    **dict.fromkeys(
        ("flagdata", "setjy", "ft", "statwt", "uvsub", "clearcal", "delmod", "initweights", "fixplanets"), _IN_PLACE
    ),
    "applycal": Effect(("vis", "gaintable"), changes="vis"),
    "fluxscale": Effect(("vis", "caltable"), ("fluxtable", "listfile"), refuse=_adds),
    "immoments": Effect(("imagename",), ("outfile",), suffixes=_of_moments),
    "imregrid": Effect(("imagename", "template"), ("output",)),
    "imcontsub": Effect(("imagename",), ("linefile", "contfile")),
    "feather": Effect(("highres", "lowres"), ("imagename",)),
    "tclean": Effect(("vis", "startmodel"), ("imagename",), suffixes=lambda arguments: _IMAGES, refuse=_cleans),
    "exportfits": Effect(("imagename",), ("fitsimage",), history=True),
    "exportuvfits": Effect(("vis",), ("fitsfile",), history=True),
    "importfits": Effect(("fitsimage",), ("imagename",)),
    "importuvfits": Effect(("fitsfile",), ("vis",)),
    "listobs": Effect(("vis",), ("listfile",), needs=False),
    "imstat": Effect(("imagename",), refuse=_logs),
    "imval": Effect(("imagename",)),
    "visstat": Effect(("vis",)),
    "imhead": Effect(("imagename",), refuse=_asks),
}


def values(arguments: Arguments) -> dict[str, Any]:
    """The arguments as they enter the identity of a call.

    Parameters
    ----------
    arguments
        All of them.
    """
    # Whether products are replaced does not change them.
    return {name: value for name, value in arguments.items() if name != "overwrite"}

"""Completion inside CASA calls: parameters, allowed values, data in the folder, names in the data."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Iterable

from . import catalog, datasets, selection
from .callsite import CallSite, call_at
from .datasets import CALIBRATION, FITS, IMAGE, MEASUREMENT_SET
from .parameters import Parameter, parameters

_KINDS = {
    **dict.fromkeys(("vis", "msfile"), (MEASUREMENT_SET,)),
    "infile": (MEASUREMENT_SET, IMAGE),
    **dict.fromkeys(("caltable", "caltable2", "caltable3", "gaintable", "tablein", "incrtable"),
                    (CALIBRATION,)),
    **dict.fromkeys(("imagename", "raster", "contour", "template", "highres", "lowres"), (IMAGE, FITS)),
    **dict.fromkeys(("mask", "startmodel", "model", "modelimage", "skymodel"), (IMAGE,)),
    **dict.fromkeys(("fitsimage", "fitsfile"), (FITS,)),
}
_DATA = ("vis", "caltable", "infile", "tablein", "msfile")
_SEPARATORS = re.compile(r"[,;&!]\s*")
_VERB_LINE = re.compile(rf"(?:^|\n)(?:{'|'.join(catalog.VERBS)})[ \t]+['\"]?(\w*)$")
_ASSIGNMENT = re.compile(r"(?:^|[\n;])[ ]*([A-Za-z_]\w*)[ ]*=[ ]*(['\"])([^'\"\n]*)$")


@dataclass(frozen=True)
class Found:
    """Texts that can stand in the place of `fragment`, which ends at the cursor."""

    fragment: str
    texts: list[str]
    kind: str
    alone: bool = True
    """Whether nothing else makes sense here."""


def complete(code: str, cursor: int, user_ns: dict[str, Any], active: Any = None) -> Found | None:
    """What CASA knows about the place of the cursor; None if that is no place of CASA's.

    `active` is the task whose parameters the user sets as variables, as at the CASA prompt.
    """
    verb = _VERB_LINE.search(code[:cursor])
    if verb is not None:
        return _found(verb[1], catalog.task_names(), "task")
    site, task = call_at(code, cursor), None
    if site is not None:
        if site.callee in catalog.VERBS and not site.quoted:
            return _found(site.word, catalog.task_names(), "task", alone=False)
        task = _resolve(site.callee, user_ns)
    elif active is not None and (line := _ASSIGNMENT.search(code[:cursor])) is not None:
        given = {key: repr(user_ns[key]) for key in _DATA if key in user_ns}
        site, task = CallSite("", given, [], line[1], line[3], True), active
    known = parameters(task)
    if site is None or not known:
        return None
    for name, text in zip(known, site.positional):
        site.given.setdefault(name, text)
    if site.parameter is None and not site.quoted:
        names = [f"{name}=" for name in known if name not in site.given]
        return _found(site.word, names, "param", alone=not site.word)
    # A text without a name is the value of the parameter in its place.
    name = site.parameter or next((name for name in list(known)[len(site.positional):]), "")
    return _values(site, known[name], user_ns) if name in known else None


def _values(site: CallSite, parameter: Parameter, user_ns: dict[str, Any]) -> Found | None:
    if not site.quoted:
        return _literals(site, parameter)
    fragment = _SEPARATORS.split(site.word)[-1]
    data = _data_named(site, user_ns)
    if data is not None:
        known = selection.values(parameter.name, data)
        if known:
            return _found(fragment, known, parameter.name)
    if parameter.allowed:
        return _found(site.word, parameter.allowed, "value")
    return _paths(site.word, parameter)


def _literals(site: CallSite, parameter: Parameter) -> Found | None:
    """Whole Python values, where the user has typed no quote yet."""
    if site.word:
        return None
    if "cBool" in parameter.types:
        return _found("", ("False", "True"), "value")
    paths = _paths("", parameter)
    return _found("", map(repr, parameter.allowed or (paths.texts if paths else ())), "value")


def _paths(word: str, parameter: Parameter) -> Found | None:
    kinds = _KINDS.get(parameter.name)
    if kinds is None and not any("Path" in name for name in parameter.types):
        return None
    return Found(word, datasets.matches(word, kinds or ()), "path")


def _found(fragment: str, texts: Iterable[str], kind: str, alone: bool = True) -> Found | None:
    """Those of `texts` that begin with `fragment`; of two that differ in case only the first typed so."""
    fitting: dict[str, str] = {}
    for text in sorted(texts, key=str.swapcase) if kind == "value" else texts:
        if text and text.startswith(fragment):
            fitting.setdefault(text.casefold(), text)
    return Found(fragment, list(fitting.values()), kind, alone) if fitting else None


def _resolve(callee: str, user_ns: dict[str, Any]) -> Any:
    first, *attributes = callee.split(".")
    value = user_ns.get(first)
    for attribute in attributes:
        # Anything but a module might run code of the user's.
        value = vars(value).get(attribute) if isinstance(value, ModuleType) else None
    return value


def _data_named(site: CallSite, user_ns: dict[str, Any]) -> str | None:
    """The data that the call names, as a text or by a variable."""
    for key in _DATA:
        text = site.given.get(key, "")
        try:
            value = user_ns.get(text) if text.isidentifier() else ast.literal_eval(text)
        except (ValueError, SyntaxError):
            continue
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, str) and value:
            return value
    return None

"""Completion inside CASA calls: parameters, allowed values, data in the folder, names in the data."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from casawrapper.casa import catalog
from casawrapper.casa.catalog import parameters, sources
from casawrapper.casa.catalog.parameters import Parameter
from casawrapper.casa.data import selection
from casawrapper.casa.data.kinds import ANY_TABLE, CALIBRATION, FITS, IMAGE, MEASUREMENT_SET, matches
from casawrapper.casa.keyboard.bindings import Bindings, bindings
from casawrapper.casa.keyboard.call_site import CallSite, call_at, in_text
from casawrapper.casa.prompt import task_name

_KINDS = {
    **dict.fromkeys(("vis", "msfile"), (MEASUREMENT_SET,)),
    "infile": (MEASUREMENT_SET, IMAGE),
    **dict.fromkeys(("caltable", "caltable2", "caltable3", "gaintable", "tablein", "incrtable"), (CALIBRATION,)),
    **dict.fromkeys(("imagename", "raster", "contour", "template", "highres", "lowres"), (IMAGE, FITS)),
    **dict.fromkeys(("mask", "startmodel", "model", "modelimage", "skymodel"), (IMAGE,)),
    **dict.fromkeys(("fitsimage", "fitsfile"), (FITS,)),
}
# What the method open() of a tool takes, which has another name in each.
_OPENED = {
    **dict.fromkeys(("ms", "msmetadata", "calibrater", "imager", "agentflagger", "simulator"), (MEASUREMENT_SET,)),
    **dict.fromkeys(("image", "imagemetadata", "imagepol"), (IMAGE, FITS)),
    "calanalysis": (CALIBRATION,),
    "table": (ANY_TABLE,),
}
_WRAPPED = {"image": (IMAGE, FITS), "ms": (MEASUREMENT_SET,), "table": (ANY_TABLE,)}
_DATA = ("vis", "caltable", "infile", "tablein", "msfile")
_SEPARATORS = re.compile(r"[,;&!]\s*")
_VERB_LINE = re.compile(rf"(?:^|\n)(?:{'|'.join(catalog.VERBS)})[ \t]+['\"]?(\w*)$")
_WORD = re.compile(r"(?:^|[^\w.])(\w{2,})$")
_ATTRIBUTE = re.compile(r"(?<![\w.])(\w+)\.(\w*)$")
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
    head = code[:cursor]
    verb = _VERB_LINE.search(head)
    if verb is not None:
        return _found(verb[1], catalog.task_names(), "task")
    names, site = _Names(user_ns, bindings(head)), call_at(code, cursor)
    if site is not None:
        if site.callee in catalog.VERBS and not site.quoted:
            return _found(site.word, catalog.task_names(), "task", alone=False)
        task = names.task(site.callee)
    else:
        task = names.cell.task or task_name(active)
        line = _ASSIGNMENT.search(head) if task else None
        if line is not None:
            given = {key: key for key in _DATA}
            site = CallSite("", given, [], line[1], line[3], True, quote=line[2])
    known = parameters.parameters(task) if task else {}
    if site is None or not known:
        opened = _opened(site, names) if site is not None else None
        return opened or _outside(head, names)
    for name, text in zip(known, site.positional, strict=False):
        site.given.setdefault(name, text)
    if site.parameter is None and not site.quoted:
        texts = [f"{name}=" for name in known if name not in site.given]
        return _found(site.word, texts, "param", alone=not site.word)
    # A text without a name is the value of the parameter in its place.
    name = site.parameter or next((name for name in list(known)[len(site.positional) :]), "")
    return _values(site, known[name], names) if name in known else None


def _opened(site: CallSite, names: _Names) -> Found | None:
    """Data for the method open() of a tool, and for casawrapper's functions."""
    owner, _, method = site.callee.rpartition(".")
    kinds = _OPENED.get(names.tool(owner) or "") if method == "open" else None
    if owner == catalog.WRAPPER and isinstance(names.user_ns.get(owner, sys), ModuleType):
        kinds = _WRAPPED.get(method)
    if not kinds or not site.quoted or site.given or site.positional:
        return None
    return Found(site.word, matches(site.word, kinds), "path")


def _outside(head: str, names: _Names) -> Found | None:
    """CASA's own names and the methods of a tool, which IPython knows once CASA is loaded."""
    if in_text(head):
        return None
    if (attribute := _ATTRIBUTE.search(head)) is not None:
        owner, word = names.cell.aliases.get(attribute[1], attribute[1]), attribute[2]
        if owner in names.user_ns:
            return None
        if owner == "casatasks":
            return _found(word, sorted(catalog.task_names()), "task")
        if owner == catalog.WRAPPER:
            return _found(word, catalog.WRAPPERS, "function")
        source = sources.of_tool(names.tool(owner) or "")
        return _found(word, [name for name in source.methods if name[0] != "_"], "function") if source else None
    word = _WORD.search(head)
    return _found(word[1], sorted(catalog.casa_names() - names.user_ns.keys()), "task", alone=False) if word else None


def _values(site: CallSite, parameter: Parameter, names: _Names) -> Found | None:
    if not site.quoted:
        return _literals(site, parameter)
    fragment = _SEPARATORS.split(site.word)[-1]
    data = names.data(site)
    if data is not None:
        known = selection.values(parameter.name, data)
        if known:
            return _in_python(
                _found(fragment, known, parameter.name) or _found(f'"{fragment}', known, parameter.name),
                fragment,
                site.quote,
            )
    if parameter.allowed:
        return _found(site.word, parameter.allowed, "value")
    return _paths(site.word, parameter)


def _in_python(found: Found | None, fragment: str, quote: str) -> Found | None:
    """The same as it is written in a text between `quote`, in the place of `fragment`."""
    texts = [text.replace(quote, f"\\{quote}") for text in found.texts] if found and quote else []
    return replace(found, fragment=fragment, texts=texts) if found and texts else found


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
    return Found(word, matches(word, kinds or ()), "path")


def _found(fragment: str, texts: Iterable[str], kind: str, alone: bool = True) -> Found | None:
    """Those of `texts` that begin with `fragment`; of two that differ in case only the first typed so."""
    fitting: dict[str, str] = {}
    for text in sorted(texts, key=str.swapcase) if kind == "value" else texts:
        if text and text.startswith(fragment):
            fitting.setdefault(text.casefold(), text)
    return Found(fragment, list(fitting.values()), kind, alone) if fitting else None


def describe(name: str, user_ns: dict[str, Any]) -> str | None:
    """What a task, or a tool's method, of CASA's does and takes; None if `name` is neither."""
    names = _Names(user_ns, Bindings())
    task = names.task(name)
    if task is not None:
        return parameters.describe(task)
    owner, _, method = name.rpartition(".")
    source = sources.of_tool(names.tool(owner) or "")
    return source.describe(name, method) if source else None


class _Names:
    """What names stand for: those that the cell binds, the user's variables, CASA's own that are not loaded yet."""

    def __init__(self, user_ns: dict[str, Any], cell: Bindings) -> None:
        self.user_ns = user_ns
        self.cell = cell

    def task(self, callee: str) -> str | None:
        """The name of the task that is called."""
        first, *attributes = callee.split(".")
        first = self.cell.aliases.get(first, first)
        if first in self.user_ns:
            value = self.user_ns[first]
            for attribute in attributes:
                # Anything but a module might run code of the user's.
                value = vars(value).get(attribute) if isinstance(value, ModuleType) else None
            return task_name(value)
        # Of a module, such as casatasks, that is not loaded yet, all attributes are CASA's.
        is_casas = not attributes or first in (*catalog.MODULES, *catalog.APPLICATIONS)
        return catalog.original_name(attributes[-1] if attributes else first) if is_casas else None

    def tool(self, name: str) -> str | None:
        """The class of casatools that the object of this name is of."""
        made = self.cell.made.get(name)
        if made is not None:
            made = self.cell.aliases.get(made, made)
            return catalog.constructors().get(made, made)
        if name in self.user_ns:
            kind = type(self.user_ns[name])
            return kind.__name__ if kind.__module__.startswith("casatools.") else None
        return catalog.tools().get(name)

    def data(self, site: CallSite) -> str | None:
        """The data that the call names, as a text or by a variable."""
        for key in _DATA:
            text = site.given.get(key, "")
            text = self.cell.values.get(text, text)
            try:
                value = self.user_ns.get(text) if text.isidentifier() else ast.literal_eval(text)
            except (ValueError, SyntaxError):
                continue
            value = value[0] if isinstance(value, (list, tuple)) and value else value
            if isinstance(value, (str, os.PathLike)) and os.fspath(value):
                return os.fspath(value)
        return None

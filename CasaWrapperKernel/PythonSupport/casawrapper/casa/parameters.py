"""What CASA's own files say of a task's parameters: defaults, one line on each, allowed values."""

from __future__ import annotations

import ast
import inspect
import os
import re
import textwrap
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

from . import catalog
from .prompt import task_name

_SECTION = re.compile(r"\n-{5,} (.+?) -{5,}\n|\n\x1b\S*RETURNS")
_TEXT_WIDTH = 100
_NEXT_TOPIC = re.compile(r"(default|options?|examples?|subparameter|note)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Parameter:
    """One parameter; `default` is Python text, `types` are names of CASA's such as cBool."""

    name: str
    default: str
    text: str
    allowed: tuple[str, ...]
    types: tuple[str, ...]


def parameters(task: Any) -> dict[str, Parameter]:
    """The parameters of a task of CASA's, in their order; none if `task` is no such task."""
    return _parameters(type(task)) if task_name(task) else {}


def describe(task: Any) -> str | None:
    """A task's parameters, one line each, and what it does; None if `task` is no task of CASA's."""
    name = task_name(task)
    if name is None:
        return None
    known = parameters(task)
    shown = {key: f"{key}={one.default}," for key, one in known.items()}
    width = min(32, max(map(len, shown.values()), default=0))
    texts = {key: textwrap.shorten(one.text, _TEXT_WIDTH, placeholder=" ...") for key, one in known.items()}
    lines = [f"    {shown[key]:<{width}}  # {text}".rstrip(" #") for key, text in texts.items()]
    return "\n".join([f"{name}: {type(task)._info_desc_.strip()}", "", f"{name}(", *lines, ")", "",
                      _sections(type(task)).get("", "").partition("\n")[2].strip()]).rstrip()


@lru_cache(maxsize=None)
def _parameters(cls: type) -> dict[str, Parameter]:
    name = cls.__name__[1:]
    schema = _schema(cls)
    texts = _documented(cls, schema)
    allowed = {key: _strings(value, "allowed") for key, value in schema.items()}
    for key, (text, values) in _from_xml(name).items():
        texts[key] = text or texts.get(key, "")
        allowed[key] = values or allowed.get(key, ())
    return {key: Parameter(key, repr(value.default), texts.get(key, ""),
                           allowed.get(key) or _like_x(key, allowed),
                           _strings(schema[key], "type") if key in schema else ())
            for key, value in list(inspect.signature(cls.__call__).parameters.items())[1:]}


def _like_x(key: str, allowed: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    # plotms' yaxis takes a list as well as a name, and CASA checks no values of such parameters.
    return allowed.get("x" + key[1:], ()) if key.startswith("y") else ()


def _schema(cls: type) -> dict[str, ast.expr]:
    """The expression by which the task checks each parameter."""
    tree = ast.parse("class _:\n" + inspect.getsource(cls.__call__))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "schema":
            if isinstance(node.value, ast.Dict):
                return {key.value: value for key, value in zip(node.value.keys, node.value.values)
                        if isinstance(key, ast.Constant)}
    return {}


def _strings(expression: ast.expr, rule: str) -> tuple[str, ...]:
    """All texts that stand under `rule` anywhere in a checking expression."""
    found: set[str] = set()
    for node in ast.walk(expression):
        for key, value in zip(node.keys, node.values) if isinstance(node, ast.Dict) else ():
            if isinstance(key, ast.Constant) and key.value == rule:
                found |= {leaf.value for leaf in ast.walk(value)
                          if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)}
    return tuple(sorted(found))


def _sections(cls: type) -> dict[str, str]:
    """The parts of a task's docstring by heading; the first has none."""
    parts = _SECTION.split(inspect.cleandoc(cls.__doc__ or ""))
    return {"": parts[0], **{heading: text for heading, text in zip(parts[1::2], parts[2::2]) if heading}}


def _documented(cls: type, schema: dict[str, ast.expr]) -> dict[str, str]:
    """The first sentences on each parameter in the docstring."""
    found: dict[str, list[str]] = {}
    words: list[str] = []
    for line in _sections(cls).get("parameter descriptions", "").splitlines():
        name, _, text = line.partition(" ")
        if name in schema:
            found[name] = words = [text.strip()]
        elif not line.strip() or _NEXT_TOPIC.match(line.strip()):
            words = []
        elif words:
            words.append(line.strip())
    return {name: " ".join(lines) for name, lines in found.items()}


def _from_xml(name: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    # By file name: the table that CASA gives for these files has three wrong entries in 6.7.
    path = os.path.join(catalog.package_folder("casatasks") or "", "__xml__", f"{name}.xml")
    if not os.path.isfile(path):
        return {}
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for node in ElementTree.parse(path).iter("{*}param"):
        text = " ".join((node.findtext("{*}shortdescription") or "").replace("\\*", "*").split())
        values = tuple(value.text or "" for value in node.iterfind("{*}allowed/{*}value"))
        found[node.get("name", "")] = (text, values)
    return found

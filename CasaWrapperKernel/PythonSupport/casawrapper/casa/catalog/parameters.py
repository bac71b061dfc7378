"""What CASA's own files say of a task's parameters: defaults, one line on each, allowed values."""

from __future__ import annotations

import ast
import os
import re
import textwrap
from dataclasses import dataclass
from xml.etree import ElementTree

from casawrapper.casa import catalog
from casawrapper.casa.catalog import sources
from casawrapper.casa.catalog.installed import while_installed
from casawrapper.casa.catalog.sources import Source
from casawrapper.casa.versions import private_names

_SECTION = re.compile(r"\n-{5,} (.+?) -{5,}\n|\n\x1b\S*RETURNS")
# Together less than what JupyterLab shows without breaking the line.
_NAME_WIDTH, _TEXT_WIDTH = 24, 60
_ESCAPED, _NUMBER = re.compile(r"\\(\W)"), re.compile(r"-?\d+")
_NEXT_TOPIC = re.compile(r"(default|options?|examples?|subparameter|note)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Parameter:
    """One parameter; `default` is Python text, `types` are names of CASA's such as cBool.

    Attributes
    ----------
    name
        As it stands in a call.
    default
        "" for a parameter that must be given.
    text
        One line or a few sentences on it; "" where CASA has none.
    allowed
        The texts that can be its value; none where others can.
    types
        Every type that it can have.
    """

    name: str
    default: str
    text: str
    allowed: tuple[str, ...]
    types: tuple[str, ...]


@while_installed
def parameters(task: str) -> dict[str, Parameter]:
    """The parameters of CASA's task of this name, in their order; none if there is no such task."""
    source = sources.of_task(task)
    return _parameters(task, source) if source else {}


def describe(task: str) -> str | None:
    """A task's parameters, one line each, and what it does; None if CASA has no task of this name.

    Returns
    -------
    str or None
        A headline, the call with a comment on each parameter, and the beginning of CASA's documentation.
    """
    source = sources.of_task(task)
    if source is None:
        return None
    known = parameters(task)
    shown = {key: f"{key}={one.default}," for key, one in known.items()}
    width = min(_NAME_WIDTH, max(map(len, shown.values()), default=0))
    texts = {key: textwrap.shorten(one.text, _TEXT_WIDTH, placeholder=" ...") for key, one in known.items()}
    lines = [f"    {shown[key]:<{width}}  # {text}".rstrip(" #") for key, text in texts.items()]
    return "\n".join(
        [
            f"{task}: {source.headline}",
            "",
            f"{task}(",
            *lines,
            ")",
            "",
            _sections(source).get("", "").partition("\n")[2].strip(),
        ]
    ).rstrip()


def _parameters(task: str, source: Source) -> dict[str, Parameter]:
    schema = _schema(source)
    texts = _documented(source, schema)
    allowed = {key: _strings(value, "allowed") for key, value in schema.items()}
    for key, (text, values) in _from_xml(task).items():
        texts[key] = text or texts.get(key, "")
        allowed[key] = values or allowed.get(key, ())
    return {
        key: Parameter(
            key,
            default,
            texts.get(key, ""),
            allowed.get(key) or _like_x(key, allowed),
            _strings(schema[key], "type") if key in schema else (),
        )
        for key, default in source.arguments("__call__").items()
    }


def _like_x(key: str, allowed: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    # plotms' yaxis takes a list as well as a name, and CASA checks no values of such parameters.
    return allowed.get("x" + key[1:], ()) if key.startswith("y") else ()


def _schema(source: Source) -> dict[str, ast.expr]:
    """The expression by which the task checks each parameter."""
    for node in source.methods["__call__"].body:
        if (
            isinstance(node, ast.Assign)
            and getattr(node.targets[0], "id", "") == private_names.RULES
            and isinstance(node.value, ast.Dict)
        ):
            return {
                key.value: value
                for key, value in zip(node.value.keys, node.value.values, strict=False)
                if isinstance(key, ast.Constant) and isinstance(key.value, str)
            }
    return {}


def _strings(expression: ast.expr, rule: str) -> tuple[str, ...]:
    """All texts that stand under `rule` anywhere in a checking expression."""
    found: set[str] = set()
    for node in ast.walk(expression):
        for key, value in zip(node.keys, node.values, strict=False) if isinstance(node, ast.Dict) else ():
            if isinstance(key, ast.Constant) and key.value == rule:
                found |= {
                    leaf.value
                    for leaf in ast.walk(value)
                    if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)
                }
    return tuple(sorted(found))


def _sections(source: Source) -> dict[str, str]:
    """The parts of a task's docstring by heading; the first has none."""
    parts = _SECTION.split(source.doc)
    return {"": parts[0], **{heading: text for heading, text in zip(parts[1::2], parts[2::2], strict=False) if heading}}


def _documented(source: Source, schema: dict[str, ast.expr]) -> dict[str, str]:
    """The first sentences on each parameter in the docstring."""
    found: dict[str, list[str]] = {}
    words: list[str] = []
    for line in _sections(source).get("parameter descriptions", "").splitlines():
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
    path = private_names.description_file(catalog.package_folder("casatasks") or "", name)
    if not os.path.isfile(path):
        return {}
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for node in ElementTree.parse(path).iterfind(".//{*}param"):
        text = " ".join(_ESCAPED.sub(r"\1", node.findtext("{*}shortdescription") or "").split())
        values = tuple(value.text or "" for value in node.iterfind("{*}allowed[@kind='enum']/{*}value"))
        # Numbers are no texts, though some parameters of any type have a list of them.
        found[node.get("name", "")] = (text, () if all(map(_NUMBER.fullmatch, values)) else values)
    return found

"""CASA's private names stand in the modules for them only: a look at every source of the kernel."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from casa_session import SUPPORT

from casawrapper.casa.versions import private_names

KERNEL = SUPPORT.parent
PLACES = set((SUPPORT / "casawrapper" / "casa").glob("versions/private_*.py"))
# Parts of CASA's packages that CASA does not document.
INNER = re.compile(
    r"\bcasa\w*\.(?:private|gotasks|__\w+__)|"
    r"\bcasa(?:tasks|tools)\.(?:config|ctuser)\b|__(?:bin|xml|casac|data)__"
)
# What Python and IPython look for, and what Python itself gives under such a name.
OTHERS = {"_getframe", "_run_exitfuncs"}


def sources() -> list[Path]:
    found = [path for path in [*SUPPORT.rglob("*.py"), *KERNEL.rglob("*.cs")] if not {"obj", "bin"} & set(path.parts)]
    assert len(found) > 150 and len(PLACES & set(found)) == 5
    return [path for path in found if path not in PLACES]


@cache
def names() -> set[str]:
    """The private names, as private_names.py has them; the public ones too where they are of private modules."""
    table = [entry for entries in private_names._TABLE.values() for entry in entries]
    found = {name for entry in table for name in entry.names if name.startswith("_")}
    found |= {entry.module.rpartition(".")[2] for entry in table if ".private." in entry.module} - {"listobs"}
    assert {"_plotms_t", "__launch", "__casashell_state__", "plotmstool", "viewertool", "stack_manip"} <= found
    return found


def words(path: Path, text: str) -> Iterator[str]:
    """Every name, attribute and word of a text in Python code, without the documentation; every word of C# code."""
    if path.suffix != ".py":
        yield from re.findall(r"[\w.]+", text)
        return
    tree = ast.parse(text)
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield from re.findall(r"[\w.]+", node.value)
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield f"{'.' * node.level}{node.module or ''}"
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def private(path: Path, text: str) -> set[str]:
    """CASA's private names in a source."""
    known = names()
    return {
        word for word in words(path, text) if INNER.search(word) or word in known or re.fullmatch(r"_[a-z]\w+_t", word)
    }


def strangers(path: Path, text: str) -> set[str]:
    """Attributes with a private name that nothing in our own sources defines."""
    found = {
        node.attr
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and re.match(r"_(?!_)", node.attr)
    }
    return found - own_names() - OTHERS


@cache
def own_names() -> set[str]:
    """The names that our own sources define."""
    found: set[str] = set()
    for path in SUPPORT.rglob("*.py"):
        if path not in PLACES:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    found.add(node.name)
                elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                    found.add(node.attr)
                elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    found.add(node.id)
    return found


def test_no_other_source_has_a_private_name_of_casas() -> None:
    assert {
        str(path.relative_to(KERNEL)): found for path in sources() if (found := private(path, path.read_text()))
    } == {}


def test_no_module_for_casa_reads_a_private_attribute_of_others() -> None:
    modules = [path for path in sources() if path.suffix == ".py" and "casa" in path.parts]
    assert len(modules) > 40
    assert {path.name: found for path in modules if (found := strangers(path, path.read_text()))} == {}


def test_the_look_finds_them_where_they_are() -> None:
    found = set().union(*(private(path, path.read_text()) for path in PLACES))
    assert names() <= found | {word.rpartition(".")[2] for word in found} | {"stack_manip", "init_doc"}
    assert {"casaplotms.private.plotmstool", "__bin__", "__xml__", "casatasks.config"} <= found


@pytest.mark.parametrize(
    "text",
    [
        "import casaplotms.private.plotmstool",
        "from casaviewer.private import viewertool",
        "x = '_listobs_t'",
        "getattr(tool, '__launch')",
        "from casatools.__casac__ import table",
        "tool.stub(__uri)",
        "f'{package}/__bin__'",
        "import casatasks.private.task_tclean as t",
        "name = f'casatasks.private.task_{name}'",
    ],
)
def test_the_look_finds_new_ones(text: str) -> None:
    assert private(Path("new.py"), text) and private(Path("new.cs"), text)


def test_the_look_finds_new_attributes() -> None:
    assert strangers(Path("new.py"), "casatasks.tclean._concealed()") == {"_concealed"}
    assert strangers(Path("new.py"), "self._reason") == set()

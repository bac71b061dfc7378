"""Which modules an import will need, read from source files, so that each can be imported by itself before."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from importlib.util import resolve_name
from pkgutil import get_importer

from casawrapper.util.parsing import parse

# Only what begins a line is imported whatever happens.
_IMPORT = re.compile(r"\n(?:from|import)[ \t][^\n(\\]*(?:\([^)]*\)|(?:\\\n[^\n\\]*)+)?")
_TEXTS = ('"""', "'''")


def needed_by(*packages: str) -> Iterator[str | None]:
    """The modules outside `packages` that their import needs, each after those that it needs itself.

    Whoever takes them is to import each before taking the next. What a module imports only on a condition, or in a
    function, is not among them. None comes where a file has been read and no module is ready yet.

    Parameters
    ----------
    *packages
        Names of installed packages; they and their parts are left to whoever imports them.

    Yields
    ------
    str or None
        A module that is not in `sys.modules` yet. Only source files are read: what extension modules need is not known.
    """
    search = _Search(packages)
    for package in packages:
        yield from search.before(package)


class _Search:
    def __init__(self, packages: tuple[str, ...]) -> None:
        self._packages = packages
        self._specs: dict[str, ModuleSpec | None] = {}
        self._open: set[str] = set(packages)
        """Modules that are looked at, but not yet imported; none of their parts can be."""

    def before(self, name: str) -> Iterator[str | None]:
        """What must be imported before module `name`, and that itself unless it is in one of the packages."""
        if name in self._specs or name in sys.modules:
            return
        self._specs[name] = None
        parent = name.rpartition(".")[0]
        if parent:
            yield from self.before(parent)
        spec = self._specs[name] = self._find(name, parent)
        if spec is None:
            return
        self._open.add(name)
        yield None
        for needed in _imports(spec):
            yield from self.before(needed)
        if name not in self._packages:
            self._open.discard(name)
        if not any(above in self._open for above in _with_parents(name)):
            yield name

    def _find(self, name: str, parent: str) -> ModuleSpec | None:
        folders = sys.path
        if parent:
            above = self._specs.get(parent) or getattr(sys.modules.get(parent), "__spec__", None)
            folders = list(above.submodule_search_locations or ()) if above is not None else []
        # Folder by folder: for a package without a file Python would ask for its parent, which is not imported yet.
        finders = (get_importer(folder) for folder in folders)
        found = (finder.find_spec(name) for finder in finders if finder is not None)
        return next((spec for spec in found if spec is not None), None)


def _with_parents(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition(".")[0]


def _imports(spec: ModuleSpec) -> Iterator[str]:
    """The absolute names of what the module imports, and of what could be modules in that."""
    source, looked_at, in_text = "\n" + _source(spec), 0, 0
    for found in _IMPORT.finditer(source):
        in_text += sum(source.count(quotes, looked_at, found.start()) for quotes in _TEXTS)
        looked_at = found.start()
        if in_text % 2:
            continue
        try:
            statement = parse(found[0]).body[0]
        except SyntaxError:
            continue
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            yield from _imports_from(statement, spec)


def _imports_from(statement: ast.ImportFrom, spec: ModuleSpec) -> Iterator[str]:
    package = spec.name if spec.submodule_search_locations is not None else spec.parent
    try:
        base = resolve_name("." * statement.level + (statement.module or ""), package)
    except ImportError:
        return
    yield base
    yield from (f"{base}.{alias.name}" for alias in statement.names if alias.name != "*")


def _source(spec: ModuleSpec) -> str:
    if not spec.has_location or not (spec.origin or "").endswith(".py"):
        return ""
    try:
        with open(str(spec.origin), encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return ""

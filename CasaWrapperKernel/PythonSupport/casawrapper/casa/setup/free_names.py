"""Which names a cell takes from its surroundings."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator

_WORD = re.compile(r"(?<![\w.'\"/~$%-])[A-Za-z_]\w*")
_OTHER_LANGUAGE = re.compile(r"\s*%%(?!time\b|timeit\b|capture\b|prun\b)")


def names_used(code: str) -> set[str]:
    """Names that running the cell `code` may look up without having bound them before."""
    try:
        top = symtable.symtable(code, "<cell>", "exec")
        order = _Order()
        order.visit(ast.parse(code))
        return _by_scope(top) | (order.early & _bound(top))
    except (SyntaxError, ValueError):
        # Magics and shell lines are no Python; words are a good enough guess, as a wrong one only costs time.
        if _OTHER_LANGUAGE.match(code):
            return set()
        lines = [
            line for line in code.splitlines() if not line.lstrip().startswith(("!", "#", "%cd", "%casalog", "%%"))
        ]
        return set(_WORD.findall("\n".join(lines)))


def _by_scope(top: symtable.SymbolTable) -> set[str]:
    used = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    for scope in _below(top):
        used |= {symbol.get_name() for symbol in scope.get_symbols() if symbol.is_referenced() and symbol.is_global()}
    return used - _bound(top)


def _bound(top: symtable.SymbolTable) -> set[str]:
    return {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}


def _below(scope: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in scope.get_children():
        yield child
        yield from _below(child)


class _Order(ast.NodeVisitor):
    """Walks a cell in the order in which it runs and notes the names that are read before they are bound."""

    def __init__(self) -> None:
        self.early: set[str] = set()
        self._bound: set[str] = set()

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self._bound.add(node.id)
        elif node.id not in self._bound:
            self.early.add(node.id)

    def visit_alias(self, node: ast.alias) -> None:
        self._bound.add(node.asname or node.name.partition(".")[0])

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name) and node.target.id not in self._bound:
            self.early.add(node.target.id)
        self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self._bound.add(node.name or "")
        self.generic_visit(node)

    def _value_first(self, node: ast.AST) -> None:
        for field in ("iter", "value", "generators"):
            for child in _children(node, field):
                self.visit(child)
        for field in node._fields:
            if field not in ("iter", "value", "generators"):
                for child in _children(node, field):
                    self.visit(child)

    visit_Assign = visit_AnnAssign = visit_For = visit_AsyncFor = _value_first
    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_comprehension = _value_first

    def _later(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        # The body of a function runs when it is called, by then the cell has bound what it binds.
        for child in node.decorator_list:
            self.visit(child)
        self._bound.add(node.name)

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _later

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """Runs later, as a function does."""


def _children(node: ast.AST, field: str) -> list[ast.AST]:
    value = getattr(node, field, None)
    return [child for child in (value if isinstance(value, list) else [value]) if isinstance(child, ast.AST)]

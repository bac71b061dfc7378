"""Cells of a notebook, written as functions, so that they are formatted and checked as the code that they are.

::

    @cell()
    def calibrate() -> None:
        global seconds
        seconds = 60
        gaincal(MS, caltable="g.cal", field="0", refant="15", solint=f"{seconds}s")

    @cell(calibrate)
    def solutions(table: str = "g.cal") -> object:
        return listcal(MS, caltable=table), seconds

    def test_listcal_does_not_ask(notebook: Notebook) -> None:
        assert "RETURN" not in notebook(solutions).stdout

The body is the cell. `return`, as its last statement, is its value; `global` tells a reader which names it leaves to
other cells. Names in capitals are constants of the test's module, whose values stand in the cell, as do those of
parameters. What a cell needs are other cells, which run before it. What Python does not read is a `text`.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Function = Callable[..., object]


@dataclass(frozen=True, eq=False)
class Code:
    """A cell: its code, which other ones must have run before it, and whether it is to end in an error."""

    source: Function | str
    needs: tuple[Code, ...]
    fails: bool

    def __str__(self) -> str:
        return self.source if isinstance(self.source, str) else self.source.__name__

    def text(self, **values: Any) -> str:
        """The cell as a user types it, with these values for the parameters."""
        if isinstance(self.source, str):
            return self.source
        (function,) = ast.parse(textwrap.dedent(inspect.getsource(self.source))).body
        assert isinstance(function, ast.FunctionDef)
        given = inspect.signature(self.source).bind(**values)
        given.apply_defaults()
        constants = {name: value for name, value in self.source.__globals__.items() if name.isupper()}
        *statements, last = [one for one in function.body if not isinstance(one, ast.Global)]
        if isinstance(last, ast.Return) and last.value is not None:
            last = ast.Expr(last.value)
        filled = _Values(constants | given.arguments).visit(ast.Module([*statements, last], []))
        return ast.unparse(ast.fix_missing_locations(filled))

    @property
    def complete(self) -> bool:
        """Whether it runs without values for its parameters."""
        parameters = {} if isinstance(self.source, str) else inspect.signature(self.source).parameters
        return all(one.default is not one.empty for one in parameters.values())


class _Values(ast.NodeTransformer):
    """Puts values in the places of names."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if isinstance(node.ctx, ast.Load) and node.id in self._values:
            return ast.parse(repr(self._values[node.id]), mode="eval").body
        return node


def cell(*needs: Code, fails: bool = False) -> Callable[[Function], Code]:
    """Make a function a cell that runs after those that it needs."""
    return lambda function: Code(function, needs, fails)


def text(code: str, *needs: Code, fails: bool = False) -> Code:
    """A cell of what is not Python: magics, the verbs of the CASA prompt, what is half typed."""
    return Code(code, needs, fails)


def cells_of(module: object) -> list[Code]:
    """The cells of a test's module that need no values, in their order; those of a dictionary too."""
    found: list[object] = []
    for value in vars(module).values():
        found.extend(value.values() if isinstance(value, dict) else [value])
    return [one for one in found if isinstance(one, Code) and one.complete]

"""What stands in the files of CASA's tasks and tools, read without importing them: that takes seconds."""

from __future__ import annotations

import ast
import os
from dataclasses import dataclass

from casawrapper.casa import catalog
from casawrapper.casa.versions import private_names
from casawrapper.util.parsing import parse

# What CASA's defaults call, as in int(100).
_CALLED = {"__builtins__": {}, "int": int, "float": float, "bool": bool}


@dataclass(frozen=True)
class Source:
    """The class of a task or tool.

    Attributes
    ----------
    doc
        Its docstring, "" where there is none.
    headline
        What a task does, in one line; "" for a tool.
    methods
        The syntax tree of each method by its name.
    """

    doc: str
    headline: str
    methods: dict[str, ast.FunctionDef]

    def arguments(self, method: str) -> dict[str, str]:
        """The arguments of a method and their defaults as Python text ("" where there is none).

        Returns
        -------
        dict
            In their order, without `self`; empty if there is no such method.
        """
        if method not in self.methods:
            return {}
        given = self.methods[method].args
        names = [one.arg for one in given.args[1:]]
        defaults = [""] * (len(names) - len(given.defaults)) + [_text(one) for one in given.defaults]
        return dict(zip(names, defaults, strict=False))

    def describe(self, name: str, method: str) -> str | None:
        """What a method, which the user calls `name`, takes and does; None if there is none.

        Parameters
        ----------
        name
            What stands before the brackets, such as "tb.open".
        method
            The method's own name.
        """
        if method not in self.methods:
            return None
        taken = ", ".join(f"{key}={text}" if text else key for key, text in self.arguments(method).items())
        return f"{name}({taken})\n\n{ast.get_docstring(self.methods[method]) or ''}".rstrip()


def of_task(name: str) -> Source | None:
    """The class of the task `name`; None if there is no such task.

    Parameters
    ----------
    name
        The name by which its package calls the task: imview, not viewer.
    """
    packages = ["casatasks"] if name in catalog.task_names() else catalog.APPLICATIONS
    return next(
        (found for package in packages if (found := _read(package, name, private_names.task_class(name)))), None
    )


def of_tool(name: str) -> Source | None:
    """The class `name` of casatools, such as table."""
    return _read("casatools", name, name)


def _read(package: str, module: str, name: str) -> Source | None:
    path = os.path.join(catalog.package_folder(package) or "", f"{module}.py")
    try:
        with open(path, encoding="utf-8") as file:
            statements = parse(file.read()).body
    except (OSError, SyntaxError):
        return None
    for node in statements:
        if isinstance(node, ast.ClassDef) and node.name == name:
            constants = {
                node.targets[0].id: node.value.value
                for node in node.body
                if isinstance(node, ast.Assign)
                and isinstance(node.targets[0], ast.Name)
                and isinstance(node.value, ast.Constant)
            }
            return Source(
                ast.get_docstring(node) or "",
                str(constants.get(private_names.ONE_LINE, "")).strip(),
                {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)},
            )
    return None


def _text(default: ast.expr) -> str:
    try:
        return repr(eval(compile(ast.Expression(default), "<default>", "eval"), dict(_CALLED)))
    except Exception:
        return ast.unparse(default)

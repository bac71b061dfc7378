"""Which package of the Python side may use which, read from the sources."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from casa_session import SUPPORT

PACKAGE = SUPPORT / "casawrapper"
# A package may use those to its left. `util` is below all of them.
CASA = (
    "core",
    "versions",
    "catalog",
    "calls",
    "display",
    "log",
    "data",
    "programs",
    "recompute",
    "tasks",
    "prompt",
    "keyboard",
    "setup",
    "composition",
    "doctor",
)
KERNEL = ("util", "bridge", "shell", "debug", "protocol", "kernel")
LONGEST = 400


def modules() -> list[str]:
    return sorted(
        ".".join(path.relative_to(SUPPORT).with_suffix("").parts).removesuffix(".__init__")
        for path in PACKAGE.rglob("*.py")
    )


def source(module: str) -> Path:
    path = SUPPORT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def imports(module: str, text: str | None = None) -> Iterator[str]:
    """The modules of ours that a module imports, inside of functions too, but not for the type checker alone."""
    tree = ast.parse(source(module).read_text() if text is None else text)
    unseen = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if id(node) in unseen:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in known() else str(node.module)


def known() -> set[str]:
    return set(modules())


def place(module: str) -> tuple[str, int]:
    """The side that a module is on, and its height there."""
    parts = module.split(".")[1:]
    if parts[:1] == ["casa"]:
        # The package itself is the face that the kernel side sees.
        return "casa", CASA.index(parts[1]) if len(parts) > 1 else len(CASA)
    return "kernel", KERNEL.index(parts[0]) if parts else len(KERNEL)


def is_allowed(user: str, used: str) -> bool:
    if used.startswith("casawrapper.util") or not used.startswith("casawrapper"):
        return True
    if used == "casawrapper":
        return True  # for the place of its file
    (side, height), (other, depth) = place(user), place(used)
    if side != other:
        return side == "kernel" and used == "casawrapper.casa"
    return depth <= height and not (used == "casawrapper.casa" and side == "casa")


def test_each_package_uses_those_below_it_only() -> None:
    wrong = {
        f"{module} uses {used}"
        for module in modules()
        if module != "casawrapper"
        for used in imports(module)
        if not is_allowed(module, used)
    }
    assert wrong == set()
    assert len(modules()) > 100 and any(
        "casawrapper.casa.calls" in used for used in imports("casawrapper.casa.tasks.table")
    )


def test_nothing_but_the_bridge_knows_the_host() -> None:
    users = {module for module in modules() if "_casa_host" in set(imports(module))}
    assert users and all(module.startswith("casawrapper.bridge.") for module in users)


def test_no_file_is_too_long() -> None:
    assert {module for module in modules() if len(source(module).read_text().splitlines()) > LONGEST} == set()


@pytest.mark.parametrize(
    "user, used",
    [
        ("casawrapper.casa.core.errors", "casawrapper.casa.calls.call"),
        ("casawrapper.casa.log.channel", "casawrapper.bridge.host"),
        ("casawrapper.shell.shell", "casawrapper.protocol.requests"),
        ("casawrapper.util.imports", "casawrapper.casa.core.errors"),
        ("casawrapper.shell.shell", "casawrapper.casa.log.channel"),
        ("casawrapper.casa.tasks.clean", "casawrapper.casa"),
    ],
)
def test_the_look_finds_what_is_not_allowed(user: str, used: str) -> None:
    assert not is_allowed(user, used)
    assert list(imports(user, f"def late():\n    from {used.rpartition('.')[0]} import {used.rpartition('.')[2]}")) == [
        used
    ]

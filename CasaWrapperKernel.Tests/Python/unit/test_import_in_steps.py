"""A package that is imported in steps: what comes out is what a plain import gives, and nobody sees half of it."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import casawrapper.casa  # noqa: F401
from casawrapper.util import import_steps, imports
from casawrapper.util.import_order import needed_by
from casawrapper.util.import_steps import advance

PARTS = ("first", "second", "third")
INIT = '''"""A package."""
from __future__ import annotations
import helper
order = []
from .first import first
from .second import second
def later(value: Undefined) -> None: ...
from .third import third
order.append(__name__)
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    before = set(sys.modules)
    package = tmp_path / "steppy"
    package.mkdir()
    (tmp_path / "helper.py").write_text("import leaf\n")
    (tmp_path / "leaf.py").write_text('"""\nimport nothing_of_this\n"""\n')
    (package / "__init__.py").write_text(INIT)
    for part in PARTS:
        (package / f"{part}.py").write_text(
            f"from steppy import order\nimport time\ntime.sleep(0.03)\norder.append({part!r})\n{part} = {part!r}\n"
        )
    monkeypatch.syspath_prepend(tmp_path)
    imports.when_imported("steppy", lambda module: module.order.append("hook"))
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in ("steppy", "helper", "leaf"):
            del sys.modules[name]
    imports._callbacks.pop("steppy", None)
    import_steps._partly.clear()


def of_package() -> list[str]:
    return sorted(name for name in sys.modules if name.partition(".")[0] == "steppy")


def test_it_is_whole_or_not_there(folder: Path) -> None:
    pauses = 0
    while not advance("steppy"):
        pauses += 1
        assert of_package() == []
    assert pauses >= 2 and of_package() == ["steppy", *(f"steppy.{part}" for part in PARTS)]
    stepped = sys.modules["steppy"]
    assert stepped.order == ["first", "second", "third", "steppy", "hook"] and stepped.__doc__ == "A package."
    assert stepped.later.__annotations__ == {"value": "Undefined", "return": "None"}
    for name in of_package():
        del sys.modules[name]
    plain = importlib.import_module("steppy")
    assert plain is not stepped and list(vars(plain)) == list(vars(stepped))
    for name in ("__file__", "__path__", "__package__", "__cached__"):
        assert getattr(plain, name) == getattr(stepped, name)
    assert type(plain.__loader__) is type(stepped.__loader__) and plain.__spec__ == stepped.__spec__
    assert plain.first.__class__ is str and advance("steppy")


@pytest.mark.parametrize("code", ["import steppy", "from steppy.third import third", "import steppy.first, steppy"])
def test_who_imports_it_meanwhile_has_all_of_it(folder: Path, code: str) -> None:
    assert not advance("steppy")
    names: dict[str, object] = {}
    exec(code, names)
    assert sys.modules["steppy"].order == ["first", "second", "third", "steppy", "hook"]
    assert advance("steppy") and len(sys.modules["steppy"].order) == 5


def test_threads_get_one_and_the_same(folder: Path) -> None:
    assert not advance("steppy")
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(importlib.import_module("steppy").third)) for _ in range(4)]
    for thread in threads:
        thread.start()
    while not advance("steppy"):
        pass
    for thread in threads:
        thread.join()
    assert found == ["third"] * 4 and sys.modules["steppy"].order == ["first", "second", "third", "steppy", "hook"]


def test_a_failure_is_what_a_plain_import_leaves(folder: Path) -> None:
    (folder / "steppy/third.py").write_text("raise OSError('broken')\n")
    with pytest.raises(OSError, match="broken"):
        while not advance("steppy"):
            pass
    assert of_package() == ["steppy.first", "steppy.second"]
    (folder / "steppy/third.py").write_text("third = 3  # mended\n")
    importlib.invalidate_caches()
    assert importlib.import_module("steppy").third == 3


def test_a_module_or_one_without_its_source_comes_at_once(folder: Path) -> None:
    assert advance("leaf") and advance("helper") and "leaf" in sys.modules
    with pytest.raises(ModuleNotFoundError):
        advance("there_is_no_such_package")


def test_what_it_needs_comes_before_what_needs_it(folder: Path) -> None:
    assert [name for name in needed_by("steppy") if name] == ["leaf", "helper"]
    assert "nothing_of_this" not in list(needed_by("steppy"))
    (folder / "helper.py").write_text(
        "import leaf, \\\n    steppy\nfrom os import (path,\n    sep)\nif True:\n    import gone\n"
    )
    assert [name for name in needed_by("steppy") if name] == ["leaf", "helper"]

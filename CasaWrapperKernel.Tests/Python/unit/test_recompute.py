"""What becomes of values and arguments on their way into the identity of a call, and what is refused."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from casawrapper.casa.calls.call import TaskCall
from casawrapper.casa.recompute import effects
from casawrapper.casa.recompute.description import UnknownError, describe
from casawrapper.casa.recompute.values import NotPlainError, decode, encode

VALUES: list[Any] = [
    None,
    True,
    1,
    2**70,
    1.0,
    -0.0,
    math.inf,
    1 + 2j,
    "text",
    b"bytes",
    [1, [2.5, "x"]],
    (1, "1"),
    {"b": 1, "a": {3: [None]}},
    np.arange(6, dtype=">i4").reshape(2, 3),
    np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    np.array([], dtype=complex),
    np.array(["ab", "c"]),
    np.float64(0.1),
    np.bool_(True),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_come_back_as_they_were(value: Any) -> None:
    back = decode(json.loads(json.dumps(encode(value), allow_nan=False)))
    assert type(back) is type(value) and repr(back) == repr(value)
    if isinstance(value, np.ndarray):
        assert back.dtype == value.dtype and back.flags.f_contiguous == value.flags.f_contiguous
        assert back.flags.writeable


def test_different_values_are_different() -> None:
    texts = [json.dumps(encode(value)) for value in [*VALUES, False, 0, "1", [1], "None", np.int64(1), np.int32(1)]]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    "value",
    [object(), {1, 2}, [print], np.array([None]), Path("x")],
    ids=["object", "set", "function", "array of objects", "path"],
)
def test_what_is_no_plain_data_is_refused(value: Any) -> None:
    with pytest.raises(NotPlainError):
        encode(value)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working folder with data, and modules that say which CASA it is."""
    monkeypatch.chdir(tmp_path)
    for name in ("x.ms", "g.cal", "a.image", "0"):
        (tmp_path / name).mkdir()
    tools = SimpleNamespace(version_string=lambda: "6.7", ctsys=SimpleNamespace(resolve=lambda name: str(tmp_path)))
    monkeypatch.setitem(sys.modules, "casatools", tools)  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "casatasks", tools)  # type: ignore[arg-type]
    yield tmp_path


def described(name: str, **arguments: Any) -> dict[str, Any]:
    return describe(TaskCall(1, name, arguments, 0))


def test_what_a_call_reads_and_makes(folder: Path) -> None:
    call = described(
        "gaincal", vis="x.ms", caltable="new.cal", field="0", gaintable=["g.cal"], refant="15", append=False
    )
    assert call["inputs"] == {"vis": f"{folder}/x.ms", "gaintable[0]": f"{folder}/g.cal"}
    assert call["outputs"] == {"caltable": {"path": f"{folder}/new.cal", "suffixes": [], "replaces": True}}
    assert call["changes"] == [] and call["values"]["refant"] == "15"


@pytest.mark.parametrize(
    "name, arguments, reason",
    [
        ("plotms", {"vis": "x.ms"}, "not known what plotms does"),
        ("gaincal", {"vis": "x.ms", "caltable": "n", "append": True}, "adds to what is there"),
        ("gaincal", {"vis": "x.ms", "caltable": "n", "append": False, "docallib": True}, "docallib"),
        ("gaincal", {"vis": "y.ms", "caltable": "n", "append": False}, "y.ms is not there"),
        ("split", {"vis": "x.ms", "outputvis": ""}, "outputvis names nothing"),
        ("split", {"vis": "x.ms", "outputvis": "~/y.ms"}, "does not name one file"),
        ("imstat", {"imagename": "a.image", "logfile": "", "mask": "'b.image' > 1"}, "mask is an expression"),
        ("imstat", {"imagename": "a.image", "logfile": "", "mask": "a.image>1"}, "mask is an expression"),
        ("imstat", {"imagename": "a.image", "logfile": "", "region": "a.image:inner"}, "region is an expression"),
        ("imstat", {"imagename": "a.image", "logfile": "s.txt"}, "logfile"),
        ("imhead", {"imagename": "a.image", "mode": "put"}, "may change the header"),
        ("imval", {"imagename": "a.image", "box": object()}, "no plain data"),
    ],
)
def test_what_is_not_known_is_refused(folder: Path, name: str, arguments: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnknownError, match=reason):
        described(name, **arguments)


def test_a_region_is_text_or_a_file(folder: Path) -> None:
    (folder / "r.crtf").write_text("#CRTF")
    shape = "circle[[64pix, 64pix], 10pix]"
    assert described("imval", imagename="a.image", region=shape)["inputs"] == {"imagename": f"{folder}/a.image"}
    assert described("imval", imagename="a.image", region="r.crtf")["inputs"]["region"] == f"{folder}/r.crtf"


def test_every_effect_is_of_parameters_that_the_task_has() -> None:
    casatasks = pytest.importorskip("casatasks")
    import inspect

    for name, effect in effects.EFFECTS.items():
        known = set(inspect.signature(type(getattr(casatasks, name)).__call__).parameters)
        assert {*effect.reads, *effect.makes, *filter(None, [effect.changes])} <= known, name

"""Tab and Shift-Tab before CASA is loaded: nobody waits for its import, which takes longer than front ends wait."""

from __future__ import annotations

from pathlib import Path

import pytest
from casa_session import unpack_data
from conftest import StartKernel
from kernel_client import FrontEnd, wait_until

MS = "ngc5921_raw.ms"
LOADED = "[name for name in ('casatools', 'casatasks', 'casaplotms') if name in __import__('sys').modules]"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack_data(tmp_path_factory.mktemp("data"))


@pytest.fixture
def front(start_kernel: StartKernel, folder: Path) -> FrontEnd:
    return start_kernel(cwd=folder, env={"CASA_KERNEL_IMPORT": "off"}).connect()


def matches(front: FrontEnd, code: str) -> list[str]:
    return front.request("complete_request", {"code": code, "cursor_pos": len(code)}).reply["content"]["matches"]


def described(front: FrontEnd, name: str) -> str:
    content = {"code": name, "cursor_pos": len(name), "detail_level": 0}
    return front.request("inspect_request", content).reply["content"]["data"]["text/plain"]


def test_tab_knows_casa_without_loading_it(front: FrontEnd) -> None:
    assert matches(front, "tclean(vis='ng") == [MS]
    assert matches(front, "tclean(specm") == ["specmode="]
    assert matches(front, "plotms(xaxis='tim") == ["time", "timeint", "timeinterval", "time_interval"]
    assert matches(front, "x = imsubim") == ["imsubimage"] and matches(front, "inp imsubim") == ["imsubimage"]
    assert matches(front, "casatasks.imsubim") == ["imsubimage"]
    assert matches(front, "from casatasks import tclean as tc\ntc(specm") == ["specmode="]
    assert matches(front, "tb.open('ng") == [MS] and matches(front, "tb.getcolkeyw") == [
        "getcolkeyword",
        "getcolkeywords",
    ]
    assert matches(front, "tclean(vis='nothing") == [] and matches(front, "tclean(specmode='") != []
    assert front.value(LOADED) == "[]"


def test_tab_prints_nothing_that_python_says_of_casas_sources(front: FrontEnd) -> None:
    front.run("import warnings; warnings.simplefilter('always')")
    for code in ("tclean(specm", "plotms(xaxis='tim", "tb.getcolkeyw"):
        answer = front.request("complete_request", {"code": code, "cursor_pos": len(code)})
        assert answer.reply["content"]["matches"] and answer.stderr == ""
    assert described(front, "tclean")
    assert not front.unread("iopub")


def test_tab_still_knows_casa_after_its_import(front: FrontEnd) -> None:
    front.run("from casatasks import *", timeout=60)
    assert matches(front, "tclean(vis='ng") == [MS] and matches(front, "tclean(specm") == ["specmode="]


def test_shift_tab_describes_casa_without_loading_it(front: FrontEnd) -> None:
    assert "    niter=0, " in described(front, "tclean") and "xaxis=''" in described(front, "plotms")
    assert described(front, "tb.open").startswith("tb.open(tablename='', lockoptions={}, nomodify=True)\n\n")
    assert front.value(LOADED) == "[]"


def test_names_in_the_data_are_read_soon_after_the_first_question(front: FrontEnd) -> None:
    code = f"listobs(vis='{MS}', field='N59"
    assert wait_until(lambda: matches(front, code) == ["N5921_2"], timeout=60)
    assert front.value(LOADED) == "['casatools']"


def test_data_that_is_not_there_loads_nothing(front: FrontEnd) -> None:
    assert matches(front, "listobs(vis='gone.ms', field='N59") == []
    assert front.value(LOADED) == "[]"


def test_jedi_is_loaded_behind_the_first_question(front: FrontEnd) -> None:
    assert "path" in matches(front, "import os\nos.pat") or wait_until(
        lambda: "path" in matches(front, "import os\nos.pat"), timeout=60
    )
    front.run("import math")
    assert matches(front, "math.gam") == ["gamma"]


def test_names_that_are_there_need_no_jedi(front: FrontEnd) -> None:
    front.run("import math")
    assert matches(front, "math.gam") == ["gamma"]


def test_magics_are_offered_where_they_can_stand(front: FrontEnd) -> None:
    assert "%timeit" in matches(front, "%timei") and "%timeit" in matches(front, "x = %timei")
    assert wait_until(lambda: bool(matches(front, "print(")), timeout=60)
    for code in ("print(", "print('", "x = ti", "print(1); ti"):
        assert not [text for text in matches(front, code) if text.startswith("%")], code
    assert "%timeit" in matches(front, "timei")

"""The same cells at the prompt of the real casashell and in the kernel: what they print, leave behind and raise."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from casa_session import PYTHON, environment, need_casa
from kernel_client import Kernel

DRIVER = Path(__file__).parents[1] / "support" / "casashell_driver.py"
# CASA wraps what inp prints to it; whoever runs the tests may have one of another width.
WIDTH = "110"
PREPARE = """
import json, numpy, os
ia.fromarray('a.image', pixels=numpy.arange(24.0).reshape(4, 6)); ia.close()
ia.fromarray('b.image', pixels=numpy.ones((3, 3))); ia.close()
def what_is_left():
    plain = (str, int, float, bool, list, tuple, dict)
    names = {name: dict.__repr__(value) if isinstance(value, dict) else repr(value)
             for name, value in globals().items()
             if not name.startswith('_') and name not in there and isinstance(value, plain)}
    files = {name: open(name).read() for name in sorted(os.listdir()) if name.endswith(('.last', '.pre', '.saved'))}
    print(json.dumps([names, files]))
there = {'there', *globals()}
"""
CELLS = {
    "one cell": "default(imstat); imagename = 'a.image'\nr = imstat(); print(r['max'])",
    "later cell": "s = imstat()\nprint(s['npts'])",
    "expression": "print(imstat()['max'][0] + imstat()['min'][0], [imstat()['sum'][0] for _ in range(2)])",
    "function": "def peak():\n    imagename = 'no.image'\n    return imstat()['max'][0]\nprint(peak())",
    "lambda": "first = (lambda task: task()['max'][0])(imstat)\nprint(first)",
    "method": "class Image:\n    def peak(self): return imstat()['max'][0]\nm = float(Image().peak())",
    "loop": "peaks = []\nfor imagename in ('a.image', 'b.image'):\n    peaks.append(float(imstat()['max'][0]))",
    "None is no argument": "print(imstat(None)['max'], imstat(imagename=None)['max'])",
    "exec": "exec(\"imagename = 'a.image'; e = float(imstat()['max'][0])\")",
    "thread": "from concurrent.futures import ThreadPoolExecutor\n"
    "with ThreadPoolExecutor(1) as pool:\n    t = float(pool.submit(lambda: imstat()['max'][0]).result())",
    "another task": "inp(imhead)\nimagename = 'a.image'; mode = 'get'; hdkey = 'shape'\nprint(imhead())",
    "by text": "default('imhead'); imagename = 'b.image'; mode = 'get'; hdkey = 'shape'\nprint(imhead())",
    "the active one stays": "inp(imhead)\nv = float(imstat()['max'][0])\ninp()",
    "list of data": "default(imval); imagename = 'a.image'; box = '1,1,2,2'\nprint(imval()['data'])",
    "subparameters": "default(imstat); imagename = 'a.image'; algorithm = 'chauvenet'; zscore = 2.0\n"
    "inp(imstat)\nprint(imstat()['npts'])",
    "red": "imagename = 3\ninp(imstat)\ntry: imstat()\nexcept AssertionError: print('refused')",
    "no data": "default(imstat)\ntry: imstat()\nexcept AssertionError: print('refused')",
    "gone": "default(imstat); imagename = 'no.image'\ntry: imstat()\nexcept AssertionError: print('refused')",
    "fails": "default(immath); imagename = ['a.image', 'b.image']; expr = 'IM0+IM1'; outfile = 'c.image'\n"
    "try: immath()\nexcept Exception as error: print(type(error).__name__, str(error).splitlines()[0])",
    "default": "default(imstat)\nprint('imagename' in globals(), 'algorithm' in globals())",
    "tput": "imagename = 'b.image'\ntput(imstat, 'mine.saved')\ndefault()\nprint('imagename' in globals())",
    "tget": "tget(imstat, 'mine.saved')\nprint(imagename, float(imstat()['max'][0]))",
    "tget of what ran": "default(imval)\ntget(imval)\nprint(imagename, box)",
    "go": "default(imstat); imagename = 'a.image'\ng = go(); i = go(imstat)\nprint(g['max'], i['max'])",
    "from casatasks": "def plain():\n    from casatasks import imstat\n    return imstat()\n"
    "try: print(plain())\nexcept AssertionError: print('refused')",
    "of the module": "try: print(casatasks.imhead())\nexcept AssertionError: print('refused')",
    "line: inp": "inp imval",
    "line: inp again": "inp",
    "line: default": "default imval",
    "line: variable": "imagename = 'a.image'",
    "line: go": "go",
    "line: call": "imval();",
    "line: bare name": "imval",
    "unknown": "inp('imstot')\nr = [go('xyzzy'), default('xyzzy'), tget('xyzzy'), tput('xyzzy')]",
    "no task": "r = [inp(5), go(5.0), default([]), tget(3), tput(None, 'd.saved')]\nprint(r)",
    "names": "print(type(argv).__name__, config.__name__, callable(execfile))",
}
OURS = re.compile(r"^\[casa-kernel\].*\n", re.MULTILINE)
# Where a call stands alone, each side shows the value in its own way.
SHOWN = ("line: go", "line: call", "line: bare name")

Answer = dict[str, object]


@pytest.fixture(scope="module")
def casashells(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    """What the real casashell gives for each cell."""
    need_casa()
    folder = tmp_path_factory.mktemp("casashell")
    asked, told = folder.with_name("asked.json"), folder.with_name("told.json")
    asked.write_text(json.dumps([PREPARE, *(code for cell in CELLS.values() for code in (cell, "what_is_left()"))]))
    env = environment(folder, HOME=str(folder.parent / "home"), COLUMNS=WIDTH)
    os.makedirs(env["HOME"], exist_ok=True)
    done = subprocess.run(
        [
            PYTHON,
            "-m",
            "casashell",
            "--nogui",
            "--nologger",
            "--nologfile",
            "--agg",
            "-c",
            str(DRIVER),
            str(asked),
            str(told),
        ],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert told.exists(), f"{done.stdout}\n{done.stderr}"
    first, *answers = json.loads(told.read_text())
    assert first["error"] is None, first
    return _by_cell(answers, folder)


@pytest.fixture(scope="module")
def kernels(start_kernel: Callable[..., Kernel], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    """What the kernel gives for each cell."""
    need_casa()
    folder = tmp_path_factory.mktemp("kernel")
    client = start_kernel(env={"COLUMNS": WIDTH}).connect()
    assert client.run(f"%cd -q {folder}\n{PREPARE}").error is None
    answers: list[Answer] = []
    for code in (code for cell in CELLS.values() for code in (cell, "what_is_left()")):
        done = client.run(code, timeout=120)
        answers.append({"stdout": OURS.sub("", done.stdout), "error": done.error})
    return _by_cell(answers, folder)


def _by_cell(answers: list[Answer], folder: Path) -> dict[str, Answer]:
    assert len(answers) == 2 * len(CELLS)
    return {
        name: {**done, "left": json.loads(str(left["stdout"]).replace(str(folder), "."))}
        for name, done, left in zip(CELLS, answers[::2], answers[1::2], strict=False)
    }


@pytest.fixture(params=CELLS)
def pair(
    request: pytest.FixtureRequest, casashells: dict[str, Answer], kernels: dict[str, Answer]
) -> Iterator[tuple[str, Answer, Answer]]:
    yield request.param, casashells[request.param], kernels[request.param]


def test_as_in_casashell(pair: tuple[str, Answer, Answer]) -> None:
    name, theirs, ours = pair
    assert ours["error"] is None and theirs["error"] is None, (ours, theirs)
    assert ours["left"] == theirs["left"]
    if name not in SHOWN:
        assert ours["stdout"] == theirs["stdout"]


def test_the_cells_do_something(casashells: dict[str, Answer]) -> None:
    assert casashells["one cell"]["stdout"] == "[23.]\n"
    names, files = casashells["one cell"]["left"]  # type: ignore[misc]
    assert "'max': array([23.])" in names["r"] and set(files) == {"imstat.last"}

"""What users of other CASA kernels have had to live with, each expected to be right here: real CASA, whole kernel.

Every row is in the table of docs/casa.md; those that have a test elsewhere are not repeated.
"""

from __future__ import annotations

import base64
import io
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from casa_session import ink
from kernel_client import Cell, FrontEnd, Kernel
from log_blocks import final
from PIL import Image

pytestmark = pytest.mark.deadline(120)
MS = "ngc5921_raw.ms"
HOSTILE = "</pre></details><script>alert(1)</script><img src=x onerror=alert(2)>&amp;"


@pytest.fixture(scope="module")
def kernel(start_kernel: Callable[..., Kernel], folder: Path) -> Iterator[Kernel]:
    kernel = start_kernel(cwd=folder)
    front = kernel.connect()
    assert front.run("import casatasks, casaplotms, casaviewer", timeout=60).status == "ok"
    yield kernel


def pictures(cell: Cell) -> list[bytes]:
    assert cell.status == "ok", cell.reply["content"]
    return [base64.b64decode(data["image/png"]) for data in cell.displays if "image/png" in data]


def test_an_iteration_shows_its_own_page_and_not_the_plot_before(front: FrontEnd, folder: Path) -> None:
    (before,) = pictures(front.run(f"plotms('{MS}', xaxis='uvdist', yaxis='amp', avgchannel='15')", timeout=100))
    (page,) = pictures(
        front.run(
            f"plotms('{MS}', xaxis='time', yaxis='phase', iteraxis='scan', avgchannel='15', plotfile='own.png')",
            timeout=100,
        )
    )
    assert page != before
    assert [path.read_bytes() for path in folder.glob("own*.png")] == [page]


def test_a_plot_cell_runs_again_and_names_of_its_own_files_are_nobodys(front: FrontEnd, folder: Path) -> None:
    # A fixed name in the working folder would be the user's file here.
    mine = {name: name.encode() for name in ("plotms_temp.png", "viewer_temp.png", "casapy_temp.txt")}
    for name, content in mine.items():
        (folder / name).write_bytes(content)
    before = sorted(os.listdir(folder))
    code = f"plotms('{MS}', xaxis='uvdist', yaxis='amp', avgchannel='15', scan='1')\nlistobs('{MS}', verbose=False)"
    first, second = (front.run(code, timeout=100) for _ in range(2))
    assert pictures(first) == pictures(second) and len(pictures(first)) == 1
    assert first.stdout == second.stdout
    assert sorted(os.listdir(folder)) == before
    assert {name: (folder / name).read_bytes() for name in mine} == mine


@pytest.mark.parametrize(
    "code",
    [
        "imview('tiny.im', out={'file': 'd.png', 'format': 'png', 'scale': 2.0})",
        f"msview('{MS}')",
        "plotbandpass('b.cal', xaxis='chan', yaxis='amp', antenna='1~4', interactive=True);",
    ],
)
def test_every_picture_is_shown(front: FrontEnd, code: str) -> None:
    cell = front.run(
        "import numpy as np\nfrom casatools import image\nia = image()\n"
        "ia.fromarray('tiny.im', np.eye(64), overwrite=True)\nia.close()\n"
        f"bandpass('{MS}', caltable='b.cal', field='0', refant='15');",
        timeout=100,
    )
    assert cell.status == "ok", cell.reply["content"]
    cell = front.run(code, timeout=100)
    assert pictures(cell)
    assert all(ink(Image.open(io.BytesIO(picture)).convert("RGB")) > 2000 for picture in pictures(cell))


def test_interactive_clean_does_not_hang(front: FrontEnd) -> None:
    begin = time.monotonic()
    cell = front.run(f"tclean('{MS}', imagename='asks', imsize=64, cell='30arcsec', niter=5, interactive=True)")
    assert cell.error is not None and "mask" in str(cell.reply["content"]["evalue"])
    assert time.monotonic() - begin < 5
    line = f"from cubevis import iclean; iclean.notebook(vis='{MS}', imagename='asks', imsize="
    reason = str(cell.reply["content"]["evalue"])
    assert line in reason and "cell='30arcsec'" in reason and "niter=5" in reason and "deconvolver=" not in reason
    assert front.value("6 * 7") == "42"


def test_the_listing_comes_alone(front: FrontEnd) -> None:
    cell = front.run(f"listobs('{MS}', verbose=False)", timeout=60)
    assert cell.status == "ok" and cell.result is None
    (listing,) = [data["text/plain"] for data in cell.displays if "MeasurementSet Name" in data.get("text/plain", "")]
    assert listing.count("MeasurementSet Name") == 1 and "'BeginTime'" not in listing and cell.stdout == ""
    assert not [line for line in listing.splitlines() if line == " "]


@pytest.mark.parametrize("priority, colour", [("WARN", "#b26a00"), ("SEVERE", "#e53935")])
def test_the_title_takes_the_colour_of_the_worst(front: FrontEnd, priority: str, colour: str) -> None:
    cell = front.run(f"casalog.post('usual')\ncasalog.post('odd', '{priority}')\ncasalog.post('usual')")
    summary = re.search(r"<summary style=\"([^\"]*)\">Show log", final(cell).html)
    assert summary and f"color: {colour}" in summary[1]
    cell = front.run("casalog.post('usual')")
    assert colour not in final(cell).html


@pytest.mark.parametrize(
    "code",
    [
        f"casalog.post({HOSTILE!r}, 'WARN')",
        f"casalog.post('multi\\n' + {HOSTILE!r})",
        f"casalog.origin({HOSTILE!r})\ncasalog.post('from there')\ncasalog.origin('casa')",
        f"try: flagdata('{MS}', mode='manual', field={HOSTILE!r})\nexcept Exception: pass",
        f"vishead('{MS}', mode='put', hdkey='observer', hdvalue={HOSTILE!r})\n"
        f"vishead('{MS}', mode='get', hdkey='observer');",
    ],
)
def test_no_text_becomes_markup(front: FrontEnd, code: str) -> None:
    block = final(front.run(code, timeout=60))
    assert "<script" not in block.html and "<img" not in block.html
    assert block.html.count("<pre") == block.html.count("</pre>")
    assert block.html.count("<details") == block.html.count("</details>")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in block.html


def test_the_notebook_is_python_for_papermill_and_nbconvert(
    kernelspec: str, kernel_env: dict[str, str], folder: Path
) -> None:
    pytest.importorskip("papermill")
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": kernelspec, "display_name": kernelspec, "language": "python"}}
    )
    notebook.cells = [
        nbformat.v4.new_code_cell("field = ''\nkey = 'telescope'", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(f"print(vishead('{MS}', mode='get', hdkey=key)[0][0], field)"),
    ]
    nbformat.write(notebook, folder / "in.ipynb")
    env = kernel_env | {name: os.environ[name] for name in ("JUPYTER_PATH", "JUPYTER_DATA_DIR")}
    for arguments in (
        ["papermill", "in.ipynb", "out.ipynb", "-p", "field", "it's", "--no-progress-bar"],
        ["nbconvert", "--to", "script", "out.ipynb"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *arguments], cwd=folder, env=env, capture_output=True, text=True, timeout=100
        )
        assert done.returncode == 0, done.stderr[-3000:]
    printed = [
        output
        for output in nbformat.read(folder / "out.ipynb", as_version=4).cells[-1].outputs
        if output.output_type == "stream"
    ]
    assert [output.text for output in printed] == ["VLA it's\n"]
    compile((folder / "out.py").read_text(), "out.py", "exec")

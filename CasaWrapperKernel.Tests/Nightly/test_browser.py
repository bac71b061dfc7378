"""JupyterLab and Debian's classic Notebook in a real browser, driven by the scripts in ``browser/``.

PLAYWRIGHT is a folder with npm's playwright-core (installed if it is not there), CASA_KERNEL the program to test.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, WORK, need, run
from hub_client import wait_for

PYTHON = os.environ.get("CASA_KERNEL_TEST_PYTHON", "")
PLAYWRIGHT = "playwright-core@1.65.1"  # not the newest: that may be one that a registry does not serve yet
KERNEL = Path(os.environ.get("CASA_KERNEL", ROOT / "artifacts/kernel/casa-kernel"))
LAB = [PYTHON, "-m", "jupyterlab", "--IdentityProvider.token=", "--ServerApp.password="]
CLASSIC = ["/usr/bin/jupyter-notebook", "--NotebookApp.token=", "--NotebookApp.password="]
SLIDER = """import ipywidgets
slider, label = ipywidgets.IntSlider(), ipywidgets.Label()
slider.observe(lambda change: setattr(label, "value", f"value {change['new']}"), "value")
display(slider, label)"""
FUNCTION = """def double(flux):
    doubled = None
    doubled = 2 * flux
    return doubled
print("the " + "end", double(7))"""
# Each but the first ends with its number and has logged "first" and "second".
CLEARED = [
    "import time, ipywidgets\nfrom IPython.display import clear_output\nout = ipywidgets.Output()\n"
    "def log(text):\n    casalog.post(text); time.sleep(0.5)\nlog('ready'); print('end', 0)",
    "log('first'); clear_output(); log('second'); print('end', 1)",
    "log('first'); print('old'); clear_output(wait=True); log('second'); print('end', 2)",
    "log('first')\nfor i in range(6): log('second'); clear_output(wait=True); print('end', i)\nprint('end', 3)",
    "display(out); log('first')\nwith out: print('x'); clear_output(); log('second'); print('y')\nprint('end', 4)",
    "display(out)\nwith out: log('first'); log('second')\nprint('end', 5)",
]

TOUR = [
    "plotms(vis='ngc5921.ms', xaxis='time', yaxis='amp', iteraxis='antenna', exprange='all',\n"
    "       plotfile='amp.png', overwrite=True)",
    "tclean(vis='ngc5921.ms', imagename='sky', field='2', imsize=128, cell='15arcsec', niter=0)\nimstat('sky.image')",
    "listed = listobs(vis='ngc5921.ms', verbose=False)",
    "listed",
    "",
]


@pytest.fixture(scope="module")
def playwright() -> Path:
    need("node", "chromium")
    folder = Path(os.environ.get("PLAYWRIGHT", WORK / "browser"))
    if not (folder / "node_modules/playwright-core").exists():
        need("npm")
        run("npm", "install", "--prefix", folder, PLAYWRIGHT)
    return folder / "node_modules"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A user's home with our kernel, and a notebook for each script; that of the tour is in a folder with its data."""
    assert PYTHON, "CASA_KERNEL_TEST_PYTHON must be the python of an environment with JupyterLab"
    run(KERNEL, "install", "--prefix", tmp_path / ".local", "--python", PYTHON)
    (tmp_path / "NGC 5921").mkdir()
    run("tar", "xf", ROOT / "examples/data/ngc5921_raw.ms.tar.xz", "--transform=s/_raw//", "-C", tmp_path / "NGC 5921")
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("*-work"))
    for name, cells in (("empty", [""]), ("tools", [SLIDER, FUNCTION]), ("cleared", CLEARED), ("NGC 5921/tour", TOUR)):
        notebook = nbformat.v4.new_notebook(
            metadata={"kernelspec": {"name": "casa-kernel", "display_name": "CASA", "language": "python"}}
        )
        notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
        nbformat.write(notebook, tmp_path / f"{name}.ipynb")
    return tmp_path


def shrink(picture: Path) -> Path:
    """Make a screenshot small enough for the documentation."""
    from PIL import Image

    Image.open(picture).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(picture, optimize=True)
    assert picture.stat().st_size < 200_000
    return picture


@pytest.fixture
def server(request: pytest.FixtureRequest, home: Path) -> Iterator[str]:
    """The address of a server that runs in the home."""
    command, port = request.param
    need(command[0])
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER_", "IPYTHON", "XDG_"))}
    with open(home / "server.log", "w") as log:
        process = subprocess.Popen(
            [*command, "--allow-root", "--no-browser", "--ip=127.0.0.1", f"--port={port}"],
            cwd=home,
            stdout=log,
            stderr=log,
            env=variables | {"HOME": str(home), "JUPYTER_PATH": str(home / ".local/share/jupyter")},
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: urllib.request.urlopen(f"{address}/api", timeout=5), 60)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.mark.parametrize(
    ("server", "script", "page"),
    [
        ((LAB, 18773), "lab.js", "lab/tree/empty.ipynb?reset"),
        ((LAB, 18774), "tools.js", "lab/tree/tools.ipynb?reset"),
        ((CLASSIC, 18775), "classic.js", "notebooks/empty.ipynb"),
        ((LAB, 18793), "reduction.js", "lab/tree/examples/ngc5921.ipynb?reset"),
        ((LAB, 18776), "cleared.js", "lab/tree/cleared.ipynb?reset"),
        ((CLASSIC, 18777), "cleared.js", "notebooks/cleared.ipynb"),
    ],
    indirect=["server"],
    ids=[
        "JupyterLab",
        "widgets and debugger",
        "classic Notebook",
        "NGC 5921",
        "cleared output",
        "cleared output in classic Notebook",
    ],
)
def test_in_a_browser(server: str, script: str, page: str, playwright: Path) -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    command = ["node", Path(__file__).parent / "browser" / script, f"{server}/{page}", WORK / f"{script}.png"]
    print(run(*command, seconds=400, env={**os.environ, "NODE_PATH": str(playwright)}))
    shrink(WORK / f"{script}.png")


@pytest.mark.parametrize("server, theme", [((LAB, 18791), "light"), ((LAB, 18792), "dark")], indirect=["server"])
def test_the_pictures_of_the_documentation(server: str, theme: str, playwright: Path) -> None:
    """Those of the light theme are the ones in docs/images, where they are renewed by hand (jupyterlab.png is that of
    reduction.js)."""
    folder = WORK / f"tour-{theme}"
    folder.mkdir(parents=True, exist_ok=True)
    page = f"{server}/lab/tree/NGC%205921/tour.ipynb?reset"
    print(
        run(
            "node",
            Path(__file__).parent / "browser/tour.js",
            page,
            folder,
            *([theme] * (theme == "dark")),
            seconds=300,
            env={**os.environ, "NODE_PATH": str(playwright)},
        )
    )
    assert [shrink(picture).stem for picture in sorted(folder.glob("*.png"))] == [
        "end",
        "fields",
        "imstat",
        "listobs",
        "plotms-pages",
        "plotms-thumbnails",
        "shift-tab",
    ]


# -- the log of a notebook that has been run -----------------------------------------------------------------
LOG = """casalog.post("at first")
casalog.post("odd <script>window.hostile = 1</script>", "WARN")
casalog.post("at last");"""
# As VS Code shows HTML outputs: in a page of its own, with nothing of Jupyter's styles; it takes each script out of its
# place and runs it at the end of the output.
VS_CODE = """<!DOCTYPE html><meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<body style="background: #1f1f1f; color: #cccccc; font: 13px system-ui, sans-serif"><script>
const output = document.body.appendChild(document.createElement('div'));
output.innerHTML = HTML;
for (const inert of output.querySelectorAll('script')) {
  const live = document.createElement('script');
  live.text = inert.textContent;
  output.appendChild(live).remove();
}
</script>"""


@pytest.fixture
def logged(home: Path) -> Path:
    """A home with log.ipynb, whose second cell has logged."""
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "casa-kernel", "display_name": "CASA", "language": "python"}}
    )
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in ("casalog.version()", LOG)]
    nbformat.write(notebook, home / "log.ipynb")
    run(
        PYTHON,
        "-m",
        "nbconvert",
        "--to",
        "notebook",
        "--execute",
        "--inplace",
        home / "log.ipynb",
        cwd=home,
        env=os.environ | {"HOME": str(home), "JUPYTER_PATH": str(home / ".local/share/jupyter")},
    )
    return home


def block(home: Path) -> str:
    """The HTML of the log."""
    outputs = nbformat.read(home / "log.ipynb", as_version=4).cells[1].outputs
    (html,) = [output.data["text/html"] for output in outputs if output.output_type == "display_data"]
    return html


def read_log(page: str, kind: str, name: str, playwright: Path) -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    command = ["node", Path(__file__).parent / "browser/log.js", page, WORK / f"log-{name}.png", kind]
    print(run(*command, seconds=300, env={**os.environ, "NODE_PATH": str(playwright)}))


def test_log_as_vs_code_shows_it(logged: Path, playwright: Path) -> None:
    html = json.dumps(block(logged)).replace("</", "<\\/")  # or it would end the script
    (logged / "page.html").write_text(VS_CODE.replace("HTML;", f"{html};"))
    read_log((logged / "page.html").as_uri(), "scripts", "vscode", playwright)


def test_log_as_github_shows_it(logged: Path, playwright: Path) -> None:
    need("ruby")
    clean = "require 'html/pipeline'; puts HTML::Pipeline::SanitizationFilter.new(STDIN.read).call.to_s"
    done = subprocess.run(["ruby", "-e", clean], input=block(logged), capture_output=True, text=True)
    if "cannot load such file" in done.stderr:
        needed = "ruby-html-pipeline, which has GitHub's list of what it lets pass, or ruby-sanitize, which it needs"
        pytest.fail(f"not installed: {needed}", pytrace=False)
    assert done.returncode == 0 and "style=" not in done.stdout and "details" in done.stdout, done.stderr
    (logged / "page.html").write_text(f"<!DOCTYPE html><body>{done.stdout}")
    read_log((logged / "page.html").as_uri(), "stripped", "github", playwright)


def test_log_in_nbconverts_page(logged: Path, playwright: Path) -> None:
    run(PYTHON, "-m", "nbconvert", "--to", "html", "--output", "page.html", logged / "log.ipynb", cwd=logged)
    read_log((logged / "page.html").as_uri(), "scripts", "nbconvert", playwright)


@pytest.mark.parametrize("server", [(LAB, 18776)], indirect=True, ids=["JupyterLab"])
def test_log_of_a_notebook_that_is_opened_again(logged: Path, server: str, playwright: Path) -> None:
    # The server has not seen it run, so it does not trust it.
    read_log(f"{server}/lab/tree/log.ipynb?reset", "stripped", "lab", playwright)

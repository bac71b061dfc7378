"""How tasks fail: what is wrong and which of the user's lines called them, and CASA's own code with %tb only."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest
from casa_notebook import Notebook, StartNotebook
from cells import Code, cell, text

if TYPE_CHECKING:
    from casa_prompt import execfile, gaincal, ia, imstat, imview, plotants, plotms, tclean

MS = "ngc5921_raw.ms"
NO_FIELD = 'plotms could not draw this: Field Expression: No match found for name "NGC9999"'


@pytest.fixture(scope="module")
def notebook(start_notebook: StartNotebook, tmp_path_factory: pytest.TempPathFactory) -> Notebook:
    """One whose home is empty, so that files can be written there."""
    return start_notebook(HOME=str(tmp_path_factory.mktemp("home")))


@cell()
def make() -> None:
    ia.fromshape("sky.image", [8, 8])
    ia.close()


@cell(fails=True)
def selection() -> None:
    def look(data):
        plotms(vis=data, field="NGC9999")

    look(MS)


all_of_it = text("%tb", selection)


@cell()
def write_script() -> None:
    with open("steps.py", "w") as file:
        file.write("def reduce(data):\n    plotms(vis=data, field='NGC9999')\n")


@cell(write_script, fails=True)
def script() -> None:
    global reduce
    execfile("steps.py")
    reduce(MS)


@cell(fails=True)
def tool_alone() -> None:
    def look():
        ia.open("nothing.im")

    look()


@cell(fails=True)
def no_such_script() -> None:
    execfile("missing.py")


@cell(make, fails=True)
def tool() -> None:
    imstat("sky.image", box="a,b")


timed = text(f"%%time\nplotms(vis='{MS}', scan='99')", fails=True)
verbose = text(f"%xmode Verbose\nplotms(vis='{MS}', scan='99')", fails=True)
context = text("%xmode Context", verbose)


@cell()
def caught() -> None:
    import pickle

    try:
        plotms(vis=MS, scan="99")
    except RuntimeError as error:
        print(pickle.dumps(error).hex())


@cell(fails=True)
def too_large() -> None:
    plotms(vis=MS, avgchannel="64", width=99999, height=99999)


@cell(fails=True)
def unknown() -> None:
    plotms(vis=MS, colouraxis="field", foo=1)


@cell(fails=True)
def unknown_of_a_task() -> None:
    tclean(viz="x")


@cell(fails=True)
def unknown_of_the_viewer() -> None:
    imview(rasters="x")


@cell(fails=True)
def axis() -> None:
    plotms(vis=MS, yaxis=["amp", "phas"])


@cell(fails=True)
def symbol() -> None:
    plotms(vis=MS, customsymbol=True, symbolshape="heart")


@cell(fails=True)
def uvrange() -> None:
    plotms(vis=MS, uvrange="foo")


@cell(make, fails=True)
def image() -> None:
    plotms(vis="sky.image")


@cell(make, fails=True)
def image_as_table() -> None:
    plotms(caltable="sky.image")


@cell(fails=True)
def column() -> None:
    plotms(vis=MS, ydatacolumn="float")


@cell(fails=True)
def averaged() -> None:
    plotms(vis=MS, field="NGC9999", avgtime="60", transform=True, freqframe="BARY")


@cell(fails=True)
def table() -> None:
    gaincal(vis=MS, caltable="g.cal", field="0", refant="15", gaintype="G", minsnr=0.0)
    plotms(caltable="g.cal", field="NGC9999")


@cell(fails=True)
def ending() -> None:
    plotms(vis=MS, plotfile="p.gif")


@cell(fails=True)
def folder() -> None:
    plotms(vis=MS, plotfile="nowhere/p.png")


@cell(fails=True)
def fork() -> None:
    from multiprocessing import get_context

    def draw(data):
        plotms(vis=data)

    with get_context("fork").Pool(1) as pool:
        pool.map(draw, [MS])


@cell(fails=True)
def no_such_path() -> None:
    import casawrapper

    casawrapper.ms("no.ms")


@cell(fails=True)
def deleted_folder() -> None:
    import os

    here = os.getcwd()
    os.mkdir("gone")
    os.chdir("gone")
    os.rmdir("../gone")
    try:
        plotants("x.ms")
    finally:
        os.chdir(here)


@cell()
def home() -> None:
    plotms(vis=MS, avgchannel="63", plotfile="~/p.png")


def test_the_users_calls_stand_below_the_reason(notebook: Notebook) -> None:
    lines = notebook(selection).stdout.strip().splitlines()
    assert NO_FIELD in lines[0] and lines[1:3] == [
        f"line 3: look('{MS}')",
        "line 2, in look: plotms(vis=data, field='NGC9999')",
    ]
    assert len(lines) == 4 and "%tb" in lines[3]


def test_casas_code_is_kept_for_tb(notebook: Notebook) -> None:
    assert "task_plotms.py" in notebook(all_of_it).stdout
    notebook(context)
    assert "Traceback" in notebook(verbose).stdout


def test_lines_of_files_name_the_file(notebook: Notebook) -> None:
    assert "steps.py, line 2, in reduce: plotms(vis=data" in notebook(script).stdout


def test_the_source_lines_of_cplusplus_are_left_out(notebook: Notebook) -> None:
    done = notebook(tool)
    assert "box not specified correctly" in done.stdout and "thrown by" not in done.stdout
    assert "thrown by" in (done.error or "")


@pytest.mark.parametrize(
    "code, reason, lines",
    [
        (tool_alone, "File nothing.im does not exist", ["line 3: look()", "line 2, in look: ia.open('nothing.im')"]),
        (no_such_script, "No such file or directory: 'missing.py'", ["line 1: execfile('missing.py')"]),
    ],
    ids=str,
)
def test_tools_and_verbs_fail_as_briefly(notebook: Notebook, code: Code, reason: str, lines: list[str]) -> None:
    first, *others, last = notebook(code).stdout.strip().splitlines()
    assert reason in first and others == lines and "%tb" in last


def test_a_path_that_is_none_says_so(notebook: Notebook) -> None:
    lines = notebook(no_such_path).stdout.strip().splitlines()
    assert len(lines) == 3 and "'no.ms' does not exist in /" in lines[0] and "casawrapper.ms('no.ms')" in lines[1]


def test_magics_are_no_calls_of_the_users(notebook: Notebook) -> None:
    assert "run_cell_magic" not in notebook(timed).stdout


def test_a_failure_can_be_sent_to_another_process(notebook: Notebook) -> None:
    error = pickle.loads(bytes.fromhex(notebook(caught).stdout.strip()))
    assert isinstance(error, RuntimeError) and "zero rows" in str(error)


@pytest.mark.parametrize(
    "code, words",
    [
        (too_large, "a picture of 99999 x 99999 pixels is too large for it: give a smaller width and height."),
        (unknown, "TypeError: plotms has no parameter 'colouraxis'. Did you mean 'coloraxis'?"),
        (unknown_of_a_task, "TypeError: tclean has no parameter 'viz'. Did you mean 'vis'?"),
        (unknown_of_the_viewer, "TypeError: imview has no parameter 'rasters'. Did you mean 'raster'?"),
        (axis, "plotms(yaxis=['amp', 'phas']): Did you mean 'phase'? yaxis must be one of "),
        (symbol, "symbolshape must be one of 'autoscaling', 'circle', "),
        (uvrange, "UV Distribution Expression: Parse error at or near 'f'"),
        (image, "sky.image is no measurement set."),
        (image_as_table, "sky.image is no calibration table."),
        (column, "Do the data have what axes, data columns, selection and averaging ask for?"),
        (averaged, 'this: Field Expression: No match found for name "NGC9999"'),
        (table, "Do the data have what axes, data columns, selection and averaging ask for?"),
        (ending, "the name of plotfile must end with .png, .jpg, .pdf, .ps or .txt"),
        (folder, "nowhere does not exist."),
        (fork, "plotms cannot draw in a process that is a copy of the kernel"),
        (
            deleted_folder,
            "FileNotFoundError: The folder in which this kernel works has been deleted: say  %cd FOLDER",
        ),
    ],
    ids=str,
)
def test_the_reason_is_named(notebook: Notebook, code: Code, words: str) -> None:
    assert words in (notebook(code).error or "")


def test_a_plotfile_may_be_in_the_home(notebook: Notebook) -> None:
    done = notebook(home)
    assert len(done.pictures()) == 1


def test_failures_leave_nothing_behind(notebook: Notebook) -> None:
    assert notebook.files_left() == {"sky.image", "g.cal", "steps.py"}

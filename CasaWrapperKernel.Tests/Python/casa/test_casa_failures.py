"""How tasks fail: what is wrong and which of the user's lines called them, and CASA's own code with %tb only."""

from __future__ import annotations

import pickle

import pytest
from casa_session import Cell, Session, run_cells, unpack_data

MS = "ngc5921_raw.ms"
STEPS = "def reduce(data):\n    plotms(vis=data, field='NGC9999')\n"
CELLS = {
    "selection": f"def look(data):\n    plotms(vis=data, field='NGC9999')\nlook('{MS}')",
    "all of it": "%tb",
    "script": f"execfile('steps.py')\nreduce('{MS}')",
    "tool alone": "def look():\n    ia.open('nothing.im')\nlook()",
    "no such script": "execfile('missing.py')",
    "tool": "imstat('sky.image', box='a,b')",
    "timed": f"%%time\nplotms(vis='{MS}', scan='99')",
    "verbose": f"%xmode Verbose\nplotms(vis='{MS}', scan='99')",
    "context": "%xmode Context",
    "caught": f"import pickle\ntry: plotms(vis='{MS}', scan='99')\n"
    "except RuntimeError as error: print(pickle.dumps(error).hex())",
    "too large": f"plotms(vis='{MS}', avgchannel='64', width=99999, height=99999)",
    "unknown": f"plotms(vis='{MS}', colouraxis='field', foo=1)",
    "unknown of a task": "tclean(viz='x')",
    "unknown of the viewer": "imview(rasters='x')",
    "axis": f"plotms(vis='{MS}', yaxis=['amp', 'phas'])",
    "symbol": f"plotms(vis='{MS}', customsymbol=True, symbolshape='heart')",
    "uvrange": f"plotms(vis='{MS}', uvrange='foo')",
    "image": "plotms(vis='sky.image')",
    "image as table": "plotms(caltable='sky.image')",
    "column": f"plotms(vis='{MS}', ydatacolumn='float')",
    "averaged": f"plotms(vis='{MS}', field='NGC9999', avgtime='60', transform=True, freqframe='BARY')",
    "table": f"gaincal(vis='{MS}', caltable='g.cal', field='0', refant='15', gaintype='G', minsnr=0.0)\n"
    "plotms(caltable='g.cal', field='NGC9999')",
    "ending": f"plotms(vis='{MS}', plotfile='p.gif')",
    "folder": f"plotms(vis='{MS}', plotfile='nowhere/p.png')",
    "fork": "from multiprocessing import get_context\ndef draw(data): plotms(vis=data)\n"
    f"with get_context('fork').Pool(1) as pool: pool.map(draw, ['{MS}'])",
    "no such path": "import casawrapper\ncasawrapper.ms('no.ms')",
    "home": f"plotms(vis='{MS}', avgchannel='63', plotfile='~/p.png')",
    "deleted folder": "import os; here = os.getcwd(); os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')\n"
    "try: plotants('x.ms')\nfinally: os.chdir(here)",
}
NO_FIELD = 'plotms could not draw this: Field Expression: No match found for name "NGC9999"'


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    folder = unpack_data(tmp_path_factory.mktemp("failures"))
    (folder / "steps.py").write_text(STEPS)
    make = "ia.fromshape('sky.image', [8, 8]); ia.close();"
    home = tmp_path_factory.mktemp("home")
    done = run_cells(folder, [make, *CELLS.values()], HOME=str(home))
    del done.cells[0]
    return done


def cell(session: Session, name: str) -> Cell:
    return session[list(CELLS).index(name)]


def test_the_users_calls_stand_below_the_reason(session: Session) -> None:
    lines = cell(session, "selection").stdout.strip().splitlines()
    assert NO_FIELD in lines[0] and lines[1:3] == [
        f"line 3: look('{MS}')",
        "line 2, in look: plotms(vis=data, field='NGC9999')",
    ]
    assert len(lines) == 4 and "%tb" in lines[3]


def test_casas_code_is_kept_for_tb(session: Session) -> None:
    assert "task_plotms.py" in cell(session, "all of it").stdout
    assert "Traceback" in cell(session, "verbose").stdout


def test_lines_of_files_name_the_file(session: Session) -> None:
    assert "steps.py, line 2, in reduce: plotms(vis=data" in cell(session, "script").stdout


def test_the_source_lines_of_cplusplus_are_left_out(session: Session) -> None:
    done = cell(session, "tool")
    assert "box not specified correctly" in done.stdout and "thrown by" not in done.stdout
    assert "thrown by" in (done.error or "")


@pytest.mark.parametrize(
    "name, reason, lines",
    [
        ("tool alone", "File nothing.im does not exist", ["line 3: look()", "line 2, in look: ia.open('nothing.im')"]),
        ("no such script", "No such file or directory: 'missing.py'", ["line 1: execfile('missing.py')"]),
    ],
)
def test_tools_and_verbs_fail_as_briefly(session: Session, name: str, reason: str, lines: list[str]) -> None:
    first, *others, last = cell(session, name).stdout.strip().splitlines()
    assert reason in first and others == lines and "%tb" in last


def test_a_path_that_is_none_says_so(session: Session) -> None:
    lines = cell(session, "no such path").stdout.strip().splitlines()
    assert len(lines) == 3 and "'no.ms' does not exist in /" in lines[0] and "casawrapper.ms('no.ms')" in lines[1]


def test_magics_are_no_calls_of_the_users(session: Session) -> None:
    assert "run_cell_magic" not in cell(session, "timed").stdout


def test_a_failure_can_be_sent_to_another_process(session: Session) -> None:
    error = pickle.loads(bytes.fromhex(cell(session, "caught").stdout.strip()))
    assert isinstance(error, RuntimeError) and "zero rows" in str(error)


@pytest.mark.parametrize(
    "name, words",
    [
        ("too large", "a picture of 99999 x 99999 pixels is too large for it: give a smaller width and height."),
        ("unknown", "TypeError: plotms has no parameter 'colouraxis'. Did you mean 'coloraxis'?"),
        ("unknown of a task", "TypeError: tclean has no parameter 'viz'. Did you mean 'vis'?"),
        ("unknown of the viewer", "TypeError: imview has no parameter 'rasters'. Did you mean 'raster'?"),
        ("axis", "plotms(yaxis=['amp', 'phas']): Did you mean 'phase'? yaxis must be one of "),
        ("symbol", "symbolshape must be one of 'autoscaling', 'circle', "),
        ("uvrange", "UV Distribution Expression: Parse error at or near 'f'"),
        ("image", "sky.image is no measurement set."),
        ("image as table", "sky.image is no calibration table."),
        ("column", "Do the data have what axes, data columns, selection and averaging ask for?"),
        ("averaged", 'this: Field Expression: No match found for name "NGC9999"'),
        ("table", "Do the data have what axes, data columns, selection and averaging ask for?"),
        ("ending", "the name of plotfile must end with .png, .jpg, .pdf, .ps or .txt"),
        ("folder", "nowhere does not exist."),
        ("fork", "plotms cannot draw in a process that is a copy of the kernel"),
        (
            "deleted folder",
            "FileNotFoundError: The folder in which this kernel works has been deleted: say  %cd FOLDER",
        ),
    ],
)
def test_the_reason_is_named(session: Session, name: str, words: str) -> None:
    assert words in (cell(session, name).error or "")


def test_a_plotfile_may_be_in_the_home(session: Session) -> None:
    done = cell(session, "home")
    assert done.error is None and len(done.pictures()) == 1


def test_failures_leave_nothing_behind(session: Session) -> None:
    assert session.new_files == {"sky.image", "g.cal"}

"""What happens with a CASA that has other private names: a copied CASA in which one name at a time is renamed.

Each time the rest works, one sentence says what is off, and doctor says the same.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from casa_session import Cell, Session, need_casa, run_cells, unpack_data
from copied_casa import CopiedCasa, Rewriting
from kernel_client import Kernel

MS = "ngc5921_raw.ms"
IMPORT = "import casatasks, casaplotms, casaviewer"
LISTING = f"listobs('{MS}')"
PLOT = f"plotms(vis='{MS}', xaxis='uvdist', yaxis='amp', avgchannel='63')"
IMAGE = (
    "import numpy\ni = iatool(); i.fromarray('tiny.im', numpy.eye(32), overwrite=True); i.close()\nimview('tiny.im')"
)
USER_ERROR = f"listobs('{MS}', verbose='loud')"
EXPLAINED = "ParameterError: listobs(verbose='loud')"
PATH = f"from pathlib import Path\nlistobs(Path('{MS}'))"
COMPLETED = (
    "from casawrapper.casa.catalog.parameters import parameters\n"
    "(parameters('listobs')['verbose'].types, parameters('flagmanager')['mode'].allowed[0])"
)


@dataclass
class Case:
    """A renaming, the sentence about it and cells with what they must give."""

    changes: dict[str, list[Rewriting]]
    package: str
    lacks: str
    feature: str
    cells: dict[str, str] = field(default_factory=dict)
    """Code, and a word of its error or of its text; PICTURES for pictures."""
    verb: bool = False
    """Whether it is a verb that says it, and not the first use of CASA."""
    moved: tuple[str, str] | None = None


PICTURES, NOTHING = "pictures", ""
TOOL, TASK = "casaplotms/private/plotmstool.py", "casaplotms/private/task_plotms.py"
VIEWER = "casaviewer/private/viewertool.py"
VALIDATED = ("casatasks/*.py", "casaplotms/*.py", "casaviewer/*.py", "casatools/*.py")


def renamed(old: str, new: str, *files: str) -> dict[str, list[Rewriting]]:
    return {file: [(rf"(?<![A-Za-z]){old}\b", new)] for file in files}


CASES = {
    "one task's function": Case(
        renamed("_listobs_t", "_listobs_call", "casatasks/listobs.py"),
        "casatasks",
        "_listobs_t in casatasks.listobs",
        "what casa-kernel does for listobs",
        {LISTING: "BeginTime", f"print(flagdata('{MS}', mode='summary')['type'])": "summary"},
    ),
    "every task's function": Case(
        {"casatasks/*.py": [(r"(_\w+)_t\b", r"\1_call")]},
        "casatasks",
        "_imhead_t in casatasks.imhead",
        "what casa-kernel does for imhead and 123 other tasks",
        {LISTING: "BeginTime", PLOT: PICTURES},
    ),
    "the rules of the tasks": Case(
        renamed("schema", "rules", "casatasks/*.py"),
        "casatasks",
        "schema in casatasks.listobs",
        "completion of True, False and some paths",
        {USER_ERROR: EXPLAINED, LISTING: "MeasurementSet Name", COMPLETED: "((), 'list')"},
    ),
    "what checks arguments": Case(
        renamed("_pc", "_checker", "casatasks/*.py"),
        "casatasks",
        "_pc in casatasks.listobs",
        "the explanation of wrong arguments and pathlib's paths for tasks",
        {
            USER_ERROR: "AssertionError: {'verbose'",
            LISTING: "MeasurementSet Name",
            PATH: "AssertionError: the vis parameter",
        },
    ),
    "the lines of a task in the log": Case(
        renamed("_start_log", "_begin_log", "casatasks/listobs.py"),
        "casatasks",
        "_start_log in casatasks.listobs",
        "turns of the tasks that threads call at once, as to their log",
        {LISTING: "MeasurementSet Name", USER_ERROR: EXPLAINED},
    ),
    "what a task does": Case(
        renamed("_info_desc_", "_description_", "casatasks/*.py"),
        "casatasks",
        "_info_desc_ in casatasks.listobs",
        "the line at Shift-Tab that says what a task does",
        {"from casawrapper.casa.catalog.parameters import describe\nprint(describe('listobs'))": "verbose=True"},
    ),
    "the class of a task": Case(
        renamed("_listobs", "ListobsTask", "casatasks/listobs.py"),
        "casatasks",
        "_listobs in casatasks.listobs",
        "Tab, Shift-Tab and the verbs for tasks",
        {LISTING: "MeasurementSet Name", "inp flagdata": "mode"},
    ),
    "the tools of the simulations": Case(
        renamed("ia", "ia_tool", "casatasks/private/simutil.py"),
        "casatasks",
        "ia in casatasks.private.simutil",
        "simobserve's and simanalyze's use of numpy 2.4",
        {LISTING: "MeasurementSet Name"},
    ),
    "simanalyze's module": Case(
        {"casatasks/simanalyze.py": [(r"task_simanalyze import", "task_analysis import")]},
        "casatasks",
        "casatasks.private.task_simanalyze",
        "simanalyze for several data sets",
        {LISTING: "MeasurementSet Name"},
        moved=("casatasks/private/task_simanalyze.py", "casatasks/private/task_analysis.py"),
    ),
    "the class of what checks arguments": Case(
        renamed("CasaValidator", "TaskValidator", *VALIDATED),
        "casatools",
        "CasaValidator in casatools.typecheck",
        "the explanation of wrong arguments and pathlib's paths for imview and msview",
        {USER_ERROR: EXPLAINED, IMAGE: PICTURES, "msview('x.ms', zoom='in')": "AssertionError: {'zoom'"},
    ),
    "plotms' start": Case(
        renamed("__launch", "__begin", TOOL),
        "casaplotms",
        "__launch in casaplotms.private.plotmstool",
        "plotms",
        {
            PLOT: "so this is off: plotms. A newer casa-kernel may know this version.",
            LISTING: "MeasurementSet Name",
            IMAGE: PICTURES,
        },
    ),
    "plotms' tool as a whole": Case(
        {
            "casaplotms/private/task*.py": [("plotmstool", "plottool")],
            "casaplotms/__init__.py": [("plotmstool", "plottool")],
        },
        "casaplotms",
        "casaplotms.private.plotmstool",
        "plotms; noticing at once that plotms has died; a picture of PDF and PostScript files",
        {PLOT: "so this is off: plotms"},
        moved=(TOOL, "casaplotms/private/plottool.py"),
    ),
    "plotms' health": Case(
        renamed("__stub_check", "__health", TOOL),
        "casaplotms",
        "__stub_check in casaplotms.private.plotmstool",
        "noticing at once that plotms has died",
        {PLOT: PICTURES},
    ),
    "plotms' files": Case(
        {TOOL: [(r"def save\(", "def store(")], TASK: [(r"pm\.save\(", "pm.store(")]},
        "casaplotms",
        "save in casaplotms.private.plotmstool",
        "a picture of PDF and PostScript files",
        {PLOT: PICTURES, f"{PLOT[:-1]}, plotfile='x.pdf')": "x.pdf"},
    ),
    "plotms' rests": Case(
        {TASK: [(r"import time\b", "from time import sleep"), (r"time\.sleep\(", "sleep(")]},
        "casaplotms",
        "time in casaplotms.private.task_plotms",
        "plotms without its rests",
        {PLOT: PICTURES},
    ),
    "plotms' look for a display": Case(
        {TASK: [(r"import os\b", "import os as system"), (r"\bos\.", "system.")]},
        "casaplotms",
        "os in casaplotms.private.task_plotms",
        "plotms without a display",
        {PLOT: "DISPLAY environment variable is not set", f"%env DISPLAY=:none\n{PLOT}": PICTURES},
    ),
    "plotms' choices": Case(
        renamed("checkVariantString", "checkChoice", TASK),
        "casaplotms",
        "checkVariantString in casaplotms.private.task_plotms",
        "the explanation of wrong values for plotms' axes and symbols",
        {PLOT: PICTURES, f"{PLOT[:-1]}, yaxislocation='middle')": "Error"},
    ),
    "plotms' function": Case(
        renamed("_plotms_t", "_plotms_call", "casaplotms/plotms.py"),
        "casaplotms",
        "_plotms_t in casaplotms.plotms",
        "what casa-kernel does for plotms",
        {
            f"%env DISPLAY=:none\n{PLOT[:-1]}, plotfile='one.png')": NOTHING,
            "import os; os.path.getsize('one.png') > 1000": "True",
            LISTING: "MeasurementSet Name",
        },
    ),
    "the viewer's start": Case(
        renamed("__proc", "__processes", VIEWER),
        "casaviewer",
        "__proc in casaviewer.private.viewertool",
        "the viewer",
        {IMAGE: "CasaSetupError: casaviewer", PLOT: PICTURES},
    ),
    "the viewer's health": Case(
        renamed("__stub_check", "__health", VIEWER),
        "casaviewer",
        "__stub_check in casaviewer.private.viewertool",
        "noticing at once that the viewer has died",
        {IMAGE: PICTURES},
    ),
    "imview's function": Case(
        {
            "casaviewer/private/task_imview.py": [(r"\bimview = ", "view = ")],
            "casaviewer/imview.py": [("task_imview import imview", "task_imview import view")],
        },
        "casaviewer",
        "imview in casaviewer.private.task_imview",
        "what casa-kernel does for imview",
        {
            f"{IMAGE[:-1]}, out='tiny.png')": NOTHING,
            "import os; os.path.getsize('tiny.png') > 100": "True",
            LISTING: "MeasurementSet Name",
        },
    ),
    "msview's function": Case(
        {
            "casaviewer/private/task_msview.py": [(r"\bmsview = ", "view = ")],
            "casaviewer/msview.py": [("task_msview import msview", "task_msview import view")],
        },
        "casaviewer",
        "msview in casaviewer.private.task_msview",
        "what casa-kernel does for msview",
        {IMAGE: PICTURES},
    ),
    "the frames of the prompt": Case(
        {"casashell/private/stack_manip.py": [("__casashell_state__", "__shell_state__")]},
        "casashell",
        "__casashell_state__ in casashell.private.stack_manip",
        "inp and go",
        {"inp listobs": "has no __casashell_state__", LISTING: "MeasurementSet Name"},
        verb=True,
    ),
    "the verbs of a task": Case(
        {"casashell/private/listobs.py": [(r"def inp\(", "def show(")]},
        "casashell",
        "inp in casashell.private.listobs",
        "inp and go",
        {"inp listobs": "has no inp", "inp flagdata": "mode", LISTING: "MeasurementSet Name"},
        verb=True,
    ),
    "the call at the prompt": Case(
        {"casashell/private/listobs.py": [(r"\b_pc\b", "_checker")]},
        "casashell",
        "_pc in casashell.private.listobs",
        "the explanation of wrong arguments and pathlib's paths after inp and go",
        {"inp listobs": "so this is off: the explanation", "inp flagdata": "mode"},
        verb=True,
    ),
    "the lists of help": Case(
        {"casashell/private/init_doc.py": [(r"def taskhelp\(", "def help_on_tasks(")]},
        "casashell",
        "taskhelp in casashell.private.init_doc",
        "taskhelp and toolhelp",
        {"taskhelp": "has no taskhelp", "inp flagdata": "mode"},
        verb=True,
    ),
    "matplotlib's figures": Case(
        {"matplotlib/_pylab_helpers.py": [(r"\bfigs\b", "figures")]},
        "matplotlib",
        "figs in matplotlib._pylab_helpers",
        "showing a task's figures without touching yours",
        {f"plotants('{MS}')": NOTHING, LISTING: "MeasurementSet Name"},
    ),
}


@pytest.fixture(scope="module")
def casa(tmp_path_factory: pytest.TempPathFactory) -> CopiedCasa:
    need_casa()
    return CopiedCasa(tmp_path_factory.mktemp("copied") / "environment")


@pytest.fixture(scope="module")
def versions(casa: CopiedCasa) -> dict[str, str]:
    return {
        entry.name.partition("-")[0]: entry.name.removesuffix(".dist-info").partition("-")[2]
        for entry in casa.packages.glob("*.dist-info")
    }


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield unpack_data(tmp_path_factory.mktemp("data"))


def notices(cell: Cell) -> list[str]:
    return [line for line in cell.stdout.splitlines() if line.startswith("[casa-kernel]")]


@pytest.mark.parametrize("name", CASES)
def test_a_missing_name_is_said_once_and_the_rest_works(
    name: str, casa: CopiedCasa, versions: dict[str, str], data: Path, tmp_path: Path
) -> None:
    case = CASES[name]
    sentence = f"{case.package} {versions[case.package]} has no {case.lacks}, so this is off: {case.feature}."
    with casa.rewritten(case.changes, case.moved), ThreadPoolExecutor() as beside:
        doctor = beside.submit(casa.doctor, tmp_path)
        session = run_cells(data, [IMPORT, IMPORT, *case.cells], python=casa.python)
        found = doctor.result()
    assert session[0].error is None
    assert (f"[casa-kernel] {sentence}" in notices(session[0])) is not case.verb
    assert notices(session[1]) == []
    check(session, case)
    assert sentence in [check["detail"] for check in found["private names"]]
    assert all(not check["ok"] and check["cure"] for check in found["private names"])


def check(session: Session, case: Case) -> None:
    for cell, wanted in zip(session.cells[2:], case.cells.values(), strict=True):
        if wanted == PICTURES:
            assert cell.error is None and len(cell.pictures()) == 1
            continue
        text = "".join([cell.error or "", cell.stdout, *(str(one) for one in [*cell.displays, *cell.results])])
        assert wanted in text


def test_the_untouched_copy_lacks_nothing(casa: CopiedCasa, data: Path, tmp_path: Path) -> None:
    session = run_cells(data, [IMPORT, PLOT, IMAGE], python=casa.python)
    assert [cell.error for cell in session.cells] == [None] * 3 and notices(session[0]) == []
    assert len(session[1].pictures()) == len(session[2].pictures()) == 1
    found = casa.doctor(tmp_path)
    assert found["imports"][0]["ok"] and "private names" not in found


def test_task_descriptions_and_tool_names_have_a_second_source(casa: CopiedCasa, data: Path) -> None:
    cells = [
        "from casawrapper.casa.catalog.parameters import parameters\n"
        "p = parameters('listobs')['verbose']\n"
        "(p.default, p.text != '', 'AntPos' in parameters('plotms')['iteraxis'].allowed)",
        "(type(tb).__name__, type(msmd).__name__)",
    ]
    with casa.without("casatasks/__xml__", "casashell/private/load_tools.py"):
        session = run_cells(data, cells, python=casa.python)
    assert session[0].results[0]["text/plain"] == "('True', True, True)"
    assert session[1].results[0]["text/plain"] == "('table', 'msmetadata')"


def test_a_whole_kernel_says_it_under_the_first_cell_that_uses_casa_and_so_does_its_doctor(
    casa: CopiedCasa,
    versions: dict[str, str],
    start_kernel: Callable[..., Kernel],
    casa_kernel: Path,
    kernel_env: dict[str, str],
    data: Path,
) -> None:
    sentence = (
        f"casaplotms {versions['casaplotms']} has no __uri in casaplotms.private.plotmstool, so this is off: plotms."
    )
    with casa.rewritten(renamed("__uri", "__address", TOOL)), casa.hidden("casaviewer"):
        front = start_kernel(python=casa.python, cwd=data).connect()
        cells = [front.run(code, timeout=90) for code in ("1 + 1", LISTING, LISTING, "imview('x.im')")]
        done = subprocess.run(
            [casa_kernel, "doctor", "--json", "--python", casa.python],
            env=kernel_env,
            capture_output=True,
            text=True,
            timeout=120,
        )
        front.close()
    assert [cell.error for cell in cells[:3]] == [None] * 3 and cells[0].result == "2"
    assert [f"[casa-kernel] {sentence}" in cell.stdout for cell in cells] == [False, True, False, False]
    assert "%pip install casaviewer" in cells[3].reply["content"]["evalue"]
    found = {finding["check"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert found["private names"]["detail"] == sentence and found["private names"]["level"] == "warn"
    assert found["casaviewer"]["level"] == "warn" and "pip install casaviewer" in found["casaviewer"]["cure"]


def test_every_task_gives_its_function_all_its_arguments_so_that_it_is_known_to_run(data: Path) -> None:
    code = (
        "import ast, inspect, casatasks\nfrom casawrapper.casa.versions import private_names, private_tasks\n"
        "wrong, seen = [], 0\n"
        "for name, task in private_names.tasks(casatasks).items():\n"
        "    module = ast.parse(inspect.getsource(inspect.getmodule(type(task))))\n"
        "    call, = [node for node in ast.walk(module) if isinstance(node, ast.Call) and\n"
        "             getattr(node.func, 'id', '') == private_names.behind(name)]\n"
        "    seen += 1\n"
        "    if len(call.args) != len(private_tasks._parameters(task)): wrong.append(name)\n"
        "(wrong, seen > 100)"
    )
    session = run_cells(data, [code, "sdcal('none.ms', intent='*')"])
    assert session[0].results[-1]["text/plain"] == "([], True)"
    assert session[1].error.startswith("ParameterError: sdcal(infile='none.ms')")

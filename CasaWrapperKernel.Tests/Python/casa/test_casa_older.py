"""CASA 6.6.0 to 6.6.4 as far as they differ: a copied CASA, changed to what their documentation and sources say.

No configuration package: casatasks has the name of the log and reads ~/.casa/config.py itself, the data are a package.
plotms has no `caltable`, and its `vis` takes calibration tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from casa_session import need_casa, run_cells, unpack_data
from copied_casa import CopiedCasa

MS = "ngc5921_raw.ms"
PLOT = f"plotms(vis='{MS}', xaxis='uvdist', yaxis='amp', avgchannel='63')"
IMAGE = (
    "import numpy\ni = iatool(); i.fromarray('tiny.im', numpy.eye(32), overwrite=True); i.close()\nimview('tiny.im')"
)
CHANGES = {
    "casatools/__init__.py": [
        (
            r"(?s)from casaconfig import get_data_info.*\nfrom \.coercetype",
            "from casadata import datapath as _data\n"
            "ctsys = __utils( )\n"
            "ctsys.initialize( __sys.executable, _data, [ _data ], True, True, False, '' )\n"
            "if ctsys.resolve('geodetic/IERSeop2000') == 'geodetic/IERSeop2000':\n"
            "    raise ImportError('measures data is not available, visit ... for more information')\n"
            "from .coercetype",
        )
    ],
    "casatools/utils.py": [(r"\bgetcachedir\b", "getrc")],
    "casatasks/__init__.py": [("from casaconfig import config", "from . import config")],
    "casashell/__init__.py": [("from casaconfig import config as casa_config_master", "casa_config_master = None")],
    "casaplotms/plotms.py": [
        (r"vis='', caltable='', ", "vis='', "),
        (r"'caltable': \{.*?\}, ", ""),
        (r"'caltable': caltable, ", ""),
        (r"'caltable=' \+ repr\(_pc\.document\['caltable'\]\), ", ""),
        (r"_pc\.document\['caltable'\], ", ""),
    ],
    "casaplotms/private/task_plotms.py": [
        ('vis="", caltable="",', 'vis="",'),
        ("if not vis and not caltable:", "if not vis:"),
        (r"caltable = caltable\.strip\(\)", "caltable = ''"),
    ],
}
CONFIG = """
import os, time
logfile = os.path.join(os.getcwd( ), 'casa-' + time.strftime('%Y%m%d-%H%M%S', time.gmtime( )) + '.log')
try:
    exec(open(os.path.expanduser('~/.casa/config.py')).read( ))
except IOError:
    pass
"""


@pytest.fixture(scope="module")
def casa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CopiedCasa]:
    need_casa()
    copied = CopiedCasa(tmp_path_factory.mktemp("copied") / "environment")
    data = copied.doctor(tmp_path_factory.mktemp("doctor"))["measures data"][0]["detail"]
    with copied.rewritten(CHANGES), copied.hidden("casaconfig"):
        (copied.packages / "casatasks" / "config.py").write_text(CONFIG)
        package = copied.packages / "casadata"
        package.mkdir()
        (package / "__init__.py").write_text(
            "import os\ndatapath = os.path.join(os.path.dirname(__file__), '__data__')\n"
        )
        (package / "__data__").symlink_to(data)
        for name, version in (("casadata", "2023.9.25"), ("casatools", "6.6.0.20"), ("casatasks", "6.6.0.20")):
            _claim(copied, name, version)
        yield copied


def _claim(casa: CopiedCasa, package: str, version: str) -> None:
    for entry in casa.packages.glob(f"{package}-*.dist-info"):
        entry.unlink()
    folder = casa.packages / f"{package}-{version}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack_data(tmp_path_factory.mktemp("work"))


def test_tasks_plots_and_log_work(casa: CopiedCasa, work: Path, tmp_path: Path) -> None:
    cells = [
        f"flagdata('{MS}', mode='summary')['type']",
        PLOT,
        "plotms()",
        IMAGE,
        "inp listobs",
        f"listobs('{MS}', verbose='loud')",
        "import casaconfig",
    ]
    session = run_cells(work, cells, python=casa.python, HOME=str(tmp_path))
    assert session[6].error.startswith("ModuleNotFoundError")
    assert session[0].results[0]["text/plain"] == "'summary'" and len(session[1].pictures()) == 1
    assert "nothing to plot" in session[2].stdout and len(session[3].pictures()) == 1
    assert "verbose" in session[4].stdout and session[4].error is None
    assert session[5].error.startswith("ParameterError")
    assert (
        session.logfile is not None
        and Path(session.logfile).name == "casa.log"
        and session.new_files == {"tiny.im", "plotms.last"}
    )
    assert "Begin Task: flagdata" in Path(session.logfile).read_text()


def test_the_users_log_is_kept(casa: CopiedCasa, work: Path, tmp_path: Path) -> None:
    (tmp_path / ".casa").mkdir()
    (tmp_path / ".casa" / "config.py").write_text(f"logfile = '{tmp_path}/own.log'\n")
    session = run_cells(work, ["casalog.post('hello')"], python=casa.python, HOME=str(tmp_path))
    assert session.logfile == f"{tmp_path}/own.log" and "hello" in (tmp_path / "own.log").read_text()


def test_the_startup_file_is_run_and_options_without_effect_are_named(
    casa: CopiedCasa, work: Path, tmp_path: Path
) -> None:
    (tmp_path / ".casa").mkdir()
    (tmp_path / ".casa" / "startup.py").write_text("mine = 1\n")
    options = (
        "from casawrapper.casa import Options; from casawrapper.casa.setup import environment\n"
        f"environment.install('other.log', Options(datapath='{tmp_path}'))"
    )
    session = run_cells(work, ["mine", options, "casalog.post('hello')"], python=casa.python, HOME=str(tmp_path))
    assert session[0].results[0]["text/plain"] == "1"
    assert "CASA before 6.6.4 has no --configfile, --cachedir or --datapath" in session[2].stdout


def test_doctor_knows_where_the_data_are(casa: CopiedCasa, tmp_path: Path) -> None:
    found = casa.doctor(tmp_path)
    assert found["measures data"][0]["ok"] and found["measures data"][0]["detail"].endswith("casadata/__data__")
    assert found["casadata"][0]["ok"] and "casaconfig" not in found and found["imports"][0]["ok"]


def test_missing_data_are_said_with_their_package(casa: CopiedCasa, work: Path, tmp_path: Path) -> None:
    inside = casa.packages / "casadata" / "__data__"
    target = inside.readlink()
    inside.unlink()
    try:
        session = run_cells(work, [f"listobs('{MS}')"], python=casa.python)
        found = casa.doctor(tmp_path)
    finally:
        inside.symlink_to(target)
    assert (
        session[0].error
        == "CasaSetupError: CASA has no measures data: run  %pip install casadata  and restart the kernel."
    )
    assert (
        not found["measures data"][0]["ok"]
        and "--force-reinstall --no-deps casadata" in found["measures data"][0]["cure"]
    )

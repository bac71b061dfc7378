"""A reduction of NGC 5921 that is run again, edited or not, with real CASA in whole kernels: which calls run."""

from __future__ import annotations

import ast
import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from casa_session import ARCHIVE, need_casa
from kernel_client import Cell, Kernel
from log_blocks import final, states

pytestmark = pytest.mark.deadline(400)

SETUP = f"""
import os, shutil, tarfile, casawrapper
def fresh():
    for name in os.listdir():
        shutil.rmtree(name) if os.path.isdir(name) else os.remove(name)
    tarfile.open({str(ARCHIVE)!r}).extractall('.')
def nothing():
    pass
def reduce(refant='15', bad='5', niter=50, cont='cont', begin=nothing, middle=nothing, end=nothing, start=fresh):
    first = len(casawrapper.recompute.report())
    start()
    vis = 'ngc5921_raw.ms'
    begin()
    flagdata(vis, antenna=bad, flagbackup=False)
    setjy(vis, field='0', standard='Perley-Butler 2010', usescratch=False)
    bandpass(vis, caltable='b.cal', field='0', refant=refant)
    gaincal(vis, 'g.cal', field='0,1', refant='15', gaintable=['b.cal'])
    middle()
    fluxes = fluxscale(vis, caltable='g.cal', fluxtable='f.cal', reference='0', transfer='1')
    applycal(vis, field='2', gaintable=['f.cal', 'b.cal'], gainfield=['1', ''], flagbackup=False)
    uvcontsub(vis, outputvis='line.ms', field='2', datacolumn='corrected', fitspec='0:1~2;12~13')
    tclean(vis, field='2', datacolumn='corrected', imagename=cont, imsize=128, cell='15arcsec', niter=niter)
    tclean('line.ms', datacolumn='data', imagename='cube', specmode='cube', start=1, nchan=13, imsize=64,
           restfreq='1420.40575MHz', cell='15arcsec', niter=niter)
    immoments('cube.image', moments=[0, 1], outfile='moments')
    end()
    exportfits('moments.integrated', 'moments.fits')
    values = imstat('cube.image')
    return fluxes, values, casawrapper.recompute.report()[first:]
def ran(*args, **kwargs):
    calls = [call for call in reduce(*args, **kwargs)[2] if not call['replayed']]
    print(*[(call['task'], call['reason']) for call in calls], sep='\\n')
    return [call['task'] for call in calls]
"""
IN_PLACE = ["flagdata", "setjy", "applycal"]
MAKES = ["bandpass", "gaincal", "fluxscale", "uvcontsub", "tclean", "tclean", "immoments", "exportfits", "imstat"]
ALL = ["flagdata", "setjy", "bandpass", "gaincal", "fluxscale", "applycal", *MAKES[3:]]
# Files that hold the time of the run, or bytes of unused space.
NEVER = ("table.lock", "HISTORY/", "logtable/")


def contents(folder: Path) -> dict[str, str]:
    """What counts of the files of a folder, by name."""
    files = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in files.items()
        if not any(part in name for part in NEVER)
    }


class Session:
    """A kernel with a front end, in a folder of its own, that keeps what its calls make in a store."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel, self.front = kernel, kernel.connect()
        assert self.run(SETUP).status == "ok"

    def run(self, code: str) -> Cell:
        return self.front.run(code, timeout=240)

    def value(self, code: str) -> Any:
        cell = self.run(code)
        assert cell.status == "ok" and cell.result is not None, cell.reply["content"]
        print(cell.stdout)  # the reasons, if the test fails
        return ast.literal_eval(cell.result)


Start = Callable[..., Session]


@pytest.fixture(scope="module")
def start(start_kernel: Callable[..., Kernel], tmp_path_factory: pytest.TempPathFactory) -> Start:
    need_casa()
    store = tmp_path_factory.mktemp("store") / "kept"

    def start(folder: Path, on: bool = True) -> Session:
        folder.mkdir(exist_ok=True)
        env = {"CASA_KERNEL_CACHE": str(store), **({"CASA_KERNEL_RECOMPUTE": "on"} if on else {})}
        return Session(start_kernel(cwd=folder, env=env))

    return start


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reduction")


@pytest.fixture(scope="module")
def first(start: Start, work: Path) -> tuple[str, dict[str, str]]:
    """The values of a first run, of which everything runs, and its files."""
    session = start(work)
    text = session.front.value("fluxes, values, calls = reduce(); repr((fluxes, values))", timeout=240)
    assert session.value("[call['task'] for call in calls if not call['replayed']]") == ALL
    assert session.value("[call['reason'] for call in calls if 'not kept' in call['reason']]") == []
    files = contents(work)
    session.kernel.end()
    return text, files


@pytest.fixture(scope="module")
def session(start: Start, work: Path, first: object) -> Iterator[Session]:
    """The next kernel, in the same folder."""
    yield start(work)


def test_the_second_run_makes_the_same_of_what_it_kept(
    session: Session, work: Path, first: tuple[str, dict[str, str]]
) -> None:
    text = session.front.value("fluxes, values, calls = reduce(); repr((fluxes, values))", timeout=240)
    print(session.run("%recompute why").stdout)
    assert session.value("[call['task'] for call in calls if not call['replayed']]") == IN_PLACE
    assert text == first[0]
    files = contents(work)
    assert files.keys() == first[1].keys()
    different = {name for name in files if files[name] != first[1][name]}
    # setjy leaves other bytes in unused space at each run.
    assert different <= {"ngc5921_raw.ms/SOURCE/table.f0i"}, different
    assert len(files) > 300


@pytest.mark.parametrize(
    "edit, expected",
    [
        ("", IN_PLACE),
        ("refant='3'", ALL),
        ("bad='6'", ALL),
        ("niter=20", [*IN_PLACE, "tclean", "tclean", "immoments", "exportfits", "imstat"]),
        ("cont='other'", [*IN_PLACE, "tclean"]),
        ("begin=lambda: flagdata(vis='ngc5921_raw.ms', antenna='3', flagbackup=False)", ["flagdata", *ALL]),
        ("begin=lambda: os.utime('ngc5921_raw.ms/table.f1')", IN_PLACE),
        ("middle=lambda: shutil.rmtree('b.cal')", None),
        ("end=lambda: shutil.rmtree('cont.image')", IN_PLACE),
    ],
)
def test_an_edit_runs_what_depends_on_it(session: Session, edit: str, expected: list[str] | None) -> None:
    if expected is None:
        cell = session.run(f"ran({edit})")
        assert cell.status == "error"  # applycal misses the table, as in plain CASA
        return
    assert session.value(f"ran({edit})") == expected
    assert session.value(f"ran({edit})") == [task for task in expected if task in IN_PLACE]


def test_a_product_that_is_deleted_comes_back_and_one_that_is_edited_is_made_anew(session: Session) -> None:
    assert session.value("ran()") == IN_PLACE
    call = "gaincal('ngc5921_raw.ms', 'x.cal', field='0', refant='15')"
    last = "print(casawrapper.recompute.report()[-1]['reason'])\ncasawrapper.recompute.report()[-1]['replayed']"
    assert session.value(f"{call}\n{last}") is False
    assert session.value(f"shutil.rmtree('x.cal'); {call}\n{last} and os.path.exists('x.cal/table.dat')") is True
    assert session.value(f"{call}\n{last}") is True  # it is there
    double = """
tb = casatools.table()
tb.open('x.cal', nomodify=False)
tb.putcell('CPARAM', 0, tb.getcell('CPARAM', 0) * 2)
tb.close()
"""
    assert session.value(f"import casatools\n{double}\n{call}\n{last}") is False
    assert "made or changed by something else" in session.value("casawrapper.recompute.report()[-1]['reason']")
    assert session.value(f"{call}\n{last}") is True


def test_a_byte_that_changes_under_an_old_time_makes_the_call_run(session: Session) -> None:
    session.run("reduce()")
    code = """
path = 'cube.image/table.f0_TSM0'
status = os.stat(path)
with open(path, 'r+b') as file:
    file.seek(5000); byte = file.read(1); file.seek(5000); file.write(bytes([byte[0] ^ 1]))
os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
a = imstat('cube.image')
"""
    assert session.run(code).status == "ok"
    assert session.value("casawrapper.recompute.report()[-1]['replayed']") is False
    assert "holds other data than before" in session.value("casawrapper.recompute.report()[-1]['reason']")


def test_arguments_by_position_or_by_default_are_the_same_call(session: Session) -> None:
    session.run("reduce()")
    last = "casawrapper.recompute.report()[-1]['replayed']"
    assert session.value(f"a = imstat('cube.image', [], '', '', '')\n{last}") is True
    assert session.value(f"a = imstat(imagename='cube.image', algorithm='classic')\n{last}") is True


def test_a_tool_that_has_the_data_open_for_writing_makes_the_call_run(session: Session) -> None:
    session.run("reduce()")
    put = "import casatools\nia = casatools.image(); ia.open('cube.image'); ia.putchunk([[[[1.0]]]])"
    assert session.run(f"{put}\na = imstat('cube.image')").status == "ok"
    assert session.value("casawrapper.recompute.report()[-1]['replayed']") is False
    session.run("ia.close()")


def test_what_fails_or_is_not_known_is_not_kept(session: Session) -> None:
    session.run("reduce()")
    assert (
        session.run("exportfits('moments.integrated', 'moments.fits')").status == "error"
    )  # it is there, as in plain CASA
    assert "is there already" in session.value("casawrapper.recompute.report()[-1]['reason']")


def test_a_replayed_call_shows_its_log_listing_and_value(session: Session) -> None:
    session.run("reduce()")
    session.run("imstat('cube.image')")
    again = session.run("imstat('cube.image')")
    block = final(again)
    assert block.title.startswith("Show log of imstat: replayed, ") and " instead of " in block.title
    assert "Begin Task: imstat" in block.text and "Total flux" in block.text or "Npts" in block.text
    listing = "listobs('line.ms')"
    one, other = session.run(listing), session.run(listing)
    assert session.value("casawrapper.recompute.report()[-1]['replayed']") is True
    texts = [[d["text/plain"] for d in cell.displays if "text/html" not in d] for cell in (one, other)]
    assert texts[0] == texts[1] != [] and (one.result is None) == (other.result is None)
    assert states(other)


def test_another_folder_replays_and_a_fresh_kernel_says_how_things_stand(
    start: Start, first: object, work: Path
) -> None:
    session = start(work.parent / (work.name + "-elsewhere"))
    assert session.value("ran()") == [*IN_PLACE, "exportfits"]  # whose header names the folder
    status = session.run("%recompute status").stdout
    assert "Recomputation is on" in status and "were replayed" in status
    why = session.run("%recompute why").stdout.splitlines()
    assert "flagdata: ran for" in why[0] and "in place" in why[0] and "bandpass: replayed" in why[2]
    session.kernel.end()


def test_off_is_as_without(start: Start, first: tuple[str, dict[str, str]], work: Path) -> None:
    session = start(work.parent / (work.name + "-off"), on=False)
    assert session.front.value("fluxes, values, calls = reduce(); repr((fluxes, values))", timeout=240) == first[0]
    assert session.value("calls, casawrapper.recompute.report()") == ([], [])
    assert "Recomputation is off" in session.run("%recompute off").stdout
    assert session.run("%recompute sometimes").error == "UsageError"
    session.kernel.end()


def test_a_damaged_store_is_said_and_the_call_runs(session: Session) -> None:
    session.run("reduce()")
    folder = session.value("import os\nos.environ['CASA_KERNEL_CACHE']")
    for path in Path(folder, "objects").rglob("*"):
        if path.is_file():
            path.chmod(0o600)
            path.write_bytes(path.read_bytes()[:-1] + b"!")
    cell = session.run("print(ran())")
    assert "is damaged" in cell.stdout and str(["flagdata", "setjy", "bandpass", "gaincal"])[:-1] in cell.stdout
    assert session.value("ran()") == IN_PLACE


def test_the_command_looks_after_the_store(session: Session, casa_kernel: Path) -> None:
    store = session.value("os.environ['CASA_KERNEL_CACHE']")

    def cache(word: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(casa_kernel), "cache", word],
            env={**os.environ, "CASA_KERNEL_CACHE": store, **more},
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert "tclean" in cache("ls").stdout and " MB" in cache("size").stdout
    assert "can be replayed" in cache("verify").stdout
    assert "keeps 0 calls" in cache("gc", CASA_KERNEL_CACHE_GB="0").stdout

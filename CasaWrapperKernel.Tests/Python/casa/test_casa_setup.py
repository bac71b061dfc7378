"""What happens around CASA: import hooks, broken installations, unpacking the applications, doctor."""

from __future__ import annotations

import importlib
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from casa_session import PYTHON, SUPPORT, environment, need_casa, run_cells, unpack_data

from casawrapper.casa.core.errors import OpenToEverybody
from casawrapper.casa.programs import appimage, launch, private_socket
from casawrapper.casa.setup import import_errors
from casawrapper.util import imports


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Writes an importable module and forgets it afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    names = []

    def write(name: str, text: str) -> None:
        (tmp_path / f"{name}.py").write_text(text)
        importlib.invalidate_caches()
        names.append(name)

    yield write
    for name in names:
        sys.modules.pop(name, None)
        imports._callbacks.pop(name, None)
        imports._contexts.pop(name, None)


def test_callback_sees_the_executed_module_and_the_import_looks_untouched(module) -> None:
    module("hooked_one", "value = 1\ndef f(): return value")
    seen = []
    imports.when_imported("hooked_one", lambda found: seen.append(found.value))
    from hooked_one import value

    assert (seen, value) == ([1], 1)
    import inspect

    hooked = sys.modules["hooked_one"]
    assert type(hooked.__spec__.loader).__name__ == "SourceFileLoader"
    assert "return value" in inspect.getsource(hooked.f)


def test_callback_runs_at_once_for_a_loaded_module_and_its_failure_is_said(module, capsys) -> None:
    seen = []
    imports.when_imported("json", seen.append)
    assert seen == [json]
    module("hooked_two", "value = 2")
    imports.when_imported("hooked_two", lambda found: 1 / 0)
    assert importlib.import_module("hooked_two").value == 2
    assert "ZeroDivisionError" in capsys.readouterr().out


@pytest.mark.parametrize(
    "error, words",
    [
        (ModuleNotFoundError("No module named 'six'", name="six"), "pip install six"),
        (type("AutoUpdatesNotAllowed", (Exception,), {})("..."), "measures data"),
        (ImportError("measures data is not available, visit ..."), "measures data"),
        (TypeError("Descriptors cannot be created directly"), "protobuf<3.21"),
        (ImportError("libcrypto.so.3: version `OPENSSL_3.0.1' not found"), "older casatools"),
    ],
)
def test_known_failures_have_a_sentence(error: Exception, words: str) -> None:
    assert words in import_errors.explain(error)


def test_other_failures_stay_what_they_are() -> None:
    assert import_errors.explain(ValueError("x")) is None


def test_missing_measures_data_end_the_cell_with_the_cure(tmp_path: Path) -> None:
    config = tmp_path / "config.py"
    config.write_text(f"measurespath = '{tmp_path}/none'\ndatapath = []\n")
    folder = tmp_path / "work"
    folder.mkdir()
    session = run_cells(folder, ["listobs('x.ms')", "import casatools"], CASASITECONFIG=str(config), HOME=str(tmp_path))
    for cell in session.cells:
        assert cell.error.startswith("CasaSetupError: CASA has no measures data: the folder")
        assert f"mkdir -p {tmp_path}/none" in cell.error


def test_missing_six_ends_the_cell_with_the_cure(tmp_path: Path) -> None:
    blocker = "import sys; sys.modules['six'] = None"
    session = run_cells(tmp_path, [blocker, "import casatasks"])
    assert "pip install six" in session[1].error and session[1].error.startswith("CasaSetupError")


def test_users_own_logfile_wins(tmp_path: Path) -> None:
    need_casa()
    (tmp_path / ".casa").mkdir()
    (tmp_path / ".casa" / "config.py").write_text(f"logfile = '{tmp_path}/own.log'\n")
    folder = tmp_path / "work"
    folder.mkdir()
    session = run_cells(folder, ["casalog.post('hello')"], HOME=str(tmp_path))
    assert session.logfile == f"{tmp_path}/own.log" and "hello" in (tmp_path / "own.log").read_text()
    assert session.new_files == set()


def _image(folder: Path, body: str) -> Path:
    """Something that carries an AppImage's mark."""
    path = folder / "tool-x86_64.AppImage"
    path.write_bytes(b"\x7fELF\x02\x01\x01\x00AI\x02" + body.encode())
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_a_script_in_place_of_the_appimage_is_no_appimage(tmp_path: Path) -> None:
    script = tmp_path / "x.AppImage"
    script.write_text("#!/bin/sh\nexec true\n")
    assert not appimage.is_appimage(str(script))
    assert appimage.is_appimage(str(_image(tmp_path, "")))


def test_real_appimage_is_unpacked_once_by_two_kernels(tmp_path: Path) -> None:
    need_casa()
    code = "from casawrapper.casa.programs.appimage import application; print(application('casaplotms'))"
    names = environment(tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"))
    both = [subprocess.Popen([PYTHON, "-c", code], env=names, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = {process.communicate(timeout=120)[0].strip() for process in both}
    (run,) = answers
    assert os.access(run, os.X_OK) and Path(run).parent.name == "squashfs-root"
    left = [path for path in (tmp_path / "cache" / "casa-kernel").iterdir() if path.suffix != ".lock"]
    assert len(left) == 1


def test_programs_are_made_to_listen_in_their_own_folder(tmp_path: Path) -> None:
    folder = tmp_path / "usr" / "bin"
    folder.mkdir(parents=True)
    program, other = folder / "program", folder / "other"

    def code(begin: bytes, end: bytes) -> bytes:
        return b"\x48\xb8" + begin + b"\x48\x89\x44\x24\x25\x31\xc0\xc7\x44\x24\x2c" + end

    before = b"head" + code(b"0.0.0.0:", b":%d\0") + b"middle" + code(b"0.0.0.0:", b":%d\0") + b"tail"
    program.write_bytes(before)
    other.write_bytes(b"listens on 0.0.0.0:%d\0")
    private_socket.close_off(str(tmp_path))
    after = program.read_bytes()
    assert after == (b"head" + code(b"unix:gui", b"i-1\0") + b"middle" + code(b"unix:gui", b"i-2\0") + b"tail")
    assert other.read_bytes() == b"listens on 0.0.0.0:%d\0"
    assert private_socket.reachable("unix:gui-1", "/run/me") == "unix:/run/me/gui-1"
    deep = tmp_path / ("x" * 120)
    deep.mkdir()
    (deep / "gui-1").touch()
    assert os.path.samefile(private_socket.reachable("unix:gui-1", str(deep)).removeprefix("unix:"), deep / "gui-1")


def test_a_program_that_would_listen_everywhere_is_not_started(tmp_path: Path) -> None:
    folder = tmp_path / "squashfs-root" / "usr" / "bin"
    folder.mkdir(parents=True)
    (folder / "casaplotms").write_bytes(b"\x7fELF....0.0.0.0:%d\0....")
    with pytest.raises(OpenToEverybody, match="every network interface"):
        private_socket.close_off(str(tmp_path / "squashfs-root"))
    for address in ("0.0.0.0:4711", "127.0.0.1:4711", "unix:/tmp/other/gui-1"):
        with pytest.raises(OpenToEverybody):
            private_socket.reachable(address, str(tmp_path))


def test_an_administrators_script_that_listens_everywhere_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "plotms.AppImage"
    script.write_text("#!/bin/sh\necho $$ > pid\necho 0.0.0.0:4711 > ${1#--server=}\nexec sleep 60\n")
    script.chmod(0o755)
    monkeypatch.setattr(launch, "application", lambda package: str(script))
    seen: list[str] = []

    def options(pipe: str) -> list[str]:
        seen.append(os.path.dirname(pipe))
        return [f"--server={pipe}"]

    with pytest.raises(OpenToEverybody):
        launch.start("plotms", "casaplotms", options)
    pid = int(Path(seen[0], "pid").read_text())
    assert not Path(f"/proc/{pid}").exists() or "zombie" in Path(f"/proc/{pid}/status").read_text()


def test_an_unusable_cache_falls_back_and_a_full_machine_is_said(tmp_path: Path, monkeypatch) -> None:
    image = _image(tmp_path, "")
    blocked = tmp_path / "file"
    blocked.write_text("")
    places = [str(blocked / "cache"), str(tmp_path / "temp")]
    monkeypatch.setattr(appimage, "cache_folders", lambda: places)

    def extract(image: str, folder: str, target: str) -> None:
        root = Path(target) / "squashfs-root"
        root.mkdir(parents=True)
        (root / "AppRun").touch(mode=0o755)

    monkeypatch.setattr(appimage, "_extract_into", extract)
    assert appimage._unpacked(str(image)).startswith(str(tmp_path / "temp"))
    places.pop()
    with pytest.raises(RuntimeError, match="XDG_CACHE_HOME"):
        appimage._unpacked(str(image))


def test_a_plotms_that_dies_or_hangs_is_said_in_time(tmp_path: Path) -> None:
    need_casa()
    code = (
        "from casawrapper.casa.programs import appimage\nimage = appimage.find_appimage('casaplotms')\n"
        "print(appimage.is_appimage(image) and appimage._key(image))"
    )
    image = subprocess.run(
        [PYTHON, "-c", code], env=environment(tmp_path), check=True, capture_output=True, text=True, timeout=60
    ).stdout.strip()
    if image == "False":
        pytest.skip("this installation's plotms is not an AppImage")
    folder = tmp_path / "work"
    folder.mkdir()
    root = tmp_path / "cache" / "casa-kernel" / image / "squashfs-root"
    root.mkdir(parents=True)
    program = root / "AppRun"
    program.write_text(f"#!/bin/sh\n[ -e {folder}/hang ] && sleep 100\necho 'no libfoo' >&2\nexit 3\n")
    program.chmod(0o755)
    unpack_data(folder)
    plot = "plotms(vis='ngc5921_raw.ms')"
    hang = (
        "from casawrapper.casa.programs.process import Application\n"
        "Application.wait_for.__defaults__ = (2.0,)\nopen('hang', 'w').close()"
    )
    session = run_cells(
        folder, [plot, hang, plot, "plotants('ngc5921_raw.ms')"], XDG_CACHE_HOME=str(tmp_path / "cache")
    )
    assert "exit code 3" in session[0].error and "no libfoo" in session[0].error
    assert "did not start within 2 s" in session[2].error and session[2].seconds < 10
    assert session[3].error is None


def test_doctor_reports_in_any_python(tmp_path: Path) -> None:
    for python, flags in ((sys.executable, []), (sys.executable, ["-S"])):
        names = {**os.environ, "PYTHONPATH": str(SUPPORT)}
        done = subprocess.run(
            [python, *flags, "-m", "casawrapper.casa.doctor"],
            capture_output=True,
            text=True,
            timeout=90,
            env=names,
            cwd=tmp_path,
        )
        assert done.returncode == 0, done.stderr
        checks = {check["check"]: check for check in json.loads(done.stdout)}
        assert {"python", "ipython", "casatools", "casatasks", "cache folder"} <= checks.keys()
        assert all(set(check) == {"check", "ok", "detail", "cure", "mended"} for check in checks.values())
        assert all(check["ok"] or check["cure"] for check in checks.values())


def test_doctor_finds_the_parts_of_a_real_casa(tmp_path: Path) -> None:
    need_casa()
    done = subprocess.run(
        [PYTHON, "-m", "casawrapper.casa.doctor"],
        capture_output=True,
        text=True,
        timeout=90,
        env=environment(tmp_path),
        cwd=tmp_path,
        check=True,
    )
    checks = {check["check"]: check for check in json.loads(done.stdout)}
    for name in ("casatools", "casatasks", "six", "measures data", "perl", "cache folder"):
        assert checks[name]["ok"], checks[name]
    assert "days old" in checks["leap seconds"]["detail"]
    assert os.listdir(tmp_path) == []

"""The packages of ``./build.sh package``, each installed into a clean place and used."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import TEST_PYTHON
from installed import Site

PACKAGES = Path(os.environ.get("CASA_KERNEL_PACKAGES", Path(__file__).resolve().parents[3] / "artifacts/packages"))


def only(pattern: str) -> Path:
    found = sorted(PACKAGES.glob(pattern))
    if not found:
        pytest.skip(f"no {pattern} in {PACKAGES}: make the packages with ./build.sh package")
    return found[-1]


@pytest.fixture(scope="module")
def wheel() -> Path:
    return only("casa_kernel-*_x86_64.whl")


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A new virtual environment with the wheel; it borrows the packages of the Python under test, IPython above all."""
    folder = tmp_path_factory.mktemp("clean") / "environment"
    run(TEST_PYTHON, "-m", "venv", "--without-pip", folder)
    borrowed = run(TEST_PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    site = run(folder / "bin/python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    Path(site, "borrowed.pth").write_text(borrowed + "\n")
    pip(folder, "install", wheel)
    yield folder


def run(*command: object) -> str:
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "CASA_PYTHON", "JUPYTER_PATH")}
    done = subprocess.run([str(part) for part in command], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pip(environment: Path, command: str, *arguments: object) -> str:
    offline = ["--no-index"] if command == "install" else ["--yes"]
    return run(environment / "bin/python", "-m", "pip", command, "--quiet", *offline, *arguments)


def answers(specs: Path, monkeypatch: pytest.MonkeyPatch, *cells: str) -> list[str]:
    """What a kernel that Jupyter finds under a prefix answers."""
    from jupyter_client.manager import KernelManager

    monkeypatch.setenv("JUPYTER_PATH", str(specs / "share/jupyter"))
    manager = KernelManager(kernel_name="casa-kernel")
    manager.start_kernel()
    client = manager.blocking_client()
    client.start_channels()
    found: list[str] = []
    try:
        client.wait_for_ready(timeout=30)
        for cell in cells:
            client.execute_interactive(
                cell,
                timeout=30,
                output_hook=lambda message: (
                    found.append(message["content"]["data"]["text/plain"])
                    if message["msg_type"] == "execute_result"
                    else None
                ),
            )
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
    return found


def test_checksums() -> None:
    for line in only("SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((PACKAGES / name).read_bytes()).hexdigest() == digest, name


def test_archive_runs_where_it_is_unpacked(tmp_path: Path) -> None:
    with tarfile.open(only("casa-kernel-*-linux-x64.tar.gz")) as archive:
        archive.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    assert run(folder / "casa-kernel", "--version").strip() in folder.name
    run(folder / "casa-kernel", "install", "--prefix", tmp_path / "prefix", "--python", TEST_PYTHON)


def test_wheel_records_all_its_files(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (record,) = (name for name in archive.namelist() if name.endswith("RECORD"))
        rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(archive.read(record).decode()))}
        assert set(rows) == set(archive.namelist())
        for name, (digest, size) in rows.items():
            if name != record:
                content = archive.read(name)
                expected = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
                assert (digest, size) == (f"sha256={expected}", str(len(content))), name


def test_wheel_says_what_it_is_and_what_it_can_bring(wheel: Path) -> None:
    metadata = pytest.importorskip("packaging.metadata", reason="needs packaging 24.2 or newer to check it")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("dist-info/METADATA"))
        said = metadata.Metadata.from_email(archive.read(name), validate=True)
        assert any(name.endswith("dist-info/licenses/LICENSE") for name in archive.namelist())
    assert said.license_expression == "MIT" and said.description_content_type == "text/markdown"
    assert said.description.startswith("# casa-kernel") and "![" in said.description
    brought = {
        extra: {r.name for r in said.requires_dist if r.marker and r.marker.evaluate({"extra": extra})}
        for extra in said.provides_extra
    }
    assert {"casatools", "casatasks", "casaplotms", "casaviewer", "casashell", "casaconfig", "six"} == brought["casa"]
    assert {"cubevis", "anywidget"} == brought["interactive"]


@pytest.mark.deadline(120)
def test_wheel_works_at_once(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    two, prefix = answers(environment, monkeypatch, "1+1", "import sys; sys.prefix")
    assert two == "2"
    assert prefix == repr(str(environment))


def test_wheel_names_its_own_python(environment: Path) -> None:
    listed = run(environment / "lib/casa-kernel/casa-kernel", "list")
    assert f"{environment}/share/jupyter/kernels/casa-kernel" in listed and f"{environment}/bin/python" in listed


@pytest.mark.deadline(120)
def test_wheel_beside_an_environment_that_cannot_be_written(
    environment: Path, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As with pip install --user, where CASA's environment is the site's and the wheel is the user's.
    pip(environment, "install", "--no-deps", "--ignore-installed", "--prefix", tmp_path, wheel)
    assert "casa-kernel" in run(tmp_path / "bin/casa-kernel", "--help")
    assert answers(tmp_path, monkeypatch, "import sys; sys.prefix") == [repr(str(environment))]


def refused(python: object, wheel: Path, folder: Path) -> str:
    """What pip says when it does not take a wheel; it must leave nothing."""
    done = subprocess.run(
        [python, "-m", "pip", "install", "--no-index", "--no-deps", "--target", folder / "target", wheel],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode != 0 and not (folder / "target").exists()
    return done.stderr


def test_wheel_for_another_machine_is_refused(wheel: Path, tmp_path: Path) -> None:
    other = shutil.copy(wheel, tmp_path / wheel.name.replace("x86_64", "aarch64"))
    assert "is not a supported wheel on this platform" in refused(TEST_PYTHON, other, tmp_path)


def test_wheel_for_a_python_that_is_too_old_is_refused(wheel: Path, tmp_path: Path) -> None:
    old = next(Path.home().glob(".pyenv/versions/3.9.*/bin/python"), None) or shutil.which("python3.9")
    if old is None:
        pytest.skip("no Python 3.9")
    assert "requires a different Python" in refused(old, wheel, tmp_path)


@pytest.mark.deadline(180)
def test_dotnet_tool(tmp_path: Path, kernel_env: dict[str, str]) -> None:
    tool, dotnet = only("casa-kernel.0*.nupkg"), shutil.which("dotnet")
    if dotnet is None:
        pytest.skip("no .NET SDK")
    config = tmp_path / "nuget.config"
    config.write_text(
        f'<configuration><packageSources><clear/><add key="p" value="{tool.parent}"/></packageSources></configuration>'
    )
    environment = {**os.environ, "NUGET_PACKAGES": str(tmp_path / "nuget"), "DOTNET_CLI_HOME": str(tmp_path / "cli")}
    done = subprocess.run(
        [dotnet, "tool", "install", "--tool-path", tmp_path / "tools", "--configfile", config, "casa-kernel"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    site = Site(tmp_path, tmp_path / "tools/casa-kernel", kernel_env)
    assert site.says("--version").strip() in tool.name
    site.says("install", "--python", TEST_PYTHON)
    with site.kernel() as run_cell:
        assert run_cell("6 * 7") == "42"


def test_wheel_leaves_nothing_behind(environment: Path) -> None:
    pip(environment, "uninstall", "casa-kernel")
    assert not (environment / "share/jupyter/kernels/casa-kernel").exists()
    assert not (environment / "lib/casa-kernel/casa-kernel").exists()

"""``casa-kernel doctor`` with real CASA: what it mends, what it only says, and its JSON."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from casa_session import need_casa
from conftest import TEST_PYTHON
from installed import Site, borrowing_environment


@pytest.fixture
def site(tmp_path: Path, casa_kernel: Path, kernel_env: dict[str, str]) -> Site:
    need_casa()
    return Site(tmp_path, casa_kernel, {**kernel_env, "XDG_CACHE_HOME": str(tmp_path / "cache")})


def findings(site: Site, *options: str, python: Path | str = TEST_PYTHON) -> dict[str, dict[str, Any]]:
    report = json.loads(site.run("doctor", "--json", "--python", python, *options).stdout)
    assert list(report) == ["version", "system", "time", "findings"]
    return {finding["check"]: finding for finding in report["findings"]}


def test_the_applications_are_unpacked_once(site: Site) -> None:
    before = findings(site)
    assert "to be unpacked at first use" in before["casaplotms application"]["detail"]
    assert not (site.folder / "cache").exists()
    mended = findings(site, "--fix")
    for package in ("casaplotms", "casaviewer"):
        finding = mended[f"{package} application"]
        assert finding["level"] == "mended" and os.access(finding["detail"].removeprefix("unpacked as "), os.X_OK)
    assert findings(site, "--fix")["casaplotms application"]["level"] == "ok"
    assert "mended casaviewer application" not in site.run("doctor", "--fix", "--python", TEST_PYTHON).stdout


def test_the_data_folder_is_made_and_the_command_for_the_data_is_said(site: Site) -> None:
    python = borrowing_environment(site.folder / "environment")  # whose site config names no data
    site.env.pop("CASASITECONFIG", None)
    assert findings(site, python=python)["measures data"]["level"] == "warn"
    assert not (site.folder / ".casa").exists()
    mended = findings(site, "--fix", python=python)
    assert mended["data folder"]["level"] == "mended" and (site.folder / ".casa/data").is_dir()
    assert mended["measures data"]["level"] == "warn"
    command = mended["measures data"]["cure"].partition("  ")[0]
    assert command == f"{python} -m casaconfig --update-all"
    shown = subprocess.run([*command.split()[:-1], "--help"], env=site.env, capture_output=True, text=True, timeout=60)
    assert "--update-all" in shown.stdout


def test_doctor_looks_where_the_kernel_will(site: Site) -> None:
    site.env.pop("CASASITECONFIG", None)
    data = findings(site)["measures data"]["detail"]
    python = borrowing_environment(site.folder / "environment")
    site.says("install", "--python", python, "--datapath", data)
    assert findings(site, python=python)["measures data"] == {
        "level": "ok",
        "check": "measures data",
        "detail": data,
        "cure": "",
    }


def test_a_protobuf_that_is_too_new_is_made_to_work_in_the_kernelspec(site: Site) -> None:
    python = borrowing_environment(site.folder / "environment")
    (package,) = (site.folder / "environment/lib").glob("python3*/site-packages")
    (package / "protobuf-5.29.3.dist-info").mkdir()
    (package / "protobuf-5.29.3.dist-info/METADATA").write_text(
        "Metadata-Version: 2.1\nName: protobuf\nVersion: 5.29.3\n"
    )
    site.says("install", "--python", python)
    assert findings(site, python=python)["protobuf"]["level"] == "warn"
    assert findings(site, "--fix", python=python)["protobuf"]["level"] == "mended"
    assert findings(site, python=python)["protobuf"]["level"] == "ok"
    with site.kernel() as run_cell:
        assert run_cell("import os; os.environ['PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION']") == "'python'"

"""``build.ps1`` and ``build.sh``, each in the shell that it is for."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT, WORK, need, run

POWERSHELL = "7.6.9"  # not the newest: a later one may want a later .NET, or not be served yet


@pytest.fixture(scope="module")
def powershell() -> Path:
    """PowerShell, which is also a .NET tool."""
    need("dotnet")
    folder = WORK / "powershell"
    if not (folder / "pwsh").exists():
        run("dotnet", "tool", "install", "--tool-path", folder, "PowerShell", "--version", POWERSHELL)
    return folder / "pwsh"


def test_both_scripts_have_the_same_help(powershell: Path) -> None:
    texts = [
        run(*command, "--help")
        for command in ([ROOT / "build.sh"], [powershell, "-NoProfile", "-File", ROOT / "build.ps1"])
    ]
    assert texts[0] == texts[1]
    assert "nightly" in texts[0]


def test_a_wrong_target_is_refused_by_both(powershell: Path) -> None:
    for command in (str(ROOT / "build.sh"), f"{powershell} -NoProfile -File {ROOT / 'build.ps1'}"):
        assert "Unrecognized command or argument 'nonsense'" in run("sh", "-c", f"{command} nonsense; test $? = 1")

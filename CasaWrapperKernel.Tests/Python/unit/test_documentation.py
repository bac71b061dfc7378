"""What the documentation names is there: files, headings, tests, options."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TESTS = {path.stem.removeprefix("test_"): path for path in (ROOT / "CasaWrapperKernel.Tests").glob("**/test_*.py")}
PAGES = [page for pattern in ("*.md", "docs/*.md", "examples/**/*.md") for page in sorted(ROOT.glob(pattern))]
# `casa_log::a_test`, `Nightly/test_hub.py`, and `::another_test`, which is in the file that was named last
NAMED = re.compile(r"`(?P<file>(?:\w+/)*\w+(?:\.py)?)?::(?P<test>\w+)`|`(?P<alone>(?:\w+/)*test_\w+\.py)`")


@pytest.fixture(params=PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def page(request: pytest.FixtureRequest) -> Path:
    return request.param


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_and_pictures_are_there(page: Path) -> None:
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)", page.read_text()):
        file = page.parent / target if target else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), f"{target}#{anchor}"


def test_tests_are_there(page: Path) -> None:
    file = ""
    for named in NAMED.finditer(page.read_text()):
        file = named["file"] or named["alone"] or file
        if (file, named["test"]) == ("file", "test"):  # how the names are to be read
            continue
        path = TESTS.get(Path(file).stem.removeprefix("test_"))
        assert path is not None, named[0]
        assert named["test"] is None or re.search(rf"^def (test_)?{named['test']}\b", path.read_text(), re.MULTILINE), (
            named[0]
        )


def test_options_of_the_program_are_there(page: Path, casa_kernel: Path) -> None:
    for command, options in re.findall(
        r"casa-kernel (install|uninstall|list|doctor|start)\b([^`\n#|]*)", page.read_text()
    ):
        said = subprocess.run([casa_kernel, command, "--help"], capture_output=True, text=True, timeout=30).stdout
        for option in re.findall(r"--[a-z-]+", options):
            assert re.search(rf"{option}\b", said), f"casa-kernel {command} {option}"


def test_targets_of_the_build_are_there(page: Path) -> None:
    program = (ROOT / "build/Program.cs").read_text()
    for target in re.findall(r"build\.(?:sh|ps1) ([a-z]+)", page.read_text()):
        assert f'new Command("{target}"' in program, target

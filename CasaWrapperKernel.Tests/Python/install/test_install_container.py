"""``casa-kernel install --container``, with a program in the place of Apptainer that answers as an image would."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

ANSWER = {
    "executable": "/opt/casa/bin/python",
    "prefix": "/opt/casa",
    "version": "3.11.2",
    "casa_version": "6.7.0.31",
    "ipython_version": "9.18.1",
}


class Site:
    """A machine with an image, a folder of data and perhaps Apptainer."""

    def __init__(self, folder: Path, program: Path, env: dict[str, str]) -> None:
        self.folder, self.program = folder, program
        self.image = folder / "casa.sif"
        self.image.touch()
        (folder / "bin").mkdir()
        self.env = env | {"PATH": str(folder / "bin"), "HOME": str(folder)}

    def apptainer(self, answer: str, status: int = 0) -> None:
        path = self.folder / "bin/apptainer"
        path.write_text(f"#!/bin/sh\necho '{answer}'\necho '{answer}' >&2\nexit {status}\n")
        path.chmod(0o755)

    def casa_kernel(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.program), *map(str, arguments)], env=self.env, capture_output=True, text=True, timeout=60
        )

    def refusal(self, *arguments: object) -> str:
        done = self.casa_kernel("install", *arguments)
        assert done.returncode != 0
        return done.stderr.splitlines()[0]


@pytest.fixture
def site(tmp_path: Path, casa_kernel: Path, kernel_env: dict[str, str]) -> Site:
    return Site(tmp_path, casa_kernel, kernel_env)


def test_spec_runs_the_app_of_the_image_and_interrupts_by_message(site: Site) -> None:
    site.apptainer(json.dumps(ANSWER))
    done = site.casa_kernel("install", "--container", site.image, "--bind", site.folder)
    assert done.returncode == 0, done.stderr
    spec = json.loads((site.folder / ".local/share/jupyter/kernels/casa-kernel/kernel.json").read_text())
    assert spec["argv"] == [
        str(site.folder / "bin/apptainer"),
        "run",
        "--app",
        "kernel",
        "--bind",
        str(site.folder),
        "--bind",
        "{connection_file}",
        str(site.image),
        "-f",
        "{connection_file}",
    ]
    assert spec["interrupt_mode"] == "message"
    assert spec["display_name"] == "CASA 6.7 (casa.sif)"
    assert str(site.image) in site.casa_kernel("list").stdout
    assert site.casa_kernel("uninstall").returncode == 0


def test_image_without_casa_is_refused(site: Site) -> None:
    site.apptainer(json.dumps(ANSWER | {"casa_version": None}))
    assert "has no CASA" in site.refusal("--container", site.image)


@pytest.mark.parametrize(
    "answer, sentence", [("no python", "has no python on its PATH"), ("no kernel", "has no casa-kernel")]
)
def test_image_without_the_kernel_is_refused(site: Site, answer: str, sentence: str) -> None:
    site.apptainer(answer)
    refusal = site.refusal("--container", site.image)
    assert sentence in refusal and refusal.endswith("build it with casa-kernel's Singularity.def.")
    assert not (site.folder / ".local/share/jupyter/kernels").exists()


def test_casas_options_and_variables_reach_the_kernel_in_the_image(site: Site) -> None:
    site.apptainer(json.dumps(ANSWER))
    assert "also end the process" in site.refusal("--container", site.image, "--interrupt-mode", "signal")
    assert site.casa_kernel("install", "--container", site.image, "--nologfile", "--env", "A=b").returncode == 0
    spec = json.loads((site.folder / ".local/share/jupyter/kernels/casa-kernel/kernel.json").read_text())
    assert spec["argv"][-4:] == [str(site.image), "-f", "{connection_file}", "--nologfile"]
    assert (spec["env"], spec["interrupt_mode"]) == ({"A": "b"}, "message")


def test_image_that_does_not_start_is_refused(site: Site) -> None:
    site.apptainer("FATAL: not an image", status=255)
    assert "FATAL: not an image" in site.refusal("--container", site.image)
    assert not (site.folder / ".local/share/jupyter/kernels").exists()


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["--container", "/nowhere.sif"], "There is no image /nowhere.sif"),
        (["--container", "{image}", "--bind", "/nowhere"], "There is no /nowhere to --bind"),
        (["--container", "{image}"], "Neither apptainer nor singularity is on PATH"),
        (["--container", "{image}", "--python", "/usr/bin/python3"], "Give --python or --container only"),
        (["--bind", "/data"], "--bind is for --container only"),
    ],
)
def test_bad_input_gets_a_sentence(site: Site, arguments: list[str], sentence: str) -> None:
    assert sentence in site.refusal(*(argument.format(image=site.image) for argument in arguments))

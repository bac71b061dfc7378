"""The Dockerfile, built and run by buildah, which needs no daemon. Its chroot isolation shows neither a read-only root
file system nor interrupts; what is shown is a user id that the image does not know and that owns nothing in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, WHEELHOUSE, WORK, check_reduction, need, run

BUILDAH = ["buildah", "--root", WORK / "store", "--runroot", WORK / "run", "--storage-driver", "overlay"]
ANY_USER = "12345:12345"


@pytest.fixture(scope="module")
def container(base: Path) -> Iterator[str]:
    need("buildah")
    if "localhost/debian" not in run(*BUILDAH, "images"):
        scratch = run(*BUILDAH, "from", "scratch").strip()
        run(*BUILDAH, "add", "-q", scratch, base, "/")
        run(*BUILDAH, "commit", "-q", "--rm", scratch, "localhost/debian:bookworm")
    wheels = ["--build-context", f"wheelhouse={WHEELHOUSE}"] if WHEELHOUSE else []
    run(
        *BUILDAH,
        "build",
        "--layers",
        "--isolation",
        "chroot",
        "--build-arg",
        "BASE=localhost/debian:bookworm",
        *wheels,
        "-t",
        "localhost/casa-kernel",
        ROOT,
    )
    name = run(*BUILDAH, "from", "localhost/casa-kernel").strip()
    yield name
    run(*BUILDAH, "rm", name)


def inside(container: str, *command: str, volume: Path | None = None) -> str:
    volumes = ["-v", f"{volume}:/work"] if volume else []
    entry = ["tini", "-g", "--", "/opt/casa-kernel/entry.sh"]  # buildah does not run the entry point
    return run(
        *BUILDAH, "run", "--isolation", "chroot", "--user", ANY_USER, *volumes, container, "--", *entry, *command
    )


def test_doctor(container: str) -> None:
    findings = inside(container, "casa-kernel", "doctor", "--python", "/opt/casa/bin/python")
    assert "\nFAIL " not in findings and "kernelspec              casa-kernel" in findings


def test_notebook_as_any_user(container: str, examples: Path) -> None:
    inside(container, "ngc5921.ipynb", volume=examples)
    check_reduction(examples)


def test_hub_server_and_lab_are_there(container: str) -> None:
    assert inside(container, "jupyterhub-singleuser", "--version")
    assert inside(container, "jupyter", "lab", "--version")

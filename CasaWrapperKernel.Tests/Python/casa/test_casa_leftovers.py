"""What killed kernels and old sessions leave behind is removed by later ones, and nothing that is in use."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from casa_session import SUPPORT, need_casa
from kernel_client import Kernel, wait_until

pytestmark = pytest.mark.deadline(120)
StartKernel = Callable[..., Kernel]
# Makes a folder, says which, and waits.
OWNER = "from casawrapper.casa.core.files import private_folder; print(private_folder(), flush=True); {then}"
BOOT = Path("/proc/sys/kernel/random/boot_id").read_text().strip()


@pytest.fixture
def temp(tmp_path: Path) -> Path:
    """A temporary folder for the processes of one test."""
    folder = tmp_path / "temp"
    folder.mkdir()
    return folder


def owner(temp: Path, then: str = "input()") -> tuple[subprocess.Popen[str], Path]:
    """A process with a private folder."""
    env = os.environ | {"TMPDIR": str(temp), "PYTHONPATH": str(SUPPORT)}
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER.format(then=then)],
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    return process, Path(process.stdout.readline().strip())


def sweep(temp: Path) -> None:
    code = "from casawrapper.util.temp_folders import sweep; sweep()"
    env = os.environ | {"TMPDIR": str(temp), "PYTHONPATH": str(SUPPORT)}
    subprocess.run([sys.executable, "-c", code], env=env, check=True, timeout=60)


def finish(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=60)


# -- temporary folders ---------------------------------------------------------------------------------------
def test_a_folder_is_swept_when_its_process_was_killed_and_not_before(temp: Path) -> None:
    process, folder = owner(temp)
    (folder / "0001").mkdir()
    (folder / "0001/picture.png").write_bytes(b"x")
    (folder / "link").symlink_to(temp)
    sweep(temp)
    assert (folder / "0001/picture.png").exists()
    process.kill()
    process.wait()
    assert folder.exists()
    sweep(temp)
    assert not folder.exists() and temp.exists()


def test_a_folder_goes_with_its_process(temp: Path) -> None:
    process, folder = owner(temp)
    assert folder.parent == temp and folder.exists()
    finish(process)
    assert not folder.exists()


def test_a_fork_keeps_its_parents_folder(temp: Path) -> None:
    process, folder = owner(temp, "import os, time; print(os.fork() or time.sleep(60), flush=True); input()")
    assert process.stdout
    child = int(process.stdout.readline())
    process.kill()
    process.wait()
    sweep(temp)
    assert folder.exists()
    os.kill(child, signal.SIGKILL)
    assert wait_until(lambda: (sweep(temp), not folder.exists())[1])


@pytest.mark.parametrize(
    "content, stays",
    [
        (f"{BOOT}\nany machine", False),
        ("", True),  # its owner has not locked it yet, or could not
        ("another boot\nanother machine", True),  # whose locks cannot be seen here
        ("another boot\n", True),
        ("another boot\n{here}", False),  # before a restart of this machine
    ],
)
def test_what_may_belong_to_another_machine_stays(temp: Path, content: str, stays: bool) -> None:
    machine = Path("/etc/machine-id")
    identity = machine.read_text().strip() if machine.exists() else ""
    if "{here}" in content and not identity:
        content, stays = "another boot\n", True  # this machine cannot be told from others
    folder = temp / "casa-kernel-abcdefgh"
    folder.mkdir()
    (folder / ".owner").write_text(content.format(here=f"{identity} {socket.gethostname()}"))
    sweep(temp)
    assert folder.exists() == stays


def test_what_no_kernel_has_made_stays(temp: Path) -> None:
    mine, plain, elsewhere = temp / "casa-data", temp / "casa-kernel-notes", temp.parent / "elsewhere"
    for folder in (mine, plain, elsewhere):
        folder.mkdir()
        (folder / "file").write_text("x")
    for folder in (mine, elsewhere):
        (folder / ".owner").write_text(f"{BOOT}\n")
    (temp / "casa-kernel-link").symlink_to(elsewhere)
    sweep(temp)
    assert all((folder / "file").exists() for folder in (mine, plain, elsewhere))


def test_a_killed_kernel_is_swept_by_the_next_one_and_a_living_one_is_not(
    start_kernel: StartKernel, temp: Path, tmp_path: Path
) -> None:
    need_casa()
    uses = "from casawrapper.casa.core.files import private_folder; print(private_folder())"
    first, second = (start_kernel(cwd=tmp_path, env={"TMPDIR": str(temp)}) for _ in range(2))
    folders = [Path(kernel.connect().run(uses).stdout.strip()) for kernel in (first, second)]
    assert all(folder.parent == temp and folder.exists() for folder in folders)
    os.kill(first.pid, signal.SIGKILL)
    assert wait_until(lambda: not first.is_alive())
    third = start_kernel(cwd=tmp_path, env={"TMPDIR": str(temp)}).connect()
    own = Path(third.run(uses).stdout.strip())
    assert wait_until(lambda: not folders[0].exists())
    assert folders[1].exists() and own.exists()


def test_the_debuggers_cell_files_are_swept_too(temp: Path) -> None:
    env = os.environ | {"TMPDIR": str(temp), "PYTHONPATH": str(SUPPORT)}
    code = "import os; from casawrapper.shell import cell_files; cell_files.store('1 + 1'); os._exit(9)"
    assert subprocess.run([sys.executable, "-c", code], env=env, timeout=60).returncode == 9
    assert len(list(temp.glob("ipykernel_*/*.py"))) == 1
    sweep(temp)
    assert not list(temp.iterdir())


def test_half_unpacked_applications_are_removed_when_nobody_can_be_at_it(tmp_path: Path) -> None:
    old, young = tmp_path / ".unpacking-old", tmp_path / ".unpacking-young"
    for folder in (old, young):
        folder.mkdir()
    os.utime(old, (time.time() - 7200,) * 2)
    image = tmp_path / "plots.AppImage"
    image.write_text(
        "#!/bin/sh\nmkdir -p squashfs-root/usr/bin\ninstall -m 755 /dev/null squashfs-root/AppRun\n"
        "printf '\\110\\2700.0.0.0:abcd:%%d\\000' > squashfs-root/usr/bin/casaplotms\n"
    )
    image.chmod(0o755)
    code = (
        "import sys; from casawrapper.casa.programs import appimage; print(appimage._extract(sys.argv[1], sys.argv[2]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(image), str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(SUPPORT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip().endswith("squashfs-root/AppRun"), done.stderr
    assert not old.exists() and young.exists()


# -- logs ----------------------------------------------------------------------------------------------------
ENDED = "casa-20260102-030405-99999999.log"
"""No process can have this number."""


def aged(folder: Path, name: str, days: float) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("what was logged\n")
    os.utime(path, (time.time() - 86400 * days,) * 2)
    return path


def test_old_logs_go_when_a_kernel_starts_if_the_user_wants_so(start_kernel: StartKernel, tmp_path: Path) -> None:
    state = tmp_path / "casa-kernel"
    gone = aged(state, ENDED, 31)
    kept = [
        aged(state, ENDED.replace("01", "02"), 29),
        aged(state, f"casa-20260102-030405-{os.getpid()}.log", 31),
        aged(state, "mine.log", 31),
        aged(state, "casa-20260102-030405.log", 31),
    ]
    start_kernel(env={"XDG_STATE_HOME": str(tmp_path), "CASA_KERNEL_KEEP_LOGS": "30"}).connect()
    assert wait_until(lambda: not gone.exists())
    time.sleep(0.2)
    assert all(path.read_text() == "what was logged\n" for path in kept)


@pytest.mark.parametrize(
    "days, age, stays", [("", 9999, True), ("all", 9999, True), ("7", 8, False), ("90", 60, True), ("soon", 9999, True)]
)
def test_the_user_says_how_long_logs_are_kept(
    start_kernel: StartKernel, tmp_path: Path, days: str, age: int, stays: bool
) -> None:
    asked, mark = (
        aged(tmp_path / "casa-kernel", ENDED, age),
        aged(tmp_path / "casa-kernel", ENDED.replace("01", "02"), 9_999),
    )
    kernel = start_kernel(env={"XDG_STATE_HOME": str(tmp_path), "CASA_KERNEL_KEEP_LOGS": days})
    kernel.connect()
    if stays and days in ("", "all", "soon"):
        time.sleep(1)  # nothing tells that nothing is going to happen
        assert asked.exists() and mark.exists()
    else:
        assert wait_until(lambda: not mark.exists())
        time.sleep(0.2)
        assert asked.exists() == stays
    said = "CASA_KERNEL_KEEP_LOGS is 'soon', so all logs are kept: say a number of days from 1 on, or all."
    assert (said in kernel.stderr) == (days == "soon")

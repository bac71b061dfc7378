"""A real JupyterHub with two ordinary users at the same time, from the example configuration."""

from __future__ import annotations

import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import ROOT, WHEELHOUSE, WORK, need, run
from hub_client import Hub, HubKernel, wait_for

USERS = ("casa-alice", "casa-bob")
PORT = 18765
CONFIG = f"""
exec(open({str(ROOT / "docs/examples/jupyterhub_config.py")!r}).read())
c.JupyterHub.bind_url = "http://127.0.0.1:{PORT}"
c.JupyterHub.hub_port = {PORT + 1}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{PORT + 2}"
c.JupyterHub.services = [{{"name": "test", "api_token": "not-secret-at-all"}}]
c.JupyterHub.load_roles = [
    {{"name": "test", "services": ["test"], "scopes": ["admin:users", "admin:servers", "access:servers"]}}
]
c.Spawner.cmd = ["{WORK}/hub-env/bin/jupyterhub-singleuser"]
c.Spawner.args = ["--MappingKernelManager.cull_idle_timeout=5", "--MappingKernelManager.cull_interval=1"]
"""
CELL = """
import os, shutil
shutil.unpack_archive('/usr/share/casa-kernel-nightly/ngc5921_raw.ms.tar.xz', '.')
plotms(vis='ngc5921_raw.ms', avgchannel='63')
"""
# What of a kernel nobody else may read: log, pictures, cache, what it was typed, connection file, memory.
PRIVATE = """
import glob, os
from casawrapper.bridge import host
from casawrapper.casa.programs import appimage
from casawrapper.casa.core import files as workspace
picture = max(glob.glob(workspace.private_folder() + '/*/*'), key=os.path.getsize)
history = get_ipython().history_manager.hist_file
program = glob.glob(appimage.cache_folders()[0] + '/casaplotms*/squashfs-root/AppRun')[0]
connection = host.settings['connection_file']
print(*[casalog.logfile(), picture, program, history, connection, f'/proc/{os.getpid()}/environ'], sep='\\n')
"""


@pytest.fixture(scope="module")
def environment() -> Path:
    need("configurable-http-proxy")
    if not WHEELHOUSE:
        pytest.fail("no WHEELHOUSE with CASA and JupyterHub; CASA_BUNDLE names it", pytrace=False)
    folder = WORK / "hub-env"
    run("bash", Path(WHEELHOUSE) / "install.sh", folder, "/usr/bin/python3")
    (wheel,) = (ROOT / "artifacts/packages").glob("casa_kernel-*_x86_64.whl")
    run(folder / "bin/pip", "install", "--no-index", "--force-reinstall", "--no-deps", wheel)
    data = Path("/usr/share/casa-kernel-nightly")
    shutil.copytree(ROOT / "examples/data", data, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def hub(environment: Path) -> Iterator[Hub]:
    for user in USERS:
        if user not in (entry.pw_name for entry in pwd.getpwall()):
            run("useradd", "--create-home", user)
        run("chmod", "755", f"/home/{user}")  # open homes are usual, and no help to us
    folder = WORK / "hub-run"
    shutil.rmtree(folder, ignore_errors=True)  # an earlier hub's users are in its database
    folder.mkdir()
    (folder / "config.py").write_text(CONFIG)
    # Debian keeps the proxy's modules where only Debian's own node looks.
    variables = {
        "PATH": f"{environment}/bin:/usr/bin:/bin",
        "HOME": "/root",
        "LANG": "C.UTF-8",
        "NODE_PATH": "/usr/share/nodejs",
    }
    with open(folder / "hub.log", "w") as log:
        process = subprocess.Popen(
            [environment / "bin/jupyterhub", "-f", folder / "config.py"],
            cwd=folder,
            env=variables,
            stdout=log,
            stderr=log,
        )
    client = Hub(f"http://127.0.0.1:{PORT}", "not-secret-at-all")
    try:
        wait_for(lambda: client.call("GET", "/hub/api/"), 60)
        yield client
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    assert not any(kernels(user) for user in USERS), "the hub has ended, but not all that its users ran"


@pytest.fixture(scope="module")
def pair(hub: Hub) -> list[HubKernel]:
    """A kernel of each user, in which plotms has drawn, both at the same time."""
    for user in USERS:
        hub.start(user)
    pair = [HubKernel(hub, user) for user in USERS]
    with ThreadPoolExecutor() as pool:
        for said in pool.map(lambda kernel: kernel.run(CELL), pair):
            assert "error" not in said, said
    return pair


def processes(user: str) -> list[str]:
    return subprocess.run(["ps", "-ww", "-u", user, "-o", "args="], capture_output=True, text=True).stdout.splitlines()


def kernels(user: str) -> list[str]:
    """All that the user runs but the server."""
    return [line for line in processes(user) if "jupyterhub-singleuser" not in line]


def test_neither_user_can_read_what_is_the_others(pair: list[HubKernel]) -> None:
    for kernel, other in zip(pair, reversed(USERS), strict=True):
        paths = kernel.run(PRIVATE).split("\n")[:-1]
        assert len(paths) == 6 and paths[0].startswith(f"/home/{kernel.user}/.local/state/casa-kernel/"), paths
        for path in paths:
            assert "Permission denied" not in attempt(kernel.user, path)
            assert "Permission denied" in attempt(other, path), path
        folders = {Path(path).parent for path in paths[:2]} | {Path(f"/home/{kernel.user}/.cache/casa-kernel")}
        for folder in folders:
            assert "Permission denied" in attempt(other, folder), folder


def attempt(user: str, path: Path | str) -> str:
    """What a user is told who tries to read it."""
    return run(
        "runuser", "-u", user, "--", "sh", "-c", 'if [ -d "$0" ]; then ls "$0"; else wc -c "$0"; fi || true', path
    )


def test_a_kernel_survives_a_browser_reload(pair: list[HubKernel]) -> None:
    before = pair[0].run("import os; kept = 5; print(os.getpid())")
    pair[0].disconnect()
    pair[0].connect()
    assert pair[0].run("print(os.getpid()); assert kept == 5") == before


def test_a_culled_kernel_leaves_no_process(pair: list[HubKernel]) -> None:
    user = pair[0].user
    running = kernels(user)
    assert any("casa-kernel start" in line for line in running) and any("plotms" in line for line in running)
    pair[0].disconnect()
    wait_for(lambda: not kernels(user), 60)
    assert processes(user)  # the server itself is still there


def test_a_culled_server_leaves_no_process(hub: Hub, pair: list[HubKernel]) -> None:
    user = pair[1].user
    assert any("plotms" in line for line in kernels(user))
    hub.stop(user)
    wait_for(lambda: not processes(user), 60)

"""A real JupyterHub with two ordinary users at the same time, from the example configuration."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, WHEELHOUSE, WORK, need, run
from hub_client import Hub, wait_for

USERS = ("casa-alice", "casa-bob")
PORT = 18765
CONFIG = f"""
exec(open({str(ROOT / 'docs/examples/jupyterhub_config.py')!r}).read())
c.JupyterHub.bind_url = "http://127.0.0.1:{PORT}"
c.JupyterHub.hub_port = {PORT + 1}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{PORT + 2}"
c.JupyterHub.services = [{{"name": "test", "api_token": "not-secret-at-all"}}]
c.JupyterHub.load_roles = [{{"name": "test", "services": ["test"], "scopes": ["admin:users", "admin:servers", "access:servers"]}}]
c.Spawner.cmd = ["{WORK}/hub-env/bin/jupyterhub-singleuser"]
c.Spawner.args = ["--MappingKernelManager.cull_idle_timeout=5", "--MappingKernelManager.cull_interval=1"]
"""
CELL = """
import os, shutil
shutil.unpack_archive('/usr/share/casa-kernel-nightly/ngc5921_raw.ms.tar.xz', '.')
plotms(vis='ngc5921_raw.ms', avgchannel='63')
print(casalog.logfile(), os.getpid())
"""


@pytest.fixture(scope="module")
def environment() -> Path:
    need("configurable-http-proxy")
    if not WHEELHOUSE:
        pytest.skip("no WHEELHOUSE with CASA and JupyterHub")
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
    folder = WORK / "hub-run"
    shutil.rmtree(folder, ignore_errors=True)  # an earlier hub's users are in its database
    folder.mkdir()
    (folder / "config.py").write_text(CONFIG)
    # Debian keeps the proxy's modules where only Debian's own node looks.
    variables = {"PATH": f"{environment}/bin:/usr/bin:/bin", "HOME": "/root", "LANG": "C.UTF-8", "NODE_PATH": "/usr/share/nodejs"}
    with open(folder / "hub.log", "w") as log:
        process = subprocess.Popen([environment / "bin/jupyterhub", "-f", folder / "config.py"], cwd=folder, env=variables,
                                   stdout=log, stderr=log)
    client = Hub(f"http://127.0.0.1:{PORT}", "not-secret-at-all")
    try:
        wait_for(lambda: client.call("GET", "/hub/api/"), 60)
        yield client
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    assert not any(processes(user) for user in USERS), "the hub has ended, but not all that its users ran"


def processes(user: str) -> list[str]:
    found = subprocess.run(["ps", "-u", user, "-o", "comm="], capture_output=True, text=True).stdout.split()
    return [name for name in found if not name.startswith("jupyterhub")]


def test_two_users_at_once(hub: Hub) -> None:
    for user in USERS:
        hub.start(user)

    async def both() -> list[str]:
        return await asyncio.gather(*(hub.execute(user, CELL) for user in USERS))

    for user, said in zip(USERS, asyncio.run(both()), strict=True):
        assert f"/home/{user}/.local/state/casa-kernel/" in said, said
        private_to(user)
    wait_for(lambda: not any(processes(user) for user in USERS), 60)  # the culled kernels leave nothing


def private_to(user: str) -> None:
    """What the kernel of this user keeps can be entered by nobody else, whatever the home folder allows."""
    home = Path("/home", user)
    for place in (".local/state/casa-kernel", ".cache/casa-kernel"):
        assert os.stat(home / place).st_mode & 0o077 == 0, place
    for connection in (home / ".local/share/jupyter/runtime").glob("*.json"):
        assert connection.stat().st_mode & 0o077 == 0, connection

"""A kernel ends when the server that started it is gone, also if there is a program between the two."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import TEST_PYTHON

# What jupyter_client does, in few words: the number of the server is in the kernel's environment.
SERVER = """
import os, subprocess, sys
os.environ["JPY_PARENT_PID"] = str(os.getpid())
subprocess.Popen(sys.argv[1:], start_new_session=True)
sys.stdin.read()
"""
CONNECTION = {
    "transport": "tcp",
    "ip": "127.0.0.1",
    "key": "k",
    "signature_scheme": "hmac-sha256",
    **{f"{name}_port": 0 for name in ("shell", "iopub", "stdin", "control", "hb")},
}


@pytest.mark.deadline(60)
@pytest.mark.parametrize(
    "between", [[], ["/bin/sh", "-c", '"$@"; exit', "wrapper"]], ids=["direct", "through a script"]
)
def test_kernel_ends_with_its_server(
    between: list[str], casa_kernel: Path, kernel_env: dict[str, str], tmp_path: Path
) -> None:
    connection = tmp_path / "connection.json"
    connection.write_text(json.dumps(CONNECTION))
    command = [str(casa_kernel), "start", "-f", str(connection), "--python", TEST_PYTHON]
    server = subprocess.Popen([sys.executable, "-c", SERVER, *between, *command], stdin=subprocess.PIPE, env=kernel_env)
    wait_for(lambda: kernels(connection) and json.loads(connection.read_text())["shell_port"])
    server.kill()
    server.wait()
    wait_for(lambda: not kernels(connection))


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


def kernels(connection: Path) -> list[str]:
    """The running processes of casa-kernel that were given this connection file."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if os.path.basename(command[0]) == b"casa-kernel" and os.fsencode(connection) in command:
            found.append(process.name)
    return found

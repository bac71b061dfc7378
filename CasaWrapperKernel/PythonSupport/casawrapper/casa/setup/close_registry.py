"""Close the door that casatools opens: a registry on every network interface, which obeys whoever connects.

CASA's programs report there. Ours are given a pipe instead, so nobody needs it.
"""

from __future__ import annotations

import os
import socket
from types import ModuleType

from casawrapper.casa.core.files import private_file


def adapt(casatools: ModuleType) -> None:
    """Stop listening; casatools itself cannot, short of ending the process."""
    port = int(casatools.ctsys.registry()["uri"].rpartition(":")[2])
    for descriptor in map(int, os.listdir("/proc/self/fd")):
        if _listens_on(descriptor, port):
            # The number stays taken, or gRPC, which closes it at the end, would close something else.
            with _unreachable() as listener:
                os.dup2(listener.fileno(), descriptor)


def _unreachable() -> socket.socket:
    """A socket that listens and has no address: one that does not listen is an error that gRPC prints."""
    listener = socket.socket(socket.AF_UNIX)
    path = private_file("registry", ".socket")
    # Through the number of its folder, since a socket's address is 107 bytes at most.
    folder = os.open(os.path.dirname(path), os.O_PATH)
    try:
        listener.bind(f"/proc/self/fd/{folder}/{os.path.basename(path)}")
    finally:
        os.close(folder)
    listener.listen()
    listener.setblocking(False)
    os.unlink(path)
    return listener


def _listens_on(descriptor: int, port: int) -> bool:
    try:
        with socket.socket(fileno=os.dup(descriptor)) as copy:
            return (
                copy.family in (socket.AF_INET, socket.AF_INET6)
                and copy.getsockname()[1] == port
                and copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1
            )
    except OSError:
        # No socket, or gone since the folder was read.
        return False

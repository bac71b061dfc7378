"""Close the door that casatools opens: a registry on every network interface, which obeys whoever connects.

CASA's programs report there. Ours are given a pipe instead, so nobody needs it.
"""

from __future__ import annotations

import os
import socket
from types import ModuleType


def adapt(casatools: ModuleType) -> None:
    """Stop listening; casatools itself cannot, short of ending the process."""
    port = int(casatools.ctsys.registry()["uri"].rpartition(":")[2])
    for descriptor in map(int, os.listdir("/proc/self/fd")):
        if _listens_on(descriptor, port):
            # The number stays taken, or gRPC, which closes it at the end, would close something else.
            with socket.socket(socket.AF_UNIX) as nothing:
                os.dup2(nothing.fileno(), descriptor)


def _listens_on(descriptor: int, port: int) -> bool:
    try:
        with socket.socket(fileno=os.dup(descriptor)) as copy:
            return (copy.family in (socket.AF_INET, socket.AF_INET6) and copy.getsockname()[1] == port
                    and copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1)
    except OSError:
        # No socket, or gone since the folder was read.
        return False

"""The built-in module by which the kernel's C# program hosts this Python; `casawrapper.bridge` alone imports it.

Requests are known by the number that the host gives them; 0 stands for none.
"""

from contextvars import ContextVar

def settings() -> str:
    """What the host tells at the start: a JSON object."""

def ready(current_request: ContextVar[int]) -> None:
    """Python's main thread is the calling one, and takes jobs from now on."""

def fail(reason: str) -> None:
    """No cell can be run; the reason answers every request."""

def log(request: int, command: str, argument: str) -> str:
    """Tell or ask something about CASA's log; argument and answer are JSON objects."""

def recompute(command: str, argument: str) -> str:
    """Ask the engine that keeps what calls make; argument and answer are JSON objects. Other threads run meanwhile."""

def take(lane: str) -> tuple[int, str, bytes, bytes, bytes, list[bytes]] | None:
    """The next request of a lane: number, type, header, metadata, content, buffers."""

def complete(request: int, content: bytes, ok: int, execution_count: int) -> None:
    """The content of a request's reply, as JSON; empty where there is none."""

def publish(request: int, msg_type: str, content: list[bytes | str], metadata: bytes, buffers: list[bytes]) -> None:
    """Send a message to every front end; the content is JSON in pieces."""

def write_stdout(text: str, /) -> int:
    """Show text under the cell of the calling code."""

def write_stderr(text: str, /) -> int: ...
def ask_input(request: int, prompt: str, password: int) -> int:
    """Ask the user of the front end that sent the request: a descriptor, readable when the answer has come; else 0."""

def take_input(question: int) -> str | None:
    """The answer, once it has come."""

def end_input(question: int) -> None:
    """Nobody waits for the answer any more."""

def take_interrupt() -> bool:
    """Whether the host asked for an interrupt since the last call."""

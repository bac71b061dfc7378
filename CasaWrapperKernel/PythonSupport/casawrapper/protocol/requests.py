"""What each request of a front end gets (Jupyter messaging specification, "Messages on the shell channel")."""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from IPython.utils.tokenutil import token_at_cursor

from casawrapper import casa
from casawrapper.bridge import callbacks, host
from casawrapper.debug.adapter import Debugger
from casawrapper.protocol.comms import Comms
from casawrapper.protocol.completion import Completions
from casawrapper.shell import ipykernel_names
from casawrapper.shell.app import IPKernelApp
from casawrapper.shell.ipykernel_kernel import IPythonKernel
from casawrapper.shell.shell import last_traceback
from casawrapper.util.running import cell_number


@dataclass(frozen=True)
class Cell:
    """What an execute_request asks for."""

    job: host.Job
    number: int
    code: str
    silent: bool
    store: bool
    expressions: dict[str, str]
    transformed_cell: str
    preprocessing_exc_tuple: Any


class Requests:
    """Answers requests with the help of IPython."""

    def __init__(self) -> None:
        app = IPKernelApp.instance()
        app.initialize([])
        self.shell = app.shell
        self.stopping = False
        self.exit_status = 0
        """What a forked child ends with that has come to the end of its cell."""
        self.debugger = Debugger(self.shell)
        self._completions = Completions(self.shell)
        self._comms = Comms()
        self.shell.kernel = IPythonKernel(self.shell, self._comms)
        ipykernel_names.install(app, self.shell.kernel)
        options = casa.Options(**host.settings["casa"])
        log, engine = callbacks.log, host.recompute
        casa.install(self.shell, host.settings["casa_log_file"], log, options, engine, callbacks.in_place)
        self._answers = {
            "complete_request": self._complete,
            "inspect_request": self._inspect,
            "is_complete_request": self._is_complete,
            "history_request": self._history,
            "comm_info_request": self._comms.info,
            "shutdown_request": self._shutdown,
        }

    def answer(self, job: host.Job) -> None:
        """Answer any request but execute_request; a failure becomes an error reply."""
        cell_number.set(0)
        try:
            if job.msg_type.startswith("comm_") and job.msg_type != "comm_info_request":
                self._comms.handle(job)
                host.complete(job, None)
            elif job.msg_type in self._answers:
                content = self._answers[job.msg_type](json.loads(job.content))
                host.complete(job, {"status": "ok", **content})
            else:
                host.complete(job, None)
        except Exception as error:
            host.complete(job, _error(error, traceback.format_exc().splitlines()))

    def is_awaited(self) -> bool:
        """Whether `step` should be called soon."""
        return casa.is_awaited()

    def step(self) -> bool:
        """Do a little of what can be done before anybody asks for it; whether there is more."""
        return casa.step()

    def begin(self, job: host.Job) -> Cell:
        """Do what comes before a cell's own code: its front ends learn that it runs, its magics become Python."""
        content = json.loads(job.content)
        code, silent = content["code"], content.get("silent", False)
        if not isinstance(code, str):
            raise TypeError(f"the code of a cell must be text, not {type(code).__name__}")
        shell = self.shell
        last_traceback.set([])
        shell.interrupted = False
        number = shell.execution_count
        cell_number.set(number)
        if not silent:
            host.publish("execute_input", {"code": code, "execution_count": number})
        casa.provide(code, shell.user_ns)
        store = content.get("store_history", not silent) and not silent
        expressions = content.get("user_expressions") or {}
        return Cell(job, number, code, silent, store, expressions, **self._transformed(code))

    def needs_loop(self, cell: Cell) -> bool:
        """Whether the cell awaits at top level, so that it must run as a task."""
        code = cell.transformed_cell
        return "await" in code or "async" in code and self.shell.should_run_async(cell.code, transformed_cell=code)

    async def execute(self, cell: Cell) -> None:
        """Run a cell that has begun and complete its job."""
        shell = self.shell
        self.debugger.trace_this_thread()
        result = await self._run(cell)
        error = result.error_before_exec or result.error_in_exec
        self.exit_status = _exit_status(error)
        if shell.interrupted and isinstance(error, asyncio.CancelledError):
            error = KeyboardInterrupt()
        reply = {"status": "ok"} if error is None else _error(error, last_traceback.get())
        reply |= {
            "execution_count": cell.number,
            "payload": shell.payload_manager.read_payload(),
            "user_expressions": shell.user_expressions(cell.expressions) if error is None else {},
        }
        shell.payload_manager.clear_payload()
        host.complete(cell.job, reply, cell.number)
        self.stopping = self.stopping or shell.exit_now

    async def _run(self, cell: Cell) -> Any:
        """Run a cell with IPython's events around it; figures are shown by what listens to the last ones."""
        shell, result = self.shell, None
        try:
            result = await shell.run_cell_async(
                cell.code,
                store_history=cell.store,
                silent=cell.silent,
                transformed_cell=cell.transformed_cell,
                preprocessing_exc_tuple=cell.preprocessing_exc_tuple,
            )
        finally:
            shell.events.trigger("post_execute")
            if not cell.silent:
                shell.events.trigger("post_run_cell", result)
        return result

    def complete_interrupted(self, job: host.Job) -> None:
        """Complete a cell that was interrupted outside of its own code, where IPython could not report it."""
        host.enter(job)
        stack = ["KeyboardInterrupt: "]
        error = {"ename": "KeyboardInterrupt", "evalue": "", "traceback": stack}
        host.publish("error", error)
        count = self.shell.execution_count
        host.complete(job, {"status": "error", **error, "execution_count": count}, count)

    def complete_failed(self, job: host.Job, error: BaseException) -> None:
        """Complete a request that could not be handled at all."""
        host.enter(job)
        content = _error(error, traceback.format_exception(error))
        host.publish("error", {key: content[key] for key in ("ename", "evalue", "traceback")})
        host.complete(job, {**content, "execution_count": self.shell.execution_count}, self.shell.execution_count)

    def _transformed(self, code: str) -> dict[str, Any]:
        """The cell with its magics as Python, or the error of that, as IPython wants them since 7.17."""
        try:
            return {"transformed_cell": self.shell.transform_cell(code), "preprocessing_exc_tuple": None}
        except Exception:
            return {"transformed_cell": code, "preprocessing_exc_tuple": sys.exc_info()}

    def _complete(self, content: dict[str, Any]) -> dict[str, Any]:
        code = content["code"]
        return self._completions.answer(code, content.get("cursor_pos", len(code)))

    def _inspect(self, content: dict[str, Any]) -> dict[str, Any]:
        code = content["code"]
        name = token_at_cursor(code, content.get("cursor_pos", len(code)))
        detail = content.get("detail_level", 0)
        text = casa.description(name, self.shell.user_ns) if not detail else None
        if text is not None:
            return {"found": True, "data": {"text/plain": text}, "metadata": {}}
        casa.provide(name, self.shell.user_ns)
        try:
            data = self.shell.object_inspect_mime(name, detail_level=detail)
        except KeyError:
            return {"found": False, "data": {}, "metadata": {}}
        if not self.shell.enable_html_pager:
            data.pop("text/html", None)
        return {"found": True, "data": data, "metadata": {}}

    def _is_complete(self, content: dict[str, Any]) -> dict[str, Any]:
        status, spaces = self.shell.input_transformer_manager.check_complete(content["code"])
        return {"status": status, "indent": " " * spaces} if status == "incomplete" else {"status": status}

    def _history(self, content: dict[str, Any]) -> dict[str, Any]:
        manager = self.shell.history_manager
        raw, output = content.get("raw", True), content.get("output", False)
        match content.get("hist_access_type"):
            case "tail":
                lines = manager.get_tail(content.get("n") or 10, raw=raw, output=output, include_latest=True)
            case "range":
                lines = manager.get_range(
                    content.get("session") or 0, content.get("start") or 0, content.get("stop"), raw=raw, output=output
                )
            case "search":
                lines = manager.search(
                    content.get("pattern") or "*",
                    raw=raw,
                    output=output,
                    n=content.get("n"),
                    unique=content.get("unique", False),
                )
            case _:
                lines = []
        # IPython calls the running session 0, but only in a range.
        return {"history": [(session or manager.session_number, line, text) for session, line, text in lines]}

    def _shutdown(self, content: dict[str, Any]) -> dict[str, Any]:
        self.stopping = True
        return {"restart": content.get("restart", False)}


def _exit_status(error: BaseException | None) -> int:
    """That of a program which this has ended."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    return int(error is not None)


def _error(error: BaseException, stack: Sequence[str]) -> dict[str, Any]:
    return {"status": "error", "ename": type(error).__name__, "evalue": str(error), "traceback": stack}

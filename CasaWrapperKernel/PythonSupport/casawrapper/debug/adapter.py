"""JupyterLab's debugger: debug_request messages, passed on to debugpy or answered here.

Source: Jupyter messaging specification, "Debug request". debugpy is started by the first ``initialize``.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable
from typing import Any

import casawrapper
from casawrapper.bridge import host
from casawrapper.debug.client import DapClient, Message
from casawrapper.debug.variables import Variables
from casawrapper.shell import cell_files


class Debugger:
    """Answers debug requests; they come one at a time, from the control thread."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._client: DapClient | None = None
        self._port = 0
        self._breakpoints: dict[str, list[Message]] = {}
        self._stopped: set[int] = set()
        self._cell_frames: set[int] = set()
        self._session_scopes: set[int] = set()
        self._variables = Variables()
        self._job: host.Job | None = None
        self._own: dict[str, Callable[[Message], Message]] = {
            "attach": self._attach,
            "configurationDone": lambda arguments: {},  # sent by us as part of attach
            "copyToGlobals": self._copy_to_globals,
            "debugInfo": self._debug_info,
            "dumpCell": self._dump_cell,
            "inspectVariables": self._inspect_variables,
            "modules": self._modules,
            "richInspectVariables": self._rich_inspect,
            "scopes": self._scopes,
            "setBreakpoints": self._set_breakpoints,
            "source": self._source,
            "stackTrace": self._stack_trace,
            "variables": self._variables_of,
        }

    def handle(self, job: host.Job, request: Message) -> Message:
        """The DAP response to a DAP request."""
        self._job = job
        command, arguments = request["command"], request.get("arguments") or {}
        response = {"type": "response", "request_seq": request["seq"], "seq": request["seq"], "command": command}
        try:
            if command == "initialize":
                self._start()
            own = self._own.get(command)
            if own is not None:
                return response | {"success": True, "body": own(arguments)}
            answer = self._debugpy.request(command, arguments) | {"request_seq": request["seq"]}
            if command == "disconnect":
                self._stop()
            return answer
        except Exception as error:
            return response | {"success": False, "message": f"{type(error).__name__}: {error}", "body": {}}

    def trace_this_thread(self) -> None:
        """Let breakpoints work in the calling thread; called before each cell."""
        if self._client is not None:
            import debugpy

            debugpy.trace_this_thread(True)

    @property
    def _debugpy(self) -> DapClient:
        if self._client is None:
            raise RuntimeError("the debugger has not been started")
        return self._client

    def _start(self) -> None:
        # The warning that it prevents is about breakpoints in Python's own frozen modules.
        os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
        import debugpy

        if not self._port:
            # debugpy can listen once a process.
            _, self._port = debugpy.listen(("127.0.0.1", 0))
        if self._client is None:
            self._client = DapClient(self._port, self._on_event)

    def _stop(self) -> None:
        self._debugpy.close()
        self._client = None
        self._breakpoints.clear()
        self._stopped.clear()
        self._variables = Variables()  # the one before keeps what it has described

    def _on_event(self, event: Message) -> None:
        body = event.get("body") or {}
        if event["event"] == "stopped":
            self._stopped.add(body.get("threadId", 0))
            self._cell_frames.clear()
            self._session_scopes.clear()
        elif event["event"] == "continued":
            self._stopped.clear() if body.get("allThreadsContinued", True) else self._stopped.discard(body["threadId"])
        elif event["event"] == "initialized":
            self._debugpy.send("configurationDone")
        host.enter(self._job)
        host.publish("debug_event", event)

    def _attach(self, arguments: Message) -> Message:
        own = os.path.dirname(casawrapper.__file__)
        arguments = {
            **arguments,
            "connect": {"host": "127.0.0.1", "port": self._port},
            "justMyCode": True,
            "rules": [{"path": f"{own}/**", "include": False}],
        }
        # The answer comes after the configurationDone that the event "initialized" makes us send.
        return self._debugpy.request("attach", arguments).get("body") or {}

    def _debug_info(self, arguments: Message) -> Message:
        return {
            "isStarted": self._client is not None,
            "hashMethod": "Murmur2",
            "hashSeed": cell_files.HASH_SEED,
            "tmpFilePrefix": cell_files.prefix(),
            "tmpFileSuffix": cell_files.SUFFIX,
            "breakpoints": [{"source": path, "breakpoints": points} for path, points in self._breakpoints.items()],
            "stoppedThreads": sorted(self._stopped),
            "richRendering": True,
            "exceptionPaths": ["Python Exceptions"],
            "copyToGlobals": True,
        }

    def _dump_cell(self, arguments: Message) -> Message:
        return {"sourcePath": cell_files.store(arguments["code"])}

    def _set_breakpoints(self, arguments: Message) -> Message:
        self._breakpoints[arguments["source"]["path"]] = arguments.get("breakpoints", [])
        return self._debugpy.request("setBreakpoints", arguments).get("body") or {}

    def _source(self, arguments: Message) -> Message:
        with open(arguments["source"]["path"], encoding="utf-8") as file:
            return {"content": file.read()}

    def _stack_trace(self, arguments: Message) -> Message:
        body = self._debugpy.request("stackTrace", arguments).get("body") or {}
        frames = body.get("stackFrames", [])
        # Below the cell's own outermost frame stand IPython and the kernel.
        cell = [i for i, frame in enumerate(frames) if frame.get("name", "").startswith(("<module>", "<cell line"))]
        kept = frames[: cell[0] + 1] if cell else frames
        self._cell_frames.update(frames[i]["id"] for i in cell)
        return {**body, "stackFrames": kept, "totalFrames": len(kept)}

    def _inspect_variables(self, arguments: Message) -> Message:
        """The user's own variables, when no code is stopped."""
        own = {name: self._shell.user_ns[name] for name in sorted(filter(self._is_users, list(self._shell.user_ns)))}
        return {"variables": self._variables.describe(own)}

    def _scopes(self, arguments: Message) -> Message:
        body = self._debugpy.request("scopes", arguments).get("body") or {}
        of_cell = arguments.get("frameId") in self._cell_frames
        for scope in body.get("scopes", []):
            if of_cell or scope["name"] == "Globals":
                self._session_scopes.add(scope["variablesReference"])
        return body

    def _variables_of(self, arguments: Message) -> Message:
        if not self._stopped:
            return {"variables": self._variables.children(arguments["variablesReference"])}
        body = self._debugpy.request("variables", arguments).get("body") or {}
        if arguments["variablesReference"] in self._session_scopes:
            body["variables"] = [one for one in body.get("variables", []) if self._is_users(one["name"])]
        return body

    def _is_users(self, name: str) -> bool:
        """Whether it is a variable of the user's, or none of the session's: not one that IPython has put there."""
        values, hidden = self._shell.user_ns, self._shell.user_ns_hidden
        if name not in values:
            return True
        return not name.startswith("_") and hidden.get(name, self) is not values[name]

    def _rich_inspect(self, arguments: Message) -> Message:
        name = arguments["variableName"]
        if not name.isidentifier():
            return {"data": {}, "metadata": {}}
        if not self._stopped:
            result = self._shell.user_expressions({name: name})[name]
            return {"data": result.get("data", {}), "metadata": result.get("metadata", {})}
        expression = f"get_ipython().display_formatter.format({name})"
        answer = self._debugpy.request(
            "evaluate", {"expression": expression, "frameId": arguments.get("frameId"), "context": "clipboard"}
        )
        data, metadata = ast.literal_eval(answer["body"]["result"])
        return {"data": data, "metadata": metadata}

    def _copy_to_globals(self, arguments: Message) -> Message:
        target = f"globals()[{arguments['dstVariableName']!r}]"
        answer = self._debugpy.request(
            "setExpression",
            {"expression": target, "value": arguments["srcVariableName"], "frameId": arguments["srcFrameId"]},
        )
        return answer.get("body") or {}

    def _modules(self, arguments: Message) -> Message:
        found = [(name, getattr(module, "__file__", None)) for name, module in list(sys.modules.items())]
        start, most = arguments.get("startModule", 0), arguments.get("moduleCount") or len(found)
        files = [{"id": i, "name": name, "path": path} for i, (name, path) in enumerate(found) if path]
        return {"modules": files[start : start + most], "totalModules": len(files)}

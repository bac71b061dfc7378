"""What shows the values of cells and what ``display`` is given. The classes have ipykernel's names and hooks."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher

from casawrapper.bridge import host

Hook = Callable[[dict[str, Any]], dict[str, Any] | None]


class _ThreadsHooks(threading.local):
    def __init__(self) -> None:
        self.hooks: list[Hook] = []


class _Hooked:
    """Shows a message unless one of the calling thread's hooks keeps it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._of_thread = _ThreadsHooks()

    def register_hook(self, hook: Hook) -> None:
        """Let `hook` see each message of this thread; it returns the one to send, or None for none."""
        self._of_thread.hooks.append(hook)

    def unregister_hook(self, hook: Hook) -> bool:
        """Take a hook away. Returns whether it was there."""
        hooks = self._of_thread.hooks
        if hook not in hooks:
            return False
        hooks.remove(hook)
        return True

    def _send(self, msg_type: str, content: dict[str, Any], buffers: list[Any] | None = None) -> None:
        if hooks := self._of_thread.hooks:
            message: dict[str, Any] = {
                "header": {"msg_type": msg_type},
                "msg_type": msg_type,
                "parent_header": host.parent_header(),
                "content": content,
                "metadata": {},
            }
            for hook in hooks:
                changed = hook(message)
                if changed is None:
                    return
                message = changed
            msg_type, content = message["msg_type"], message["content"]
        host.publish(msg_type, content, buffers=buffers)


class ZMQShellDisplayHook(_Hooked, DisplayHook):
    """Publishes the value of a cell's last expression as execute_result."""

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        if format_dict:
            content = {"data": format_dict, "metadata": md_dict or {}, "execution_count": self.prompt_count}
            self._send("execute_result", content)

    def finish_displayhook(self) -> None:
        self._is_active = False
        sys.stdout.flush()


class ZMQDisplayPublisher(_Hooked, DisplayPublisher):
    """Publishes what ``display`` shows."""

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        buffers: list[Any] | None = None,
        **_: Any,
    ) -> None:
        content = {"data": data, "metadata": metadata or {}, "transient": transient or {}}
        self._send("update_display_data" if update else "display_data", content, buffers)

    def clear_output(self, wait: bool = False) -> None:
        self._send("clear_output", {"wait": wait})

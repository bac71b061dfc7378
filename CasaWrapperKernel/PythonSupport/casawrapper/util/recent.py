"""What was noted last."""

from __future__ import annotations

from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(dict[Key, Value]):
    """A dictionary that forgets the oldest entries. Threads may add at once.

    Parameters
    ----------
    most
        How many it keeps.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def add(self, key: Key, value: Value) -> None:
        """Note a value as the newest one."""
        self.pop(key, None)
        self[key] = value
        for oldest in list(self)[: -self._most]:
            self.pop(oldest, None)

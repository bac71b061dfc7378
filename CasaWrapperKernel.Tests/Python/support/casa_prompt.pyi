"""The names that are there at the CASA prompt without an import, for cells: import them if TYPE_CHECKING only."""

from typing import Any

def __getattr__(name: str) -> Any: ...

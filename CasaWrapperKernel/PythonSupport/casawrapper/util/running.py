"""Which cell the running code belongs to."""

from __future__ import annotations

from contextvars import ContextVar

cell_number: ContextVar[int] = ContextVar("casa_kernel_cell", default=0)
"""The number in the brackets beside the cell, 0 outside of cells; threads and tasks that a cell starts inherit it."""

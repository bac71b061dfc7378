"""The variables of the user's session while no code is stopped, unfolded as debugpy unfolds those of a frame.

debugpy has no request for it, so this uses the classes by which it answers the others (ipykernel does so, too).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Message = dict[str, Any]


class Variables:
    """Describes variables, and what is in them by the references that it has given for them."""

    def __init__(self) -> None:
        self._known: dict[int, Any] = {}

    def describe(self, values: Mapping[str, Any]) -> list[Message]:
        """Describe these variables; the references given before are no longer valid.

        Returns
        -------
        list of dict
            As in the DAP, one for each name.
        """
        import debugpy.server.api  # noqa: F401  (it makes the next ones importable)
        from _pydevd_bundle.pydevd_api import PyDevdAPI
        from _pydevd_bundle.pydevd_suspended_frames import _ObjectVariable

        class Presentation:
            variable_presentation = PyDevdAPI.VariablePresentation()

        self._known.clear()
        return [
            _ObjectVariable(Presentation, name, value, self._register, evaluate_name=name).get_var_data()
            for name, value in values.items()
        ]

    def children(self, reference: int) -> list[Message]:
        """Describe what is in the variable that was described with this reference; [] for one that is not known."""
        variable = self._known.get(reference)
        return [] if variable is None else [one.get_var_data() for one in variable.get_children_variables()]

    def _register(self, variable: Any) -> None:
        self._known[variable.get_variable_reference()] = variable

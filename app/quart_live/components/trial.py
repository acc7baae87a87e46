"""Components in a template that is rendered for trial: none is mounted or remembered."""

from __future__ import annotations

from typing import Any

from .names import component_class


class Trial:
    """The components of a trial render; see `rendering.placing.Placing`.

    Args:
        around: the class of the view or component whose template is tried.
    """

    def __init__(self, around: type) -> None:
        self._near = around.__module__

    def place(self, component: Any, id: Any, assigns: dict[str, Any]) -> int:
        """Check that there is such a component; return the same number for all.

        Raises:
            LiveViewError: if there is none.
        """
        component_class(component, self._near)
        return 0

"""Components in a template that is rendered for trial: none is mounted, and nothing is noted of them."""

from __future__ import annotations

from typing import Any

from .names import component_class


class Trial:
    """Places components in what is thrown away; see `rendering.placing.Placing`.

    Args:
        around: the class of the view or component whose template is tried.
    """

    def __init__(self, around: type) -> None:
        self._near = around.__module__

    def place(self, component: Any, id: Any, assigns: dict[str, Any]) -> int:
        """Look whether there is such a component; all get the same number.

        Raises:
            LiveViewError: there is none.
        """
        component_class(component, self._near)
        return 0

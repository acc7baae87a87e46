"""The methods of a view that concern the views around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..view.handle import ViewHandle
from ..view.state import HasState


class FamilyMethods(HasState):
    """The methods of `LiveView` that concern its parent and its children."""

    @property
    def parent(self) -> ViewHandle | None:
        """The parent, in whose template this view is; ``None`` for main and sticky views."""
        return self._quart_live.host.parent

    @property
    def children(self) -> Mapping[str, ViewHandle]:
        """The nested views that are connected at present, by element id."""
        return self._quart_live.host.children

    def assign_new(self, name: str, factory: Callable[[], Any]) -> None:
        """Assign the parent's value of ``name``, or if it has none that of ``factory()``.

        Does nothing if ``name`` is assigned already. Parent and child share the object: do not change it.

        Raises:
            LiveViewError: if the engine assigns ``name`` itself.
            Exception: the error of ``factory``.
        """
        inherited = self._quart_live.host.inherited
        value = (lambda: inherited[name]) if name in inherited else factory
        super().assign_new(name, value)  # type: ignore[misc]

"""What a view knows of the views around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..view.handle import ViewHandle
from ..view.state import HasState


class FamilyMethods(HasState):
    """What a `LiveView` knows of the views around it."""

    @property
    def parent(self) -> ViewHandle | None:
        """The view in whose template this one is; ``None`` for main and sticky views."""
        return self._quart_live.host.parent

    @property
    def children(self) -> Mapping[str, ViewHandle]:
        """The nested views that are connected now, by element id."""
        return self._quart_live.host.children

    def assign_new(self, name: str, factory: Callable[[], Any]) -> None:
        """Set ``name`` to what the parent has under this name, else to ``factory()``.

        Does nothing if it is assigned already. Parent and child then share the object: treat it as
        read-only.
        """
        inherited = self._quart_live.host.inherited
        value = (lambda: inherited[name]) if name in inherited else factory
        super().assign_new(name, value)  # type: ignore[misc]

"""`Placed`: the engine's record of one component of a view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..rendering import Renderer
from ..view.assigns import is_same
from .component import LiveComponent


class Placed:
    """The record of one component of a view.

    Attributes:
        cid: the component's number.
        component: the component, with its state.
        arguments: the arguments of its last placing; ``None`` before its first `update`.
        parent: the component in whose template it was placed last; ``None`` for the view's.
        inside: the components whose parent it is.
        marked: whether the browser has announced that it is gone.
        mounted: whether its `mount` has run.
        renderer: the renderer with the tree that the browser has; ``None`` if the browser has none.
    """

    __slots__ = ("arguments", "cid", "component", "inside", "marked", "mounted", "parent", "renderer")

    def __init__(self, cid: int, component: LiveComponent) -> None:
        self.cid = cid
        self.component = component
        self.arguments: Mapping[str, Any] | None = None
        self.parent: Placed | None = None
        self.inside: set[Placed] = set()
        self.marked = False
        self.mounted = False
        self.renderer: Renderer | None = None

    def stand_in(self, parent: Placed | None) -> None:
        """Note the component in whose template it was placed."""
        if parent is not self.parent:
            if self.parent is not None:
                self.parent.inside.discard(self)
            if parent is not None:
                parent.inside.add(self)
            self.parent = parent

    def takes(self, arguments: Mapping[str, Any]) -> bool:
        """Return whether the arguments may differ from the last ones; remember them."""
        last, self.arguments = self.arguments, arguments
        return (
            last is None
            or last.keys() != arguments.keys()
            or not all(is_same(last[name], value) for name, value in arguments.items())
        )

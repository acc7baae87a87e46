"""`Placed`: what the engine knows of one component of a view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..rendering import Renderer
from ..view.assigns import is_same
from .component import LiveComponent


class Placed:
    """One component of a view.

    Attributes:
        cid: its number.
        component: the object with its state.
        arguments: what it was placed with last; ``None`` before its first `update`.
        parent: the component in whose template it was placed last; ``None`` for the view's.
        inside: those whose parent it is.
        marked: whether the browser has announced that it is gone.
        renderer: keeps what the browser has of it; ``None`` if it has nothing, or has forgotten it.
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
        """Note in whose template it stands."""
        if parent is not self.parent:
            if self.parent is not None:
                self.parent.inside.discard(self)
            if parent is not None:
                parent.inside.add(self)
            self.parent = parent

    def takes(self, arguments: Mapping[str, Any]) -> bool:
        """Whether the arguments may differ from the last ones; remembers them."""
        last, self.arguments = self.arguments, arguments
        return (
            last is None
            or last.keys() != arguments.keys()
            or not all(is_same(last[name], value) for name, value in arguments.items())
        )

"""Live components in templates: ``{{ live_component("counter", id="a", label=name) }}``.

A component is not rendered where it is written. Its place in the tree gets a number, the cid, and whoever
renders the view (see :class:`Placing`) brings the component up to date once the template is done, for which
it may wait: for a database, say. To the change tracking the call is a pure function of its arguments: as long
as none of them is assigned again it is not called again, and the cid stays where it is.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, NoReturn, Protocol

from .errors import LiveTemplateError

ADVICE = (
    "A live component has to be a whole expression, {{ live_component(…) }}, where the template writes its "
    "HTML: not in a filter, not in a variable, not in a loop that is recursive or uses break or continue. To "
    "choose whether it is there, put {% if %} around it."
)


class Placing(Protocol):
    """Knows the components of a view."""

    def place(self, component: Any, id: Any, assigns: dict[str, Any]) -> int:
        """Note that a component stands in the tree now; returns its cid."""


placing: ContextVar[Placing | None] = ContextVar("quart_live_placing", default=None)
"""Whose template is being rendered."""


class ComponentSlot:
    """What :func:`live_component` returns: good for being a dynamic, and for nothing else."""

    __slots__ = ("cid",)

    def __init__(self, cid: int) -> None:
        self.cid = cid

    def __html__(self) -> NoReturn:
        raise LiveTemplateError(ADVICE)

    __str__ = __html__


def live_component(component: Any, /, *, id: Any, **assigns: Any) -> ComponentSlot:
    """Put a live component here.

    Args:
        component: a `LiveComponent` class, or its name.
        id: tells components of the same class apart; any hashable value, unique in the view for its class.
        assigns: given to the component's `update`, together with the id.

    Raises:
        LiveTemplateError: if there is no live view around.
    """
    around = placing.get()
    if around is None:
        raise LiveTemplateError("live_component works only in the templates of live views")
    return ComponentSlot(around.place(component, id, {"id": id, **assigns}))


live_component.live_pure = True  # type: ignore[attr-defined]

"""Live components in templates: ``{{ live_component("counter", id="a", label=name) }}``.

A component is not rendered where it is written. Its place in the tree gets a number, the cid. Once the
template is done, the view's components (see :class:`Placing`) bring it up to date, and may wait for that: for
a database, say. To the change tracking the call is a pure function of its arguments: as long as none of them
is assigned again it is not called again, and the cid stays where it is.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, NoReturn, Protocol

from .errors import LiveTemplateError

ADVICE = (
    "Write a live component as a whole expression, {{ live_component(…) }}, where the template writes its "
    "HTML: not in a filter, not in a variable, not in a loop that is recursive or uses break or continue. To "
    "show it only sometimes, put {% if %} around it."
)


class Placing(Protocol):
    """The components of a view, to which a template adds some."""

    def place(self, component: Any, id: Any, assigns: dict[str, Any]) -> int:
        """Note that a component stands in the tree now; return its cid."""


placing: ContextVar[Placing | None] = ContextVar("quart_live_placing", default=None)
"""The components of the view whose template is being rendered."""


class ComponentSlot:
    """The result of :func:`live_component`, which can only be a whole dynamic."""

    __slots__ = ("cid",)

    def __init__(self, cid: int) -> None:
        self.cid = cid

    def __html__(self) -> NoReturn:
        raise LiveTemplateError(ADVICE)

    __str__ = __html__


def live_component(component: Any, /, *, id: Any, **assigns: Any) -> ComponentSlot:
    """Place a live component here.

    Args:
        component: a `LiveComponent` class, or its name.
        id: the component's id; any hashable value, unique in the view for its class.
        assigns: the assigns for the component's `update`, which gets the id as well.

    Raises:
        LiveTemplateError: if there is no live view around.
        LiveViewError: if there is no such component, or it is placed twice with one id.
    """
    around = placing.get()
    if around is None:
        raise LiveTemplateError("live_component works only in the templates of live views")
    return ComponentSlot(around.place(component, id, {"id": id, **assigns}))


live_component.live_pure = True  # type: ignore[attr-defined]
